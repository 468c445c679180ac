
const zh = {
  title: "管理",
  audit: "您可以查阅审计记录；您的每次查阅也会被记录。",
  grants: "操作员与密钥",
  trail: "审计记录",
  who: { local: "本机", system: "系统", nobody: "未登录" } as Record<string, string>,
  older: "更早",
  of_trail: ["序号", "时间", "操作者", "来源", "操作", "对象", "结果", "次数", "说明"],
};
const en: typeof zh = {
  title: "Administration",
  audit: "You read the audit; that you do is a row of it, too.",
  grants: "Operators and keys",
  trail: "Audit",
  who: { local: "this machine", system: "the system", nobody: "not signed in" },
  older: "Older",
  of_trail: ["Row", "When", "Who", "From", "What", "Object", "Result", "Times", "Note"],
};
export const own = { zh, en };
