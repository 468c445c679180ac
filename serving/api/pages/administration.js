"use strict";
// What an administrator finds on the page: what waits for a second person, with a button, or who did what. No score is asked for.
const ADMINISTERS = {
  security: ["您可以确认他人授予的操作员和密钥；撤销须写明理由：POST /v1/grants/ID/revoke。", "You confirm operators and keys that another granted. To revoke one takes a reason: POST /v1/grants/ID/revoke."],
  audit: ["您可以查阅审计记录；您的每次查阅也会被记录。", "You read the audit; that you do is a row of it, too."],
  system: ["您可以读取运行指标：/metrics。", "You read how the service does: /metrics."],
};
const STANDS = { waiting: ["待确认", "waits for confirmation"], in_force: ["有效", "in force"] };
const KINDS = { operator: ["操作员", "operator"], key: ["密钥", "key"] };

function table(headings, lines) {
  const box = make("table"), head = make("thead"), body = make("tbody"), top = make("tr");
  for (const pair of headings) top.append(make("th", say(pair)));
  for (const cells of lines) {
    const line = make("tr");
    for (const cell of cells) {
      const place = make("td", cell instanceof Node ? undefined : cell);
      if (cell instanceof Node) place.append(cell);
      line.append(place);
    }
    body.append(line);
  }
  head.append(top);
  box.append(head, body);
  return box;
}

const when = (text) => new Date(text).toLocaleString(["zh-CN", "en-GB"][state.language]);

async function confirmGrant(id, button) {
  button.disabled = true;
  try {
    const headers = { "X-Riskwarn-Page": "1", "Accept-Language": ["zh", "en"][state.language] };
    const response = await fetch(`v1/grants/${encodeURIComponent(id)}/confirm`, { method: "POST", headers });
    if (!response.ok) throw new Error((await response.json()).detail);
    await administer();
  } catch (error) {
    button.disabled = false;
    failed(error);
  }
}

async function grantsTable() {
  const items = (await ask("v1/grants?limit=1000")).items;
  return table(
    [["状态", "State"], ["类别", "Kind"], ["编号", "Id"], ["权限", "Scopes"], ["范围", "Area"], ["来源网络", "Networks"], ["到期", "Ends"], ["授予", "Granted by"], ["确认", "Confirmed by"]],
    items.map((one) => {
      const button = make("button", say(["确认", "Confirm"]));
      button.type = "button";
      button.addEventListener("click", () => confirmGrant(one.id, button));
      const area = one.area === null ? say(["全市", "whole city"]) : one.area.join(" ");
      const role = one.role ? say(ROLES[one.role]) + " · " : "";
      const whose = say(KINDS[one.kind]) + (one.operator ? ` (${one.operator})` : "");
      return [say(STANDS[one.state]), whose, one.id, role + one.scopes.join(" "), area, one.networks.join(" "), when(one.ends_at), one.granted_by,
        one.state === "waiting" ? button : one.confirmed_by ?? "—"];
    }),
  );
}

async function auditTable(cursor) {
  const page = await ask("v1/audit?limit=100" + (cursor ? "&cursor=" + cursor : ""));
  const box = make("div");
  box.append(table(
    [["序号", "Row"], ["时间", "When"], ["操作者", "Who"], ["来源", "From"], ["操作", "What"], ["对象", "Object"], ["结果", "Result"], ["次数", "Times"], ["说明", "Note"]],
    page.items.map((one) => [one.sequence, when(one.at), one.actor, one.origin, one.action, one.object, one.result, one.count, one.note]),
  ));
  if (page.next !== null) {
    const older = make("button", say(["更早", "Older"]));
    older.type = "button";
    older.addEventListener("click", async () => {
      try { box.replaceWith(await auditTable(page.next)); } catch (error) { failed(error); }
    });
    box.append(older);
  }
  return box;
}

async function administer() {
  for (const node of document.querySelectorAll("#controls label, #controls form, main > table")) node.hidden = true;
  const role = state.account.role, box = at("administration");
  at("status").className = "";
  at("status").textContent = say(ADMINISTERS[role]);
  box.hidden = role === "system";
  try {
    if (role === "security") box.replaceChildren(await grantsTable());
    if (role === "audit") box.replaceChildren(await auditTable(""));
  } catch (error) {
    failed(error);
  }
}
