// The lists of all declarations, all certificates, and of all that was read.

const linked = (numbers, make) => spaced((numbers ?? []).slice(0, 6).map(make)).concat((numbers ?? []).length > 6 ? ` +${numbers.length - 6}` : []);

function declarationsView() {
  const all = rows("declarations");
  const monthOf = (one) => one.declared_on?.slice(0, 7);
  const firmOf = (one) => one.trader_name || one.trader_uscc;
  const fields = [
    { name: "outcome", label: t("outcome"), options: choices(all, (one) => one.outcome, (code) => word("outcome", code)) },
    { name: "act", label: t("act"), options: choices(all, (one) => one.act, (code) => word("act", code)) },
    { name: "month", label: t("month"), options: choices(all, monthOf, (month) => month) },
    { name: "firm", label: t("firm"), options: choices(all, firmOf, (name) => name) },
    { name: "q", label: t("text") },
  ];
  const columns = [
    { title: t("number"), cell: (one) => declarationLink(one.declaration), sort: (one) => one.declaration },
    { title: t("outcome"), cell: (one) => badge("outcome", one.outcome), sort: (one) => one.outcome },
    { title: `${t("money")} (${t("usd")})`, kind: "count", cell: (one) => usd(one.usd), sort: worth },
    { title: t("act"), cell: (one) => word("act", one.act), sort: (one) => one.act },
    { title: t("declared_on"), kind: "day", cell: (one) => one.declared_on ?? "", sort: (one) => one.declared_on },
    { title: t("trader"), cell: (one) => h("span", { class: "data", title: one.trader_uscc }, firmOf(one) ?? ""), sort: firmOf },
    { title: t("certificates"), cell: (one) => linked(one.certificates, certificateLink) },
    { title: t("findings"), cell: (one) => spaced([one.blocks ? h("span", { class: "badge block" }, `■ ${count(one.blocks)}`) : null, one.warns ? h("span", { class: "badge warn" }, `▲ ${count(one.warns)}`) : null].filter(Boolean)), sort: (one) => one.blocks * 1000 + one.warns },
    { title: t("next_step"), cell: (one) => (one.action ? word("action", one.action) : ""), sort: (one) => one.action },
    { title: t("place"), cell: (one) => placed(one.file, one.sheet, one.row) ?? "" },
  ];
  const drawList = (asked) => {
    const wanted = folded(asked.q);
    const list = all.filter((one) =>
      (!asked.outcome || one.outcome === asked.outcome) && (!asked.act || one.act === asked.act) &&
      (!asked.month || monthOf(one) === asked.month) && (!asked.firm || firmOf(one) === asked.firm) &&
      (!wanted || holds(one, wanted)));
    return [[table(t("declarations"), list, columns)], list.length];
  };
  return [bounded("declarations"), filtered(fields, all.length, drawList)];
}

/** The last day for the goods of a certificate, and how far it is. */
function untilText(one) {
  if (!one.until) return "";
  const days = Math.round((Date.parse(one.until) - Date.parse(DATA.about.today)) / 86400000);
  const open = ["unused", "lapsing", "lapsed"].includes(one.status);
  return [one.until, open ? h("span", { class: "muted" }, ` ${t(days < 0 ? "days_over" : "days_left", { n: count(Math.abs(days)) })}`) : null];
}

/** What the authority says of a certificate, and whether the enterprise's own data say otherwise. */
function authority(one) {
  if (!DATA.about.node) return null;
  const record = DATA.live[one.certificate];
  if (!record) return { text: t("not_on_record"), unlike: one.status !== "voided" };
  const state = record.find(([name]) => name === "state")?.[1] ?? "";
  const free = ["unused", "lapsing", "lapsed", "over_covered", "several"].includes(one.status);
  const holder = record.find(([name]) => ["declaration", "held_by"].includes(name))?.[1];
  const other = holder && !(one.declarations ?? []).includes(holder);
  const gone = ["withdrawn", "voided", "superseded"].includes(state);
  const unlike = one.status === "voided" ? !gone : gone || (["used", "reserved"].includes(state) && (free || other) && one.status !== "used");
  return { text: word("state", state), unlike };
}

function authorityCell(one) {
  const told = authority(one);
  return told.unlike ? h("span", { class: "badge block", title: t("unlike_own") }, `≠ ${told.text}`) : told.text;
}

function certificatesView() {
  const all = rows("certificates");
  const fields = [
    { name: "status", label: t("status"), options: choices(all, (one) => one.status, (code) => word("status", code)) },
    { name: "purpose", label: t("purpose"), options: choices(all, (one) => one.purpose, (code) => word("purpose", code)) },
    { name: "firm", label: t("firm"), options: choices(all, (one) => one.holder_name, (name) => name) },
    { name: "q", label: t("text") },
  ];
  const columns = [
    { title: t("number"), cell: (one) => certificateLink(one.certificate), sort: (one) => one.certificate },
    { title: t("status"), cell: (one) => badge("status", one.status), sort: (one) => one.status },
    DATA.about.node ? { title: t("authority"), cell: authorityCell, sort: (one) => authority(one).text } : null,
    { title: t("until"), kind: "day", cell: untilText, sort: (one) => one.until },
    { title: `${t("money")} (${t("usd")})`, kind: "count", cell: (one) => usd(one.usd), sort: worth },
    { title: t("purpose"), cell: (one) => word("purpose", one.purpose), sort: (one) => one.purpose },
    { title: t("issued_on"), kind: "day", cell: (one) => one.issued_on ?? "", sort: (one) => one.issued_on },
    { title: t("holder"), cell: (one) => h("span", { class: "data", title: one.holder_uscc }, one.holder_name || one.holder_uscc || ""), sort: (one) => one.holder_name },
    { title: t("declared_by"), cell: (one) => linked(one.declarations, declarationLink) },
    { title: t("place"), cell: (one) => placed(one.file, one.sheet, one.row) ?? "" },
  ].filter(Boolean);
  const drawList = (asked) => {
    const wanted = folded(asked.q);
    const list = all.filter((one) =>
      (!asked.status || one.status === asked.status) && (!asked.purpose || one.purpose === asked.purpose) &&
      (!asked.firm || one.holder_name === asked.firm) && (!wanted || holds(one, wanted)));
    return [[table(t("certificates"), list, columns)], list.length];
  };
  return [bounded("certificates"), filtered(fields, all.length, drawList)];
}

