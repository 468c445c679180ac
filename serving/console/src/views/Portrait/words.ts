const zh = {
  probability: "概率",
  residents: "常住人口",
  reasons: "与普通网格相比，下列情况使概率增减",
  mean: (share: string) => `全市网格平均 ${share}`,
  none: "没有可列出的原因。",
  suppressed: "居民过少，细节从社区起显示。",
  raises: "增加",
  lowers: "减少",
  back: "返回排名",
  before: "以往各次快照中的概率",
  fell: (text: string) => `由早到晚：${text}`,
};
const en: typeof zh = {
  probability: "Probability",
  residents: "Residents",
  reasons: "Against a usual grid, these move the probability",
  mean: (share) => `the city's grids have ${share} on average`,
  none: "There is no reason to list.",
  suppressed: "Too few residents: details are shown from the community up.",
  raises: "raises",
  lowers: "lowers",
  back: "Back to the ranking",
  before: "Its probability in the snapshots before",
  fell: (text) => `oldest first: ${text}`,
};
export const own = { zh, en };
