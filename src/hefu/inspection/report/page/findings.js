// Findings: what to do next, by action and paper, the largest money first; and the overview above it.

const keyOf = (finding) => finding.declaration || finding.certificate || "";
const titleOf = (code) => say(DATA.codes[code] ?? code);
const SEVERITIES = ["block", "warn", "info"];

/** A value of a finding; a bare code of a register or an act in words. */
const valued = (text) => h("b", { class: "value" }, say(WORDS.state[text] ?? DATA.words.act[text] ?? text));

/** Both values of a finding with their places. */
function values(finding) {
  const side = (name, value, file, sheet, row) =>
    value || file ? h("span", { class: "side" }, h("span", { class: "muted" }, `${t(name)} `), value ? valued(value) : both ? t("none") : null, " ", placed(file, sheet, row)) : null;
  const both = finding.declared || finding.certified;
  const at = [
    finding.certificate && finding.declaration ? certificateLink(finding.certificate) : null,
    finding.item === null ? null : t("item_n", { n: finding.item }),
    finding.line === null ? null : t("line_n", { n: finding.line }),
    finding.field ? word("field", finding.field) : null,
  ].filter(Boolean);
  if (at.length < 2 && !both && !finding.declared_file && !finding.certified_file) return null;
  const where = h("span", { class: "at" }, at.flatMap((one, n) => (n ? [" · ", one] : [one])));
  if (finding.question === "papers" && !finding.certificate) {
    const sides = [finding.declared, finding.certified].filter(Boolean).map(valued);
    return h("p", { class: "values" }, where, " ", h("span", { class: "side" }, sides.flatMap((one, n) => (n ? [" ≠ ", one] : [one]))), " ",
      placed(finding.declared_file, finding.declared_sheet, finding.declared_row));
  }
  return h("p", { class: "values" }, where, " ",
    side("declared_value", finding.declared, finding.declared_file, finding.declared_sheet, finding.declared_row), " ",
    side("certified_value", finding.certified, finding.certified_file, finding.certified_sheet, finding.certified_row));
}

const messageOf = (finding) => (route.lang === "zh" ? finding.message_zh : finding.message_en) || titleOf(finding.code);
const remedyOf = (finding) => (route.lang === "zh" ? finding.remedy_zh : finding.remedy_en) || "";
const groundOf = (finding) => (route.lang === "zh" ? finding.ground_zh : finding.ground_en) || "";

/** A finding in full. */
function told(finding, { ground = false } = {}) {
  return h("li", { class: `finding ${finding.severity}` },
    h("p", { class: "said" }, badge("severity", finding.severity), " ", h("span", { class: "data" }, messageOf(finding)), " ", h("code", {}, finding.code)),
    values(finding),
    remedyOf(finding) ? h("p", { class: "remedy" }, h("span", { class: "muted" }, `${t("remedy")} `), h("span", { class: "data" }, remedyOf(finding))) : null,
    ground && groundOf(finding) ? h("p", { class: "remedy" }, h("span", { class: "muted" }, `${t("ground")} `), h("span", { class: "data" }, groundOf(finding))) : null);
}

/** Money with its currency; said to be unknown where it is. */
const worded = (text, round = false) => (text === null ? `${t("money")} ${t("not_known")}` : `${t("usd")} ${usd(text, round)}`);

/** A paper with its findings. */
function card(key, list) {
  const first = list[0];
  const declared = by("declarations", "declaration").get(first.declaration)?.[0];
  const head = first.declaration ? declarationLink(first.declaration) : first.certificate ? certificateLink(first.certificate) : t("papers_disagree");
  return h("article", { class: "card" },
    h("div", { class: "cardhead" },
      h("h4", {}, head),
      declared ? h("span", { class: "muted" }, [word("act", declared.act), declared.trader_name || declared.trader_uscc, declared.declared_on].filter(Boolean).join(" · ")) : null,
      DATA.details[first.declaration] ? link(t("look_closely"), "declaration", { n: first.declaration }, { class: "small" }) : null,
      h("span", { class: "money" }, worded(first.usd))),
    h("ul", { class: "plain" }, list.map((one) => told(one))));
}

function groupedBy(list, read) {
  const groups = new Map();
  for (const one of list) {
    const key = read(one);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(one);
  }
  return groups;
}

