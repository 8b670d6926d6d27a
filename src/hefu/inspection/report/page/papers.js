// One paper closely: what is found against it, what would clear it, and the papers side by side.

function findingsOf(number) {
  return by("findings", "declaration").get(number) ?? [];
}

/** An edit: which field of which paper, from what to what, by whom. */
function edited(edit) {
  const part = edit.part ? `${t(`${edit.part}_n`, { n: edit.at })} · ` : "";
  const value = (told) => say(told) || t("change_empty");
  return h("li", {},
    h("span", {}, `${edit.paper === "certificate" ? t("certificate") : edit.paper === "declaration" ? t("declaration") : t("authority")} `),
    h("span", { class: "number" }, edit.number), " · ", part, word("field", edit.field), ": ",
    h("del", {}, value(edit.before)), " → ", h("ins", {}, value(edit.after)),
    h("span", { class: "muted" }, ` ${say(edit.who)}`));
}

function changesSection(changes) {
  if (!changes.length) return null;
  return h("section", { class: "good" }, h("h3", {}, t("would_pass")),
    changes.map((change, at) => [at ? h("p", { class: "or" }, t("would_pass_or")) : null, h("ul", { class: "edits" }, change.map(edited))]));
}

/** One section of the papers side by side; a row with findings is followed by what they say. */
function sectionBody(section, detail, findings, width) {
  const name = section.kind === "head" ? t("head") : [section.kind === "item" ? t("item_n", { n: section.item }) : t("line_n", { n: section.line }), section.name].join(" · ");
  const worst = (marks) => SEVERITIES.find((one) => marks.some((finding) => finding.severity === one));
  const side = [t("declaration"), ...detail.certificates.map(() => t("certificate")), t("original")];
  const line = (row) => {
    const marks = row.marks.map((id) => findings.get(id)).filter(Boolean);
    const tone = worst(marks);
    const cells = row.cells.slice(0, width).map((cell, at) =>
      h("td", { role: "cell", "data-side": side[at], class: say(cell) ? "data" : "data void" }, say(cell)));
    return [
      h("tr", { role: "row", class: tone ? `marked ${tone}` : null },
        h("th", { role: "rowheader", scope: "row" }, word("field", row.field),
          tone ? [" ", badge("severity", tone)] : row.unlike ? h("span", { class: "unlike" }, " ≠") : null), cells),
      marks.length ? h("tr", { role: "row", class: `explained ${tone}` },
        h("td", { role: "cell", colspan: String(width + 1) }, marks.map((one) =>
          h("p", {}, h("span", { class: "data" }, messageOf(one)), " ", h("code", {}, one.code),
            remedyOf(one) ? h("span", { class: "data fix" }, ` → ${remedyOf(one)}`) : null)))) : null,
    ];
  };
  return h("tbody", { role: "rowgroup" },
    h("tr", { role: "row", class: "part" }, h("th", { role: "columnheader", scope: "colgroup", colspan: String(width + 1) }, name)),
    section.rows.map(line));
}

function sideBySide(detail, findings) {
  const width = 1 + detail.certificates.length + (detail.original ? 1 : 0);
  const byId = new Map(findings.map((one) => [one.id, one]));
  const ordinary = detail.sections.map((section) => sectionBody(section, detail, byId, width));
  const caption = freshId();
  const heads = [
    h("th", { role: "columnheader", scope: "col" }, t("field")),
    h("th", { role: "columnheader", scope: "col" }, t("declaration"), h("span", { class: "number" }, detail.number)),
    detail.certificates.map((number) => h("th", { role: "columnheader", scope: "col" }, t("certificate"), h("span", { class: "number" }, number))),
    detail.original ? h("th", { role: "columnheader", scope: "col" }, t("original"), h("span", { class: "number" }, detail.export)) : null,
  ];
  return h("section", {}, h("h3", { id: caption }, t("side_by_side")), h("p", { class: "muted small" }, t("marks_legend")),
    h("div", { class: "scroll", role: "group", tabindex: "0", "aria-labelledby": caption },
      h("table", { class: `beside of${width}`, role: "table", "aria-labelledby": caption },
        h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), ordinary)),
    detail.more ? h("p", { class: "notice" }, t("items_more", { n: count(detail.more) })) : null);
}

