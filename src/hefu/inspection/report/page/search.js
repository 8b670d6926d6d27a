// One box for every number, name and word of the page.

function searchView() {
  const asked = route.params.get("q") ?? "";
  const wanted = folded(asked);
  const find = (name) => (wanted ? rows(name).filter((row) => holds(row, wanted)) : []);
  const list = (found, cell) => {
    const body = h("ul", { class: "hits" });
    return [body, sliced(body, found, (row) => h("li", {}, cell(row)), 50)];
  };
  const part = (title, found, cell) =>
    found.length ? h("section", {}, h("h3", {}, `${title} (${count(found.length)})`), list(found, cell)) : null;
  const declarations = find("declarations");
  const certificates = find("certificates");
  const findings = find("findings");
  const refusals = find("refusals");
  const total = declarations.length + certificates.length + findings.length + refusals.length;
  const muted = (...parts) => h("span", { class: "muted data" }, ` ${parts.filter(Boolean).join(" · ")}`);
  return [
    h("p", { class: "status", role: "status" }, total ? t("search_hint", { n: count(total) }) : t("search_none", { q: asked })),
    part(t("declarations"), declarations, (one) => [declarationLink(one.declaration), " ", badge("outcome", one.outcome), muted(word("act", one.act), one.trader_name, one.declared_on)]),
    part(t("certificates"), certificates, (one) => [certificateLink(one.certificate), " ", badge("status", one.status), muted(word("purpose", one.purpose), one.holder_name, one.issued_on)]),
    part(t("findings"), findings, (one) => [one.declaration ? declarationLink(one.declaration) : certificateLink(one.certificate), " ", badge("severity", one.severity), muted(messageOf(one))]),
    part(t("refusals"), refusals, (one) => [placed(one.file, one.sheet, one.row), " ", h("b", { class: "data" }, one.value ?? ""), muted(route.lang === "zh" ? one.rule_zh : one.rule_en)]),
  ];
}

/** The paper of exactly this number, if there is one. */
function exactly(text) {
  const number = folded(text);
  const cut = /^[0-9EI]{21}$/.test(number) ? number.slice(0, 18) : number;
  if (by("declarations", "declaration").has(cut)) return address("declaration", { n: cut });
  return by("certificates", "certificate").has(number) ? address("certificate", { n: number }) : null;
}
