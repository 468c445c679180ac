"use strict";
// The ranking and its reasons. Everything shown is put in as text, never as markup.
const LEVELS = {
  red: ["优先", "priority"], orange: ["重点", "high"], yellow: ["关注", "attention"], blue: ["留意", "watch"],
  none: ["无", "none"], unknown: ["未知", "unknown"],
};
const PERIODS = { day: ["天", "days"], week: ["周", "weeks"], month: ["个月", "months"] };
const ROLES = {
  centre: ["综治中心", "centre"], analyst: ["分析员", "analyst"], supervisor: ["网格督导", "supervisor"],
  system: ["系统管理员", "system administrator"], security: ["安全管理员", "security administrator"], audit: ["审计管理员", "audit administrator"],
};
const state = {
  account: null, language: 0, next: null, parent: null, search: "", asked: 0, served: {}, suspended: [], names: {}, sources: {}, period: "week",
  published: [], newest: null, following: true, followed: 0,
};
const at = (id) => document.getElementById(id);
const say = (pair) => pair[state.language];
const percent = (value) => (value === null ? "—" : (100 * value).toFixed(1) + "\u00a0%");
const points = (value) => (Math.abs(value) < 0.0005 ? "±" : value > 0 ? "+" : "−") + (100 * Math.abs(value)).toFixed(1);

function make(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
}

function words() {
  document.documentElement.lang = ["zh", "en"][state.language];
  for (const node of document.querySelectorAll("[data-zh]")) {
    if (node.tagName === "INPUT") node.placeholder = say([node.dataset.zh, node.dataset.en]);
    else node.textContent = say([node.dataset.zh, node.dataset.en]);
  }
}

async function ask(path) {
  // What goes wrong is told in the language of the page, whatever the browser's is.
  let response, content;
  try {
    response = await fetch(path, { headers: { "Accept-Language": ["zh", "en"][state.language] } });
    content = await response.json();
  } catch (error) {
    // The server is gone, or something else answers in its place: the browser's own sentence helps nobody.
    throw new Error(say([
      "服务器没有应答，下面不显示任何旧数据。请稍后刷新页面；若仍无应答，请联系管理员。",
      "The server does not answer, and nothing old is shown. Reload the page in a moment; if it stays so, tell whoever runs the server.",
    ]));
  }
  if (response.status === 401) signIn("?problem=over");
  if (!response.ok) throw new Error(content.detail);
  return content;
}

// Who is not signed in, or not any more, goes there and comes back to what is shown.
function signIn(why) {
  location.replace("sign-in" + (state.account ? why : "") + location.hash);
}

function account() {
  const told = state.account;
  at("account").hidden = !told;
  if (!told) return;
  const moment = (text) => new Date(text).toLocaleString(["zh-CN", "en-GB"][state.language]);
  const before = told.before_at
    ? say([`上次登录 ${moment(told.before_at)}`, `last signed in ${moment(told.before_at)}`])
    : say(["首次登录", "signed in for the first time"]);
  const failed = told.failures ? say([`，此后有 ${told.failures} 次输错密钥`, `, ${told.failures} wrong keys since`]) : "";
  at("who").textContent = `${say(ROLES[told.role])} ${told.operator} · ${before}${failed}`;
}

async function signOut(path) {
  const headers = { "X-Riskwarn-Page": "1" };
  try {
    await fetch(path, { method: "POST", headers });
  } finally {
    state.account = null;
    signIn("");
  }
}

function status(head) {
  // A day that one went back to has ended, and nothing is to be done about it.
  const past = at("as_of").value !== "";
  const newest = at("as_of").options[0]?.text ?? "";
  const stale = past
    ? say([`（您选的是过去的一天；${newest}）`, ` (a past day that you chose; ${newest})`])
    : head.stale ? say(["（已过期，请重新评分）", " (out of date: score again)"]) : "";
  at("status").className = head.stale && !past ? "stale" : "";
  at("status").textContent = say([
    `截至 ${head.as_of} · 快照 ${head.id} · 模型 ${head.model}${stale}`,
    `As of ${head.as_of} · snapshot ${head.id} · model ${head.model}${stale}`,
  ]);
}

