// Which view is shown, in which language; both stand in the address.

const VIEWS = {
  overview: overviewView, todo: todoView, declarations: declarationsView, certificates: certificatesView,
  noticed: noticedView, read: readView, found: searchView, declaration: declarationView, certificate: certificateView,
};
const SECTIONS = ["overview", "todo", "declarations", "certificates", ...(DATA.noticed ? ["noticed"] : []), "read"];
const WITHIN = { declaration: "declarations", certificate: "certificates" };

function readAddress() {
  const told = new URLSearchParams(location.hash.slice(1));
  const browser = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  const lang = told.get("lang");
  route.lang = LANGUAGES.includes(lang) ? lang : LANGUAGES.includes(DATA.language) ? DATA.language : browser;
  route.view = Object.hasOwn(VIEWS, told.get("view") ?? "") ? told.get("view") : "overview";
  told.delete("lang");
  told.delete("view");
  route.params = told;
}

/** Writes the address without a new step in the history. */
function keepAddress() {
  history.replaceState(null, "", address(route.view, Object.fromEntries(route.params)));
}

function languageSwitch() {
  const choose = (lang) => {
    route.lang = lang;
    keepAddress();
    show();
    document.querySelector(`.lang [lang="${lang === "zh" ? "zh-CN" : "en"}"]`).focus();
  };
  return h("div", { class: "lang", role: "group", "aria-label": t("language") }, [["zh", "zh-CN", "中文"], ["en", "en", "English"]].map(
    ([lang, tag, name]) => h("button", { type: "button", lang: tag, "aria-pressed": String(route.lang === lang), onclick: () => choose(lang) }, name)));
}

function searchBox() {
  const input = h("input", { id: "search", type: "search", autocomplete: "off", placeholder: t("search"), "aria-label": t("search"), value: route.view === "found" ? route.params.get("q") : "" });
  const submit = (event) => {
    event.preventDefault();
    if (input.value.trim()) location.hash = exactly(input.value) ?? address("found", { q: input.value.trim() });
  };
  return h("form", { class: "search", role: "search", onsubmit: submit }, input, h("button", { type: "submit" }, t("search_button")));
}

function top() {
  const counts = { todo: DATA.tables.findings.total, declarations: DATA.tables.declarations.total, certificates: DATA.tables.certificates.total, noticed: DATA.noticed?.notices.length };
  const current = WITHIN[route.view] ?? route.view;
  const tab = (view) => h("a", { href: address(view), "aria-current": view === current ? "page" : null },
    t(view), counts[view] !== undefined ? h("span", { class: "n" }, count(counts[view])) : null);
  return [
    h("div", { class: "bar" },
      h("span", { class: "brand" }, h("span", { class: "mark", "aria-hidden": "true" }), t("title")),
      searchBox(),
      h("button", { type: "button", class: "quiet print", onclick: () => print() }, t("print")),
      languageSwitch()),
    h("nav", { "aria-label": t("sections") }, SECTIONS.map(tab)),
  ];
}

function heading() {
  const number = route.params.get("n");
  if (route.view === "declaration" || route.view === "certificate") {
    return [h("p", { class: "back" }, h("a", { href: address(WITHIN[route.view]), onclick: backInstead }, `← ${t("back")}`)),
      h("h2", { tabindex: "-1" }, `${t(route.view)} `, h("span", { class: "number" }, number))];
  }
  return h("h2", { tabindex: "-1" }, t(route.view));
}

let steps = 0;

/** Goes back to the list as it was, filters and all, if the reader came from one. */
function backInstead(event) {
  if (!steps) return;
  event.preventDefault();
  history.back();
}

function show() {
  unfinished = [];
  document.documentElement.lang = route.lang === "zh" ? "zh-CN" : "en";
  document.title = `${t(route.view)} · ${t("title")}`;
  document.getElementById("skip").textContent = t("skip");
  document.getElementById("top").replaceChildren(...top());
  const here = document.querySelector("nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 24;
  document.getElementById("foot").replaceChildren(h("p", {}, t("footer")));
  document.getElementById("main").replaceChildren(
    h("h1", { class: "paperhead" }, `${t("title")} · ${DATA.about.at} · ${DATA.about.ruleset}`),
    ...[heading()].flat(), ...VIEWS[route.view]().flat(Infinity).filter(Boolean));
}

document.getElementById("skip").addEventListener("click", () => document.querySelector("main h2").focus());
addEventListener("hashchange", () => {
  steps += 1;
  readAddress();
  show();
  scrollTo(0, 0);
  document.querySelector("main h2").focus({ preventScroll: true });
});
addEventListener("beforeprint", () => {
  for (const finish of unfinished) finish();
  for (const one of document.querySelectorAll("main details")) one.open = true;
});
readAddress();
show();
