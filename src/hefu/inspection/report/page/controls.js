// What views are made of: marks, lists in slices, filters, tables.

const SIGNS = { block: "■", warn: "▲", info: "●", held: "■", clears: "✓", not_needed: "–" };
const TONES = {
  held: "block", clears: "ok", not_needed: "info", matched: "ok", used: "info", voided: "info", unused: "info",
  several: "block", over_covered: "block", lapsing: "warn", lapsed: "warn",
};

/** A mark with sign and word, so that colour is never all it has. */
const badge = (group, code) => {
  const tone = TONES[code] ?? (group === "severity" ? code : "info");
  const sign = SIGNS[code] ?? { block: "■", warn: "▲", ok: "✓", info: "●" }[tone];
  return h("span", { class: `badge ${tone}` }, h("span", { "aria-hidden": "true" }, `${sign} `), word(group, code));
};

/** Where something stands in the files. */
function placed(file, sheet, row) {
  if (!file) return null;
  const parts = [file, sheet, row ? t("row", { n: row }) : null].filter(Boolean);
  return h("span", { class: "place" }, parts.join(" › "));
}

const declarationLink = (number) => link(number, "declaration", { n: number }, { class: "number" });
const certificateLink = (number) => link(number, "certificate", { n: number }, { class: "number" });

/** Several nodes with spaces between them. */
const spaced = (nodes) => nodes.flatMap((node, at) => (at ? [" ", node] : [node]));

const FIRST_SLICE = 100;
let unfinished = [];

/** Draws a list into `body` slice by slice, each four times the last; returns the button that asks for more. */
function sliced(body, list, drawOne, first = FIRST_SLICE) {
  let at = 0;
  let step = first;
  const button = h("button", { type: "button", class: "more", onclick: asked });
  function asked() {
    next();
    if (button.hidden) body.lastElementChild.querySelector("a")?.focus();
  }
  function next(all = false) {
    const end = all ? list.length : Math.min(list.length, at + step);
    const part = document.createDocumentFragment();
    for (; at < end; at += 1) part.append(drawOne(list[at], at));
    body.append(part);
    step *= 4;
    const rest = list.length - at;
    button.hidden = rest <= 0;
    button.textContent = t("show_more", { n: count(Math.min(rest, step)), rest: count(rest) });
  }
  next();
  unfinished.push(() => next(true));
  return button;
}

/** Says how much of a table the page holds, where it does not hold all. */
function bounded(name) {
  const { rows: n, total } = DATA.tables[name];
  return n < total ? h("p", { class: "notice" }, t("embedded", { n: count(n), more: count(total - n) })) : null;
}

const whole = (name) => DATA.tables[name].total;

let nextId = 0;
const freshId = () => `id${(nextId += 1)}`;

/**
 * A bar of filters over a list. Each is { name, label, options: [[value, words]] } or { name, label } for words.
 * `drawList` gets the values and returns [nodes, number of entries]; the values stay in the address.
 */
function filtered(fields, total, drawList) {
  const results = h("div", { class: "results" });
  const status = h("p", { class: "status", role: "status" });
  const clear = h("button", { type: "button", class: "quiet", onclick: reset }, t("clear_filters"));
  const inputs = fields.map(input);
  let timer = 0;

  function input({ name, label, options }) {
    const id = freshId();
    const value = route.params.get(name) ?? "";
    const control = options
      ? h("select", { id, name, onchange: change },
          h("option", { value: "" }, t("any")),
          options.map(([code, words]) => h("option", { value: code, selected: code === value }, words)))
      : h("input", { id, name, type: "search", value, autocomplete: "off", oninput: later });
    return h("div", { class: "filter" }, h("label", { for: id }, label), control);
  }
  function change() {
    for (const control of bar.querySelectorAll("select, input")) {
      if (control.value) route.params.set(control.name, control.value);
      else route.params.delete(control.name);
    }
    keepAddress();
    update();
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(change, 120);
  }
  function reset() {
    for (const control of bar.querySelectorAll("select, input")) control.value = "";
    change();
    bar.querySelector("select, input").focus();
  }
  function update() {
    unfinished = [];
    const told = Object.fromEntries(fields.map(({ name }) => [name, route.params.get(name) ?? ""]));
    const [nodes, n] = drawList(told);
    const any = Object.values(told).some(Boolean);
    results.replaceChildren(...(n ? nodes : [h("p", { class: "empty" }, t(any ? "nothing_here" : "nothing_listed"))]));
    status.textContent = n === total ? t("shown", { n: count(n) }) : t("shown_of", { n: count(n), total: count(total) });
    clear.hidden = !any;
  }
  const bar = h("form", { class: "filters", role: "search", "aria-label": t("search_button"), onsubmit: (event) => event.preventDefault() }, inputs, clear, status);
  update();
  return [bar, results];
}

/** The values that a column of rows has, each with its words, for a filter. */
function choices(list, read, words, limit = 200) {
  const counts = new Map();
  for (const one of list) {
    const value = read(one);
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, limit);
  return most.map(([value, n]) => [value, `${words(value)} (${count(n)})`]);
}

/** Orders two values; what is not there comes last either way. */
function compared(a, b, down = false) {
  const [aThere, bThere] = [a, b].map((one) => one !== null && one !== undefined && one !== "");
  if (!aThere || !bThere) return bThere - aThere;
  return a === b ? 0 : (a < b) === down ? 1 : -1;
}

/**
 * A table that scrolls in its own box, sorts by its heads and renders in slices. Columns: { title, cell, sort, kind };
 * `kind` "money" or "count" stands right.
 */
function table(title, list, columns) {
  const caption = freshId();
  const body = h("tbody");
  const rest = h("div");
  let order = { at: -1, down: false };
  const heads = columns.map((column, at) => {
    const button = column.sort
      ? h("button", { type: "button", title: t("sort_by"), onclick: () => sort(at) }, column.title)
      : column.title;
    return h("th", { scope: "col", class: column.kind }, button);
  });
  function sort(at) {
    order = { at, down: order.at === at && !order.down };
    fill();
  }
  function fill() {
    const read = columns[order.at]?.sort;
    const sorted = read ? [...list].sort((a, b) => compared(read(a), read(b), order.down)) : list;
    heads.forEach((head, at) => {
      if (at === order.at) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    body.replaceChildren();
    rest.replaceChildren(sliced(body, sorted, (row) => h("tr", {}, columns.map((column, at) =>
      h(at ? "td" : "th", { class: column.kind, scope: at ? null : "row" }, column.cell(row))))));
  }
  fill();
  return h("div", {},
    h("div", { class: "scroll", role: "group", tabindex: "0", "aria-labelledby": caption },
      h("table", {}, h("caption", { id: caption }, title), h("thead", {}, h("tr", {}, heads)), body)),
    rest);
}

/** Money for sorting. */
const worth = (row) => (row.usd === null ? null : BigInt(row.usd));

/** Names and values, one under the other. */
const facts = (pairs) =>
  h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(
    ([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