/** The findings of one action. */
function actionGroup(action, list) {
  const papers = [...groupedBy(list, (one) => keyOf(one) || `${one.declared_file}/${one.declared_row}/${one.id}`)];
  const body = h("div", { class: "cards" });
  const more = sliced(body, papers, ([key, found]) => card(key, found), 25);
  const known = papers.map(([, found]) => found[0].usd).filter((one) => one !== null);
  const sum = known.length ? known.reduce((total, one) => total + BigInt(one), 0n) : null;
  return h("section", { class: "action" },
    h("div", { class: "actionhead" },
      h("h3", {}, word("action", action)),
      h("p", { class: "muted" }, `${t("who")}: ${word("who", action)}`),
      h("p", { class: "money" }, `${t("papers")} ${count(papers.length)} · ${worded(sum, true)}`)),
    body, more);
}

function todoView() {
  const all = rows("findings");
  const acts = by("declarations", "declaration");
  const declaredOf = (one) => acts.get(one.declaration)?.[0];
  const firmOf = (one) => declaredOf(one)?.trader_name || declaredOf(one)?.trader_uscc || by("certificates", "certificate").get(one.certificate)?.[0].holder_name;
  const actOf = (one) => declaredOf(one)?.act;
  const fields = [
    { name: "action", label: t("action"), options: choices(all, (one) => one.action, (code) => word("action", code)) },
    { name: "severity", label: t("severity"), options: choices(all, (one) => one.severity, (code) => word("severity", code)) },
    { name: "code", label: t("rule"), options: choices(all, (one) => one.code, (code) => code) },
    { name: "act", label: t("act"), options: choices(all, actOf, (code) => word("act", code)) },
    { name: "firm", label: t("firm"), options: choices(all, firmOf, (name) => name) },
    { name: "q", label: t("text") },
  ];
  const drawList = (asked) => {
    const wanted = folded(asked.q);
    const list = all.filter((one) =>
      (!asked.action || one.action === asked.action) && (!asked.severity || one.severity === asked.severity) &&
      (!asked.code || one.code === asked.code) && (!asked.act || actOf(one) === asked.act) &&
      (!asked.firm || firmOf(one) === asked.firm) && (!wanted || holds(one, wanted)));
    const groups = groupedBy(list, (one) => one.action);
    return [[...groups].map(([action, found]) => actionGroup(action, found)), list.length];
  };
  if (!DATA.tables.findings.total) return [clearNote()];
  return [bounded("findings"), filtered(fields, all.length, drawList)];
}

/** What is said where nothing needs to be done. */
function clearNote() {
  const n = DATA.tables.declarations.total;
  if (!n) return h("p", { class: "empty" }, t("no_declarations"));
  const title = DATA.totals.refused ? t("nothing_held") : t("all_clear", { n: count(n) });
  return h("div", { class: "good" }, h("p", {}, h("b", {}, title)), h("p", { class: "muted" }, t("all_clear_hint")));
}

/** The answer in one sentence. */
function headline() {
  const { outcomes, refused } = DATA.totals;
  const n = DATA.tables.declarations.total;
  const held = outcomes.held?.papers ?? 0;
  const sentence = held ? t(held === 1 ? "headline_one" : "headline", { n: count(n), held: count(held) }) : n ? t("nothing_held") : t("no_declarations");
  return [h("p", { class: "headline" }, sentence), refused ? h("p", { class: "notice" }, t("not_all_read", { n: count(refused) }), " ", link(t("refusals"), "read")) : null];
}

function tiles() {
  const { outcomes, refused } = DATA.totals;
  const tile = (name, tone) => {
    const one = outcomes[name] ?? { papers: 0, usd: "0", unknown: 0 };
    return h("a", { class: `tile ${one.papers ? tone : "info"}`, href: address("declarations", { outcome: name }) },
      h("span", { class: "label" }, t(name)), h("span", { class: "figure" }, count(one.papers)),
      h("span", { class: "muted" }, `${t("usd")} ${usd(one.usd, true)}`, one.unknown ? h("br") : null, one.unknown ? t("unknown_value", { n: count(one.unknown) }) : null));
  };
  return h("div", { class: "tiles" }, tile("held", "block"), tile("clears", "ok"), tile("not_needed", "info"),
    h("a", { class: `tile ${refused ? "warn" : "info"}`, href: address("read") },
      h("span", { class: "label" }, t("refused_rows")), h("span", { class: "figure" }, count(refused)), h("span", { class: "muted" }, t("tile_refused"))));
}

/** What papers are worth together; not known where it is of none of them. */
const sumOf = (one) => (one.unknown === one.papers ? t("not_known") : usd(one.usd, true));

