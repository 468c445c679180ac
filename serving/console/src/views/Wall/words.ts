const zh = {
  towns: "镇街",
  high: "优先或重点",
  attention: "关注",
  gaps: "缺数据",
  of: (all: number) => `共 ${all} 个镇街`,
  back: "返回",
  stale: "已过期",
  gone: "服务器无应答",
  no_levels: "这次发布没有镇街的等级，下次评分后显示。",
};

const en: typeof zh = {
  towns: "Towns",
  high: "priority or high",
  attention: "attention",
  gaps: "not reported",
  of: (all) => `of ${all} towns`,
  back: "Back",
  stale: "Out of date",
  gone: "No answer from the server",
  no_levels: "This snapshot has no levels of towns; they come with the next scoring.",
};

export const own = { zh, en };
