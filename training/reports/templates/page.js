"use strict";
// The language of a page that is all there already; it stands in the address.
const button = document.getElementById("language");
function choose(language) {
  document.documentElement.lang = language;
  button.textContent = language === "zh" ? "English" : "中文";
}
const asked = new URLSearchParams(location.hash.slice(1)).get("lang");
choose(["zh", "en"].includes(asked) ? asked : document.documentElement.lang);
button.addEventListener("click", () => {
  choose(document.documentElement.lang === "zh" ? "en" : "zh");
  try {
    history.replaceState(null, "", "#lang=" + document.documentElement.lang);
  } catch {
    // A frame of MLflow has no address of its own.
  }
});