function missing(sources) {
  const names = sources.map((source) => say([state.sources[source] ?? source, source.replaceAll("_", " ")]));
  return make("span", say(["缺数据：", "not reported: "]) + names.join(say(["、", ", "])), "gap");
}

function row(item) {
  const line = make("tr", undefined, "open");
  line.append(make("td", item.rank, "number"));
  const name = make("td", item.name);
  name.append(make("span", item.code, "code"));
  line.append(name);
  const level = make("td");
  if (item.level) level.append(make("span", say(LEVELS[item.level]), "level " + item.level));
  if (item.data_gap.length) level.append(missing(item.data_gap));
  line.append(level, make("td", percent(item.score), "number"));
  const expected = make("td", item.expected_count.toFixed(2), "number");
  const per = item.unit !== "grid" && item.per_10000 !== null ? say(["每万人 ", "per 10,000: "]) + item.per_10000.toFixed(2) : "";
  expected.append(make("span", per || `${item.interval[0]} – ${item.interval[1]}`, "interval"));
  const moved = make("td", item.change === null ? "—" : points(item.change), "number");
  if (item.change && item.change_beyond_noise === false) moved.append(make("span", say(["未超出误差", "within noise"]), "interval"));
  line.append(expected, moved);
  const reasons = make("td", undefined, "reasons");
  for (const reason of item.reasons.filter((one) => Math.abs(one.effect) >= 0.0005)) reasons.append(make("span", `${points(reason.effect)}  ${say([reason.zh, reason.en])}`));
  if (item.suppressed) reasons.append(make("span", say(["居民过少，细节从社区起显示", "too few residents: details from the community up"])));
  line.append(reasons);
  // On a phone the headings are not shown.
  line.children[4].dataset.label = say(["预期 ", "expected "]);
  line.children[5].dataset.label = say(["变化 ", "change "]);
  const open = () => (item.unit === "grid" ? detail(item.code) : enter(item));
  line.tabIndex = 0;
  line.addEventListener("click", open);
  line.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
  return line;
}

// A town, district or community is opened by its grids.
function enter(item) {
  Object.assign(state, { parent: { code: item.code, name: item.name }, search: "" });
  at("code").value = "";
  at("unit").value = "grid";
  ranking(false);
}

function inside() {
  const box = at("inside"), told = [];
  if (state.parent) told.push(say(["只看：", "Inside: "]) + `${state.parent.name} ${state.parent.code} `);
  if (state.search) told.push(say([`名称或编码含“${state.search}” `, `with “${state.search}” in name or code `]));
  box.hidden = told.length === 0;
  if (box.hidden) return box.replaceChildren();
  const out = make("button", say(["× 全市", "× whole city"]));
  out.type = "button";
  out.addEventListener("click", () => { Object.assign(state, { parent: null, search: "" }); at("code").value = ""; ranking(false); });
  box.replaceChildren(make("span", told.join(say(["，", ", "]))), out);
}

function day(query) {
  if (at("as_of").value) query.set("as_of", at("as_of").value);
  return query;
}

async function ranking(more) {
  const query = day(new URLSearchParams({ target: at("target").value, unit: at("unit").value }));
  if (at("horizon").value) query.set("horizon", at("horizon").value);
  if (state.parent) query.set("parent", state.parent.code);
  if (state.search) query.set("search", state.search);
  if (more && state.next) query.set("cursor", state.next);
  const asked = ++state.asked;
  at("more").hidden = true;
  inside();
  if (!more) {
    // No row stays under another label, whatever becomes of the answer.
    at("rows").replaceChildren();
    at("detail").hidden = true;
    at("status").className = "";
    at("status").textContent = say(["正在读取…", "Reading …"]);
  }
  try {
    const content = await ask("v1/scores?" + query);
    if (asked !== state.asked) return;
    at("rows").append(...content.items.map(row));
    state.next = content.next;
    at("more").hidden = content.next === null;
    status(content.snapshot);
    remember();
    if (!more && state.search) found(content.items);
  } catch (error) {
    if (asked !== state.asked) return;
    failed(error);
  }
}

