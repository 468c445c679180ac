"use strict";
// Search, filters, order and language of a page that is all there already. What is shown stands in the address.
const LANGUAGES = ["zh", "en"];
const ODD = ["absent", "unknown", "constant", "few"];
const at = (id) => document.getElementById(id);
const language = () => document.documentElement.lang;
const say = (zh, en) => (language() === "en" ? en : zh);

const texts = (node) => [...node.querySelectorAll(":scope > :not(.count)")].map((part) => part.textContent).join("\n").toLowerCase();

const families = [...document.querySelectorAll("tbody")].map((body) => {
  const link = document.querySelector(`a[href="#${CSS.escape(body.id)}"]`);
  const rows = [...body.querySelectorAll("tr[data-source]")].map((row) => ({
    row,
    text: texts(row.querySelector(".told")) + "\n" + texts(body.querySelector("th")),
    odd: ODD.includes(row.className),
    known: Number(row.dataset.known ?? -1),
    p95: Number(row.dataset.p95 ?? -Infinity),
  }));
  return { body, link, rows, counts: [link, body].map((node) => node.querySelector(".count")) };
});
const total = families.reduce((sum, family) => sum + family.rows.length, 0);

function words() {
  for (const node of document.querySelectorAll("option, button")) node.textContent = node.dataset[language()];
  at("search").placeholder = at("search").dataset[language()];
}

function filter() {
  const asked = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { body, link, counts, rows } of families) {
    let here = 0;
    for (const { row, text, odd } of rows) {
      const fits = asked.every((word) => text.includes(word))
        && (!at("source").value || row.dataset.source === at("source").value)
        && (!at("observer").checked || "observer" in row.dataset)
        && (!at("odd").checked || odd);
      row.hidden = !fits;
      here += fits;
    }
    body.hidden = link.hidden = !here;
    for (const count of counts) count.textContent = here === rows.length ? here : `${here} / ${rows.length}`;
    shown += here;
  }
  at("nothing").hidden = shown > 0;
  at("shown").textContent = say(`显示 ${shown} / ${total}`, `${shown} of ${total} shown`);
}

function order() {
  const by = { known: (a, b) => a.known - b.known, p95: (a, b) => (a.p95 === b.p95 ? 0 : b.p95 - a.p95) }[at("order").value];
  for (const { body, rows } of families) body.append(...(by ? [...rows].sort(by) : rows).map(({ row }) => row));
}

function remember() {
  const state = { lang: language(), search: at("search").value, source: at("source").value, order: at("order").value };
  for (const id of ["observer", "odd"]) state[id] = at(id).checked ? "1" : "";
  const told = Object.entries(state).filter(([, value]) => value);
  history.replaceState(null, "", "#" + new URLSearchParams(told));
}

function recall() {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (LANGUAGES.includes(asked.get("lang"))) document.documentElement.lang = asked.get("lang");
  at("search").value = asked.get("search") ?? "";
  for (const id of ["source", "order"]) {
    at(id).value = asked.get(id) ?? "";
    if (at(id).selectedIndex < 0) at(id).value = "";
  }
  for (const id of ["observer", "odd"]) at(id).checked = asked.has(id);
}

function show() { order(); filter(); remember(); }

at("language").addEventListener("click", () => { document.documentElement.lang = say("en", "zh"); words(); filter(); remember(); });
at("search").addEventListener("input", () => { filter(); remember(); });
for (const id of ["source", "order", "observer", "odd"]) at(id).addEventListener("change", show);
recall();
words();
order();
filter();
