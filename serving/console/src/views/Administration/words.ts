
const zh = {
  title: "管理",
  security: "您可以确认他人授予的操作员和密钥；撤销须写明理由。",
  audit: "您可以查阅审计记录；您的每次查阅也会被记录。",
  system: "您可以读取运行指标：/metrics。",
  grants: "操作员与密钥",
  no_grants: "还没有操作员和密钥。请在服务器上用 riskwarn operators create 添加第一位，见 docs/security.md。",
  trail: "审计记录",
  stands: { waiting: "待确认", in_force: "有效" } as Record<string, string>,
  kinds: { operator: "操作员", key: "密钥" } as Record<string, string>,
  whole: "全市",
  confirm: "确认",
  older: "更早",
  of_grants: ["状态", "类别", "编号", "权限", "范围", "来源网络", "到期", "授予", "确认"],
  of_trail: ["序号", "时间", "操作者", "来源", "操作", "对象", "结果", "次数", "说明"],
};
const en: typeof zh = {
  title: "Administration",
  security: "You confirm operators and keys that another granted. To revoke one takes a reason.",
  audit: "You read the audit; that you do is a row of it, too.",
  system: "You read how the service does: /metrics.",
  grants: "Operators and keys",
  no_grants: "There are no operators and keys yet. Add the first on the server with riskwarn operators create, see docs/security.md.",
  trail: "Audit",
  stands: { waiting: "waits for confirmation", in_force: "in force" },
  kinds: { operator: "operator", key: "key" },
  whole: "whole city",
  confirm: "Confirm",
  older: "Older",
  of_grants: ["State", "Kind", "Id", "Scopes", "Area", "Networks", "Ends", "Granted by", "Confirmed by"],
  of_trail: ["Row", "When", "Who", "From", "What", "Object", "Result", "Times", "Note"],
};
export const own = { zh, en };
