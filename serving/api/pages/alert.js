"use strict";
// The answers to a notice. Everything shown is put in as text, never as markup; nothing changes before a button is pressed.
const answers = document.getElementById("answers");
const told = document.getElementById("told");
const buttons = () => answers.querySelectorAll("button");

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
  const lang = answers.dataset.lang, token = document.getElementById("token");
  const headers = {
    "Content-Type": "application/json", "Accept-Language": lang, "If-Match": `"${answers.dataset.version}"`, "X-Riskwarn-Page": "1",
  };
  if (token && token.value.trim()) headers.Authorization = "Bearer " + token.value.trim();
  for (const button of buttons()) button.disabled = true;
  say(answers.dataset.sending, false);
  let problem = "";
  try {
    const response = await fetch(answers.dataset.path + form.dataset.verb, { method: "POST", headers, body: JSON.stringify(asked(form)) });
    if (response.ok) {
      say(answers.dataset.done, false);
      location.reload();
      return;
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
