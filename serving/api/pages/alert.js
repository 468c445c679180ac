"use strict";
// The answers to a notice. Everything shown is put in as text, never as markup; nothing changes before a button is pressed.
const answers = document.getElementById("answers");
const told = document.getElementById("told");
const buttons = () => answers.querySelectorAll("button");

// On a machine without keys: the token of this start, out of the link that `riskwarn serve` prints, kept for this tab as the console does.
const KEPT = "riskwarn.token";
const field = document.getElementById("token");

function taken() {
  const found = /^#token=([0-9a-f]{16,128})$/.exec(location.hash);
  if (found) history.replaceState(null, "", location.pathname + location.search);
  try {
    if (found) sessionStorage.setItem(KEPT, found[1]);
    return sessionStorage.getItem(KEPT) ?? "";
  } catch (error) {
    return found ? found[1] : ""; // a browser that keeps nothing
  }
}

function keep(given) {
  try {
    if (given) sessionStorage.setItem(KEPT, given);
    else sessionStorage.removeItem(KEPT);
  } catch (error) {
    // It is typed again next time.
  }
}

const held = taken();
if (field && held) {
  field.value = held;
  field.parentElement.hidden = true;
}

function say(text, wrong) {
  told.hidden = false;
  told.className = wrong ? "wrong" : "";
  told.textContent = text;
  told.scrollIntoView({ block: "nearest" });
}

function asked(form) {
  const content = {};
  for (const [name, value] of new FormData(form)) if (value.trim()) content[name] = value.trim();
  return content;
}

async function answer(form) {
  const lang = answers.dataset.lang, shown = field ? field.value.trim() : "";
  const headers = {
    "Content-Type": "application/json", "Accept-Language": lang, "If-Match": `"${answers.dataset.version}"`, "X-Riskwarn-Page": "1",
  };
  if (shown) headers.Authorization = "Bearer " + shown;
  for (const button of buttons()) button.disabled = true;
  say(answers.dataset.sending, false);
  let problem = "";
  try {
    const response = await fetch(answers.dataset.path + form.dataset.verb, { method: "POST", headers, body: JSON.stringify(asked(form)) });
    if (response.ok) {
      say(answers.dataset.done, false);
      if (shown) keep(shown);
      location.reload();
      return;
    }
    if (response.status === 403 && shown) {
      // The server was started anew, and has another.
      keep("");
      field.value = "";
      field.parentElement.hidden = false;
    }
    problem = response.status === 412 ? answers.dataset.changed : response.status === 401 ? answers.dataset.over : (await response.json()).detail;
  } catch (error) {
    problem = answers.dataset.failed;
  }
  say(problem, true);
  for (const button of buttons()) button.disabled = false;
}

for (const form of answers.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form);
  });
}