/** The authority's record of certificates beside the enterprise's own data. */
function liveSection(numbers) {
  if (!DATA.about.node) return null;
  const known = numbers.map((number) => by("certificates", "certificate").get(number)?.[0]).filter(Boolean);
  if (!known.length) return null;
  const own = (one) => facts([[t("status"), badge("status", one.status)], [t("declared_by"), (one.declarations ?? []).length ? linked(one.declarations, declarationLink) : t("none")], [t("issued_on"), one.issued_on], [t("until"), untilText(one)]]);
  const theirs = (one) => {
    const record = DATA.live[one.certificate];
    const mark = authority(one).unlike ? h("p", {}, h("span", { class: "badge block" }, `≠ ${t("unlike_own")}`)) : null;
    return [mark, record ? facts(record.map(([name, value]) => [word("field", name), h("span", { class: "data" }, name === "state" ? word("state", value) : value)])) : t("not_on_record")];
  };
  return h("section", {}, h("h3", {}, t("authority")),
    known.map((one) => h("div", { class: "panel" }, h("h4", {}, certificateLink(one.certificate)),
      h("div", { class: "pair" },
        h("div", {}, h("p", { class: "muted" }, t("own_record")), own(one)),
        h("div", {}, h("p", { class: "muted" }, t("authority")), theirs(one))))));
}

function declarationView() {
  const number = route.params.get("n") ?? "";
  const declared = by("declarations", "declaration").get(number)?.[0];
  const findings = findingsOf(number);
  const detail = DATA.details[number];
  if (!declared && !findings.length) return [h("p", { class: "empty" }, t("unknown_number", { n: number }))];
  const about = declared && facts([
    [t("outcome"), badge("outcome", declared.outcome)],
    [t("act"), word("act", declared.act)],
    [t("money"), declared.usd === null ? t("not_known") : worded(declared.usd)],
    [t("declared_on"), declared.declared_on],
    [t("trader"), h("span", { class: "data" }, [declared.trader_uscc, declared.trader_name].filter(Boolean).join(" "))],
    [t("certificates"), (declared.certificates ?? []).length ? linked(declared.certificates, certificateLink) : t("none")],
    [t("next_step"), declared.action ? word("action", declared.action) : t("none")],
    [t("place"), placed(declared.file, declared.sheet, declared.row)],
  ]);
  return [about,
    h("section", {}, h("h3", {}, t("findings")),
      findings.length ? h("ul", { class: "plain card" }, findings.map((one) => told(one, { ground: true }))) : h("p", { class: "good" }, t("detail_sound"))),
    detail ? [changesSection(detail.changes), sideBySide(detail, findings)] : h("p", { class: "notice" }, t("no_detail")),
    liveSection(declared?.certificates ?? [])];
}

function certificateView() {
  const number = route.params.get("n") ?? "";
  const one = by("certificates", "certificate").get(number)?.[0];
  const findings = by("findings", "certificate").get(number) ?? [];
  if (!one && !findings.length) return [h("p", { class: "empty" }, t("unknown_number", { n: number }))];
  const about = one && facts([
    [t("status"), badge("status", one.status)],
    [t("purpose"), word("purpose", one.purpose)],
    [t("money"), one.usd === null ? t("not_known") : worded(one.usd)],
    [t("issued_on"), one.issued_on],
    [t("until"), untilText(one)],
    [t("holder"), h("span", { class: "data" }, [one.holder_uscc, one.holder_name].filter(Boolean).join(" "))],
    [t("declared_by"), (one.declarations ?? []).length ? linked(one.declarations, declarationLink) : t("none")],
    [t("place"), placed(one.file, one.sheet, one.row)],
  ]);
  return [about,
    h("section", {}, h("h3", {}, t("findings")),
      findings.length ? [...groupedBy(findings, keyOf)].map(([key, list]) => card(key, list)) : h("p", { class: "good" }, t("detail_sound"))),
    liveSection([number])];
}