// One that is found is opened; of none it is said.
function found(items) {
  const exact = items.filter((one) => one.code === state.search);
  const one = items.length === 1 ? items[0] : exact[0];
  if (!items.length) failed(new Error(say([`没有名称或编码含“${state.search}”的。`, `Nothing has “${state.search}” in its name or code.`])));
  else if (one && one.unit === "grid") detail(one.code);
}

function failed(error) {
  at("status").className = "stale";
  at("status").textContent = error.message;
}

function bar(reason, largest) {
  const box = make("div", undefined, "bar");
  box.append(make("span", say([reason.zh, reason.en])), make("span", points(reason.effect), "number"));
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  shape.setAttribute("width", (100 * Math.abs(reason.effect) / largest).toFixed(1) + "%");
  shape.setAttribute("height", "8");
  shape.setAttribute("fill", reason.effect > 0 ? "#c0392b" : "#2e7d5b");
  drawn.append(shape);
  box.append(drawn);
  return box;
}

// What is shown stands in the address, so that it can be sent to a colleague; each step is one that the browser goes back.
function remember(grid) {
  const shown = { lang: ["zh", "en"][state.language], target: at("target").value, horizon: at("horizon").value, unit: at("unit").value };
  if (at("as_of").value) shown.as_of = at("as_of").value;
  if (state.parent) shown.parent = state.parent.code;
  if (state.search) shown.search = state.search;
  const address = "#" + new URLSearchParams(grid ? { ...shown, grid } : shown);
  if (address === location.hash) return;
  if (state.following) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
}

function recall() {
  const asked = new URLSearchParams(location.hash.slice(1));
  state.language = asked.get("lang") === "en" ? 1 : 0;
  at("unit").value = ["community", "town", "district"].includes(asked.get("unit")) ? asked.get("unit") : "grid";
  return asked;
}

async function detail(code) {
  const query = day(new URLSearchParams({ target: at("target").value }));
  if (at("horizon").value) query.set("horizon", at("horizon").value);
  const safe = encodeURIComponent(code);
  let grid, why;
  try {
    [grid, why] = await Promise.all([ask(`v1/grids/${safe}?${day(new URLSearchParams())}`), ask(`v1/grids/${safe}/explanation?${query}`)]);
  } catch (error) {
    // The portrait of another grid does not stand beside it.
    at("detail").hidden = true;
    remember();
    failed(error);
    return;
  }
  const box = at("detail");
  const close = make("button", "×", "close");
  close.addEventListener("click", () => { box.hidden = true; remember(); });
  const largest = Math.max(...why.reasons.map((one) => Math.abs(one.effect)), 1e-9);
  box.replaceChildren(
    close, make("h2", grid.name),
    make("p", `${grid.district.name} / ${grid.town.name} / ${grid.community.name}`),
    make("p", say(["概率 ", "Probability "]) + percent(why.score) + " · " + say(LEVELS[why.level])),
  );
  // What moves it by nothing that can be read is left out.
  const reasons = why.reasons.filter((one) => Math.abs(one.effect) >= 0.0005);
  if (reasons.length) box.append(
    make("p", say(["与普通网格相比，下列情况使概率增减（百分点）：", "Against a usual grid, these move the probability (points):"])),
    ...reasons.map((one) => bar(one, largest)),
  );
  if (why.suppressed) box.append(make("p", say(["居民过少，细节从社区起显示。", "Too few residents: details are shown from the community up."])));
  box.hidden = false;
  remember(code);
}

function horizons() {
  // Of a suspended target there is no horizon; what is asked of it says why.
  const chosen = state.served[at("target").value] ?? [];
  at("horizon").disabled = !chosen.length;
  const options = chosen.map((periods) => new Option(say([`未来 ${periods} ${PERIODS[state.period][0]}`, `next ${periods} ${PERIODS[state.period][1]}`]), periods));
  const before = Number(at("horizon").value);
  at("horizon").replaceChildren(...options);
  at("horizon").value = chosen.includes(before) ? before : chosen.includes(4) ? 4 : chosen[0] ?? "";
}

