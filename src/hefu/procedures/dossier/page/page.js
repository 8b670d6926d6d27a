(() => {
"use strict";
const buttons = [...document.querySelectorAll("[data-lang]")];
const read = (lang) => {
  document.documentElement.lang = lang;
  for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.lang === lang));
};
for (const one of buttons) one.addEventListener("click", () => read(one.dataset.lang));
read(document.documentElement.lang);
})();
