"use strict";
// Signing in. Everything shown is put in as text, never as markup; nothing of the address is shown.
const PROBLEMS = {
  sign_in_refused: ["未能登录：认证未通过或已超时，请重新登录。", "You are not signed in: it was refused, or took too long. Try again."],
  subject_unknown: ["身份认证已通过，但本系统中没有您的有效操作员：请联系安全管理员。", "You are known to the sign-on, but there is no operator in force for you here: ask your security administrator for one."],
  sign_on_failed: ["统一身份认证暂不可用，请稍后再试。", "The sign-on cannot be used now: try again later."],
  sign_in_needs_tls: ["须通过 https 登录。", "Signing in takes https."],
  over: ["登录已过期，请重新登录。", "Your session is over: sign in again."],
};
const state = { language: 0, told: null, problem: "" };
const at = (id) => document.getElementById(id);
const say = (pair) => pair[state.language];
const hash = () => location.hash;

function words() {
  document.documentElement.lang = ["zh", "en"][state.language];
  for (const node of document.querySelectorAll("[data-zh]")) node.textContent = say([node.dataset.zh, node.dataset.en]);
  show();
}

function problem(text) {
  at("problem").hidden = !text;
  at("problem").textContent = text;
}

function show() {
  const asked = new URLSearchParams(location.search).get("problem");
  problem(state.problem || (PROBLEMS.hasOwnProperty(asked) ? say(PROBLEMS[asked]) : ""));
  const told = state.told;
  if (!told) return;
  for (const way of ["oidc", "gateway"]) at(way).hidden = !told.ways.includes(way) || told.local;
  at("typed").hidden = !told.ways.includes("key") || told.local;
  at("onward").hidden = !told.local && !told.signed_in;
  at("page").href = "./" + hash();
  at("inside").hidden = !told.local && !told.signed_in && told.ways.length > 0;
  at("inside").textContent = told.local
    ? say(["本机尚未设置操作员和密钥，无需登录。", "On this machine nobody needs to sign in: there is no operator and no key yet."])
    : told.signed_in
      ? say(["您已登录。", "You are signed in."])
      : told.ways.length ? "" : say(["此处不能登录：须通过 https 访问，或由管理员设置登录方式。", "Nobody can sign in here: it takes https, or an administrator who sets a way."]);
}

async function post(path, body) {
  const language = ["zh", "en"][state.language];
  const headers = { "Content-Type": "application/json", "X-Riskwarn-Page": "1", "Accept-Language": language };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify({ back: hash(), ...body }) });
  const content = await response.json();
  if (!response.ok) throw new Error(content.detail);
  return content;
}

// One at a time; where it is refused the reason stands above.
async function attempt(path, body, done) {
  for (const button of document.querySelectorAll("button")) button.disabled = true;
  state.problem = "";
  try {
    done(await post(path, body));
  } catch (error) {
    state.problem = error.message;
    show();
  } finally {
    for (const button of document.querySelectorAll("button")) button.disabled = false;
  }
}

const enter = (content) => location.replace("./" + content.back);
at("oidc").addEventListener("click", () => attempt("sign-in/oidc", {}, (content) => location.assign(content.location)));
at("gateway").addEventListener("click", () => attempt("sign-in/gateway", {}, enter));
at("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const key = at("key").value.trim();
  at("key").value = "";
  if (key) attempt("sign-in/key", { key }, enter);
});
at("language").addEventListener("click", () => { state.language = 1 - state.language; words(); });

// A link may name a language; else what was chosen in the console, else the browser's.
function chosen() {
  const linked = /[#?&]lang=(zh|en)(&|$)/.exec(hash());
  if (linked) return linked[1];
  try {
    const kept = localStorage.getItem("riskwarn.language");
    if (kept === "zh" || kept === "en") return kept;
  } catch (error) {
    // A browser that keeps nothing has its own language.
  }
  return /^zh\b/i.test(navigator.language) ? "zh" : "en";
}

async function begin() {
  state.language = chosen() === "en" ? 1 : 0;
  words();
  try {
    const response = await fetch("sign-in/state");
    const content = await response.json();
    if (!response.ok) throw new Error(content.detail);
    state.told = content;
    // Who comes by the link of a notice and is signed in goes on at once.
    if (content.signed_in && hash().startsWith("#alert=")) return enter({ back: hash() });
  } catch (error) {
    state.problem = error.message;
  }
  show();
}
begin();
