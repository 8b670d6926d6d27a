// Data, words, money, and building of elements. Text of papers only ever becomes text nodes.

const embedded = (id) => JSON.parse(document.getElementById(id).textContent);
const WORDS = embedded("words");
const DATA = embedded("data");

// What is looked up by texts of papers has only its own names, not those that every object has.
for (const one of [...Object.values(WORDS), ...Object.values(DATA.words), DATA.codes, DATA.details, DATA.live]) {
  Object.setPrototypeOf(one, null);
}
const LANGUAGES = ["zh", "en"];

const route = { lang: "zh", view: "overview", params: new URLSearchParams() };

/** A text, or the one of [Chinese, English] that is read. */
const say = (told) => (Array.isArray(told) ? told[LANGUAGES.indexOf(route.lang)] : told ?? "");

/** A sentence of the page with its slots filled. */
const t = (key, slots = {}) =>
  say(WORDS.ui[key]).replace(/\{(\w+)\}/g, (whole, name) => slots[name] ?? "");

/** A word for a code; the code itself where there is none. */
const word = (group, code) => say(WORDS[group]?.[code] ?? DATA.words[group]?.[code] ?? code);

/** The name of a field of a sheet; a firm's is its role and what names it there. */
function fieldName(name) {
  if (WORDS.read[name]) return say(WORDS.read[name]);
  const [role, identifier] = name.split("_");
  if (!WORDS.role[role] || !WORDS.identifier[identifier]) return name;
  return say(WORDS.role[role]) + (route.lang === "zh" ? "" : " ") + say(WORDS.identifier[identifier]);
}

const count = (number) => Number(number).toLocaleString("en-US");
const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

/** Money, kept as whole 1/10,000 dollars in text: dollars and cents, or whole dollars. */
function usd(text, whole = false) {
  if (text === null || text === undefined) return t("not_known");
  const value = BigInt(text);
  const size = value < 0n ? -value : value;
  const sign = value < 0n ? "-" : "";
  if (whole) return sign + grouped(String((size + 5000n) / 10000n));
  const cents = (size + 50n) / 100n;
  return `${sign}${grouped(String(cents / 100n))}.${String(cents % 100n).padStart(2, "0")}`;
}

const tables = new Map();

/** The rows of an embedded table as objects. */
function rows(name) {
  if (!tables.has(name)) {
    const { rows: height, columns } = DATA.tables[name];
    const made = Array.from({ length: height }, () => ({}));
    for (const [column, held] of Object.entries(columns)) {
      for (let at = 0; at < height; at += 1) {
        made[at][column] = Array.isArray(held) ? held[at] : held.texts[held.at[at]];
      }
    }
    tables.set(name, made);
  }
  return tables.get(name);
}

const indexes = new Map();

/** Rows of a table by the value of a column. */
function by(name, column) {
  const key = `${name}.${column}`;
  if (!indexes.has(key)) {
    const index = new Map();
    for (const row of rows(name)) {
      if (!index.has(row[column])) index.set(row[column], []);
      index.get(row[column]).push(row);
    }
    indexes.set(key, index);
  }
  return indexes.get(key);
}

/** What is compared when a person types: no widths, cases or spaces. */
const folded = (text) => String(text).normalize("NFKC").toUpperCase().replace(/\s+/g, "");

const haystacks = new WeakMap();

/** Whether a row holds the words looked for; a number of 21 characters is looked for by its first 18 too. */
function holds(row, wanted) {
  if (!haystacks.has(row)) haystacks.set(row, folded(Object.values(row).flat().join("\n")));
  const hay = haystacks.get(row);
  return hay.includes(wanted) || (/^[0-9EI]{21}$/.test(wanted) && hay.includes(wanted.slice(0, 18)));
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  const told = children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false);
  element.append(...told);
  return element;
}

/** An element; children that are not nodes become text. */
const h = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

/** An element of a drawing. */
const draw = (name, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

/** The address of a view. */
function address(view, params = {}) {
  const told = new URLSearchParams({ lang: route.lang, view });
  for (const [name, value] of Object.entries(params)) if (value) told.set(name, value);
  return `#${told}`;
}

/** A link inside the page. */
const link = (text, view, params = {}, attributes = {}) =>
  h("a", { href: address(view, params), ...attributes }, text);