function charts() {
  const { actions, codes, statuses } = DATA.totals;
  const tone = { block: "block", warn: "warn", info: "info" };
  const actionBars = bars(t("by_action"), [t("action"), t("papers"), t("usd")], actions.map((one) => ({
    label: link(word("action", one.action), "todo", { action: one.action }), value: BigInt(one.usd), tone: one.action === "look" ? "info" : "block",
    cells: [count(one.papers), sumOf(one)] })));
  const codeBar = (one) => ({
    label: [badge("severity", one.severity), " ", link(one.code, "todo", { code: one.code }, { class: "code" }), h("span", { class: "explained" }, titleOf(one.code))],
    value: BigInt(one.rows), tone: tone[one.severity], cells: [count(one.rows), sumOf(one)] });
  const heads = [t("rule"), t("findings"), t("usd")];
  const rest = codes.slice(8);
  const statusBars = bars(t("by_status"), [t("status"), t("certificates"), t("usd")], statuses.map((one) => ({
    label: link(badge("status", one.status), "certificates", { status: one.status }), value: BigInt(one.rows), tone: TONES[one.status] ?? "info",
    cells: [count(one.rows), sumOf(one)] })));
  return h("div", { class: "charts" },
    actions.length ? h("section", { class: "panel" }, actionBars, h("p", { class: "muted small" }, t("by_action_note"))) : null,
    statuses.length ? h("section", { class: "panel tall" }, statusBars) : null,
    DATA.totals.months.length ? h("section", { class: "panel" }, h("h3", {}, t("by_month")), months(DATA.totals.months)) : null,
    codes.length ? h("section", { class: "panel wide" }, bars(t("by_code"), heads, codes.slice(0, 8).map(codeBar)),
      rest.length ? h("details", {}, h("summary", {}, t("more_codes", { n: count(rest.length) })), bars(t("by_code"), heads, rest.map(codeBar))) : null) : null);
}

function overviewView() {
  const { outcomes } = DATA.totals;
  const numbers = Object.fromEntries(["held", "clears", "not_needed"].map((name) => [name, outcomes[name]?.papers ?? 0]));
  const blocking = [...groupedBy(rows("findings").filter((one) => one.severity === "block"), (one) => keyOf(one) || one.id)]
    .sort(([, a], [, b]) => compared(worth(a[0]), worth(b[0]), true)).slice(0, 5);
  const start = blocking.length
    ? h("section", {}, h("h3", {}, t("largest")), h("div", { class: "cards" }, blocking.map(([key, found]) => card(key, found.slice(0, 3)))),
        h("p", {}, link(t("all_todo"), "todo")))
    : h("section", {}, clearNote());
  return [headline(), aboutList(), tiles(), outcomeBar(numbers), start, charts()];
}

/** How the declarations look to an investigator: no finding, and which paper settles each thing. */
function noticedView() {
  const { noticed } = DATA;
  if (!noticed) return [h("p", {}, t("nothing_listed"))];
  if (noticed.left_out) return [h("p", { class: "notice" }, say(Object.values(noticed.left_out)))];
  const text = (one) => say([one.zh, one.en]);
  const one = (notice) => h("section", { class: "card" },
    h("h3", {}, `${text(notice.title)} · ${t("noticed_of", { n: count(notice.count), of: count(notice.seen) })}`),
    h("ul", {}, notice.papers.map(({ paper, says }) => h("li", {}, h("span", { class: "number" }, paper), " ", text(says)))),
    facts([[t("noticed_innocent"), text(notice.innocent)], [t("noticed_clears"), text(notice.clears)], [t("ground"), text(notice.ground)]]));
  return [
    h("p", {}, t("noticed_means")),
    h("p", {}, `${noticed.name} ${noticed.firm} · ${t("noticed_seen", { n: count(noticed.declarations) })}`),
    noticed.notices.length ? h("div", { class: "cards" }, noticed.notices.map(one)) : h("p", { class: "notice" }, t("noticed_nothing")),
    noticed.lacking.length ? h("p", {}, `${t("noticed_lacking")}: ${noticed.lacking.map(text).join(", ")}`) : null,
  ];
}

/** When, what and by which rules. */
function aboutList() {
  const { about, totals } = DATA;
  const read = [
    t("files_count", { n: count(totals.files) }), "; ",
    t("rows_told", { rows: count(totals.rows), judged: count(totals.judged), refused: count(totals.refused) })];
  return h("div", { class: "about" }, facts([
    [t("at"), `${about.at} (${t("beijing")})`],
    [t("files_read"), link(read, "read")],
    [t("ruleset"), h("span", {}, `${about.ruleset} · `, h("code", {}, about.hash.replace("sha256:", "").slice(0, 12)))],
    [t("pairs"), t("pairs_count", { n: count(about.pairs) })],
    [t("node"), about.node ? t("node_asked", { node: about.node }) : t("node_not_asked")],
    [t("assumptions"), about.assumptions.length ? h("ul", {}, about.assumptions.map((one) => h("li", {}, say(one)))) : null],
  ]));
}