function readView() {
  const unread = (one) => by("columns", "file").get(one.file)?.filter((column) => column.sheet === one.sheet && !column.field).length ?? 0;
  const fileColumns = [
    { title: t("file"), cell: (one) => h("span", { class: "data" }, one.file), sort: (one) => one.file },
    { title: t("sheet"), cell: (one) => h("span", { class: "data" }, one.sheet ?? "") },
    { title: t("paper"), cell: (one) => (one.paper ? word("paper", one.paper) : h("span", { class: "badge warn" }, `▲ ${t("not_recognised")}`)), sort: (one) => one.paper },
    { title: t("header"), kind: "count", cell: (one) => one.header || "" },
    { title: t("rows"), kind: "count", cell: (one) => count(one.rows), sort: (one) => one.rows },
    { title: t("judged"), kind: "count", cell: (one) => count(one.judged), sort: (one) => one.judged },
    { title: t("refused"), kind: "count", cell: (one) => (one.refused ? h("span", { class: "badge warn" }, `▲ ${count(one.refused)}`) : "0"), sort: (one) => one.refused },
    { title: t("columns"), cell: (one) => (unread(one) ? t("columns_unread", { n: count(unread(one)) }) : by("columns", "file").has(one.file) ? t("columns_all") : "") },
  ];
  const files = rows("files");
  return [aboutList(),
    h("section", {}, h("h3", {}, t("files")), bounded("files"), files.length ? table(t("files"), files, fileColumns) : h("p", { class: "empty" }, t("nothing_listed"))),
    refusalsSection(), columnsSection(), rulesSection()];
}

function refusalsSection() {
  const all = rows("refusals");
  const rule = (one) => (route.lang === "zh" ? one.rule_zh : one.rule_en) ?? "";
  const columns = [
    { title: t("place"), cell: (one) => placed(one.file, one.sheet, one.row) ?? "", sort: (one) => one.file },
    { title: t("cell"), cell: (one) => (one.cell ? h("code", {}, one.cell) : one.field ? "" : t("whole_row")) },
    { title: t("column_title"), cell: (one) => h("span", { class: "data" }, one.title || fieldName(one.field || "")) },
    { title: t("value"), cell: (one) => h("span", { class: "data value" }, one.value ?? "") },
    { title: t("rule_text"), cell: (one) => h("span", { class: "data" }, rule(one)) },
  ];
  const fields = [{ name: "file", label: t("file"), options: choices(all, (one) => one.file, (file) => file) }, { name: "q", label: t("text") }];
  const drawList = (asked) => {
    const wanted = folded(asked.q);
    const list = all.filter((one) => (!asked.file || one.file === asked.file) && (!wanted || holds(one, wanted)));
    return [[table(t("refusals"), list, columns)], list.length];
  };
  return h("section", {}, h("h3", {}, t("refusals")), bounded("refusals"),
    all.length ? filtered(fields, all.length, drawList) : h("p", { class: "good" }, t("no_refusals")));
}

function columnsSection() {
  const all = rows("columns");
  if (!all.length) return null;
  const columns = [
    { title: t("file"), cell: (one) => placed(one.file, one.sheet, null), sort: (one) => one.file },
    { title: t("column"), cell: (one) => h("code", {}, one.column), sort: (one) => one.column },
    { title: t("column_title"), cell: (one) => h("span", { class: "data" }, one.title ?? ""), sort: (one) => one.title },
    { title: t("read_as"), cell: (one) => (one.field ? fieldName(one.field) : h("span", { class: "badge warn" }, `▲ ${t("not_recognised")}`)), sort: (one) => one.field },
    { title: t("suggested"), cell: (one) => (one.field || !one.suggested ? "" : fieldName(one.suggested)) },
  ];
  return h("section", {}, h("h3", {}, t("columns")), bounded("columns"), table(t("columns"), all, columns));
}

function rulesSection() {
  const { about } = DATA;
  const columns = [
    { title: t("key"), cell: (one) => h("code", {}, one.name) },
    { title: t("value"), cell: (one) => h("span", { class: "data" }, one.value || t("none")) },
    { title: t("rule_text"), cell: (one) => say(one.means) },
  ];
  return h("section", {}, h("h3", {}, t("policy")),
    facts([[t("version"), about.version], [t("ruleset"), about.ruleset], [t("hash"), h("code", { class: "long" }, about.hash)]]),
    h("details", {}, h("summary", {}, t("policy")), table(t("policy"), about.policy, columns)));
}