function choices() {
  const before = at("target").value;
  // In the order in which they are declared: no other target takes the place of the first where that is suspended.
  const names = Object.keys(state.names).filter((name) => name in state.served || state.suspended.includes(name));
  const named = (name) => say([state.names[name].zh, state.names[name].en]) + (state.suspended.includes(name) ? say(["（已暂停）", " (suspended)"]) : "");
  at("target").replaceChildren(...names.map((name) => new Option(named(name), name)));
  at("target").value = names.includes(before) ? before : names[0];
  horizons();
}

// The newest is asked without a day, so that the page goes on to the next one that is published.
function days(asked) {
  const { published, newest } = state;
  at("as_of").replaceChildren(...published.map((one) => new Option(one === newest ? one + say(["（最新）", " (newest)"]) : one, one === newest ? "" : one)));
  at("as_of").value = published.includes(asked) && asked !== newest ? asked : "";
}

// What an address says is shown: at the start, and where one goes back or writes another.
async function follow() {
  const asked = recall(), own = ++state.followed;
  state.following = true;
  words();
  account();
  days(asked.get("as_of"));
  state.search = at("code").value = asked.get("search") ?? "";
  state.parent = asked.has("parent") ? { code: asked.get("parent"), name: "" } : null;
  choices();
  if ([...at("target").options].some((one) => one.value === asked.get("target"))) at("target").value = asked.get("target");
  horizons();
  if (state.served[at("target").value]?.includes(Number(asked.get("horizon")))) at("horizon").value = asked.get("horizon");
  await ranking(false);
  if (own !== state.followed) return;
  if (asked.has("grid")) await detail(asked.get("grid"));
  if (own === state.followed) state.following = false;
}

async function begin() {
  // The link of a notice led to sign-in, and from there back here.
  const notice = new URLSearchParams(location.hash.slice(1)).get("alert");
  if (notice && /^[a-z0-9]{1,32}$/.test(notice)) return location.replace("alerts/" + notice);
  recall();
  words();
  at("status").textContent = say(["正在读取…", "Reading …"]);
  try {
    const told = await ask("sign-in/state");
    state.account = told.signed_in ? told : null;
    account();
    if (state.account && state.account.role in ADMINISTERS) return await administer();
    const listed = await ask("v1/snapshots?limit=100");
    const published = listed.items.filter((one) => one.kept);
    const newest = published.find((one) => one.current);
    if (!newest) throw new Error(say(["尚未发布快照：请运行 riskwarn score。", "Nothing is published yet: run riskwarn score."]));
    const health = (await ask("v1/health/sources")).items;
    const sources = Object.fromEntries(health.map((one) => [one.source, one.zh]));
    Object.assign(state, { names: newest.names, period: newest.period, sources, suspended: listed.suspended });
    for (const key of Object.keys(newest.models)) {
      const [target, periods] = key.split("/");
      (state.served[target] ||= []).push(Number(periods));
    }
    Object.assign(state, { published: [...new Set(published.map((one) => one.as_of))].sort().reverse(), newest: newest.as_of });
    await follow();
    window.addEventListener("popstate", follow);
  } catch (error) {
    failed(error);
  }
}

at("language").addEventListener("click", () => { state.language = 1 - state.language; words(); account(); if (state.account && state.account.role in ADMINISTERS) return administer(); days(at("as_of").value); choices(); ranking(false); });
at("out").addEventListener("click", () => signOut("sign-out"));
at("out-everywhere").addEventListener("click", () => signOut("sign-out/everywhere"));
at("target").addEventListener("change", () => { horizons(); ranking(false); });
at("horizon").addEventListener("change", () => ranking(false));
at("unit").addEventListener("change", () => { state.parent = null; ranking(false); });
at("as_of").addEventListener("change", () => ranking(false));
at("more").addEventListener("click", () => ranking(true));
at("search").addEventListener("submit", (event) => {
  event.preventDefault();
  state.search = at("code").value.trim();
  ranking(false);
});
begin();
