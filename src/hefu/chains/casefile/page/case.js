// The language of the page, the line that is looked at, and the days that are looked at. The page is whole without this.

const root = document.documentElement;
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const LANGUAGES = { zh: "zh-CN", en: "en" };

function speak(language) {
  root.dataset.lang = language;
  root.lang = LANGUAGES[language];
  for (const one of all("[data-zh]")) {
    for (const name of ["aria-label", "placeholder"]) {
      if (one.hasAttribute(name)) one.setAttribute(name, one.dataset[language]);
    }
  }
  for (const one of all("button[data-language]")) {
    one.setAttribute("aria-pressed", String(one.dataset.language === language));
  }
  // Other pages of this folder are opened in the same language.
  for (const one of all("a[data-page]")) one.href = `${one.dataset.page}?lang=${language}`;
  document.title = document.querySelector("meta[name=title]").dataset[language];
}

const asked = new URLSearchParams(location.search).get("lang") || root.dataset.first;
speak(asked in LANGUAGES ? asked : navigator.language.startsWith("zh") ? "zh" : "en");
for (const one of all("button[data-language]")) one.addEventListener("click", () => speak(one.dataset.language));
document.getElementById("print")?.addEventListener("click", () => print());

// One line: itself in the drawing, its sentence, its evidence.
const panel = document.getElementById("chosen");
const mark = (one, on) => (on ? one.setAttribute("data-chosen", "") : one.removeAttribute("data-chosen"));

function choose(letter) {
  const claim = letter && document.querySelector(`.claims li[data-line="${letter}"]`);
  const numbers = new Set(claim ? claim.dataset.evidence.split(" ") : []);
  for (const one of all("a.line, .claims li")) mark(one, Boolean(letter) && one.dataset.line === letter);
  for (const one of all(".row")) mark(one, numbers.has(one.dataset.number));
  show(letter, claim, numbers);
}

const copies = (one) => [...one.childNodes].map((node) => node.cloneNode(true));

function show(letter, claim, numbers) {
  panel.hidden = !letter;
  const body = panel.querySelector(".body");
  body.replaceChildren();
  if (!letter) return;
  const told = document.createElement("p");
  told.append(`${letter}  `, ...copies(claim.querySelector(".claim")));
  const list = document.createElement("ul");
  for (const row of all(".row").filter((one) => numbers.has(one.dataset.number)).slice(0, 12)) {
    const entry = document.createElement("li");
    const anchor = document.createElement("a");
    anchor.href = `#${row.id}`;
    anchor.append(`[${row.dataset.number}]`);
    entry.append(anchor, " ", ...copies(row.querySelector(".says")));
    list.append(entry);
  }
  body.append(told, list);
  panel.querySelector(".none").hidden = list.childElementCount > 0;
}

for (const one of all("a.line, .claims a.key")) {
  one.addEventListener("click", (event) => {
    event.preventDefault();
    choose(one.closest("[data-chosen]") ? "" : one.dataset.line);
  });
  one.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") choose("");
    if (event.key === " ") one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    if (step || event.key === " ") event.preventDefault();
    if (!step) return;
    const peers = all("a.line, .claims a.key").filter((peer) => peer.checkVisibility() && peer.localName === one.localName
      && peer.classList.contains("key") === one.classList.contains("key"));
    peers[(peers.indexOf(one) + step + peers.length) % peers.length].focus();
  });
}
panel?.querySelector("button").addEventListener("click", () => choose(""));

// The days: links and documents outside of them are dimmed.
const from = document.getElementById("from");
const to = document.getElementById("to");
const DAY = 86_400_000;
const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);

function within() {
  if (Number(from.value) > Number(to.value)) (document.activeElement === from ? to : from).value = document.activeElement.value;
  const [first, last] = [iso(Number(from.value)), iso(Number(to.value))];
  for (const [input, day] of [[from, first], [to, last]]) {
    input.setAttribute("aria-valuetext", day);
    input.nextElementSibling.textContent = day;
  }
  const dim = (one, out) => (out ? one.setAttribute("data-out", "") : one.removeAttribute("data-out"));
  const out = (one) => Boolean(one.dataset.first) && (one.dataset.last < first || one.dataset.first > last);
  for (const one of all("a.line, .claims li")) dim(one, out(one));
  for (const one of all(".mark, .row")) dim(one, Boolean(one.dataset.on) && (one.dataset.on < first || one.dataset.on > last));
  for (const strip of all("g.strip")) {
    const [left, right] = [Number(strip.dataset.left), Number(strip.dataset.right)];
    const [least, most] = [Number(from.min), Number(from.max)];
    const x = (day) => left + ((right - left) * (day - least)) / (most - least);
    const rect = strip.querySelector(".chosen");
    rect.setAttribute("x", x(Number(from.value)));
    rect.setAttribute("width", Math.max(2, x(Number(to.value)) - x(Number(from.value))));
  }
}

if (from) {
  for (const one of [from, to]) one.addEventListener("input", within);
  document.getElementById("whole").addEventListener("click", () => {
    from.value = from.min;
    to.value = to.max;
    within();
  });
  within();
}

// A referral that nobody acted on lapses by itself.
for (const one of all("[data-expires]")) {
  if (one.dataset.expires < new Date().toISOString().slice(0, 10)) one.querySelector(".lapsed").hidden = false;
}
