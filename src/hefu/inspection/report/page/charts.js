// Charts: tables with bars in them, and columns by month with a table as their alternative.

/** A table of bars. Entries: { label, value, tone, cells }; the bar is the share of the largest value. */
function bars(title, heads, entries) {
  const most = entries.reduce((top, one) => (one.value > top ? one.value : top), 1n);
  const bar = ({ value, tone }) =>
    draw("svg", { class: `bar ${tone}`, viewBox: "0 0 1000 8", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
      draw("rect", { class: "track", width: "1000", height: "8" }),
      draw("rect", { class: "fill", width: String((value * 1000n) / most), height: "8" }));
  return h("table", { class: "bars" }, h("caption", {}, title),
    h("thead", {}, h("tr", {}, heads.map((head, at) => h("th", { scope: "col", class: at ? "count" : null }, head)))),
    h("tbody", {}, entries.map((one) =>
      h("tr", {},
        h("th", { scope: "row" }, one.label, bar(one)),
        one.cells.map((cell) => h("td", { class: "count" }, cell))))));
}

/** The three outcomes as one bar. */
function outcomeBar(numbers) {
  const total = Math.max(1, numbers.held + numbers.clears + numbers.not_needed);
  let x = 0;
  const part = ([name, tone]) => {
    const width = (numbers[name] / total) * 1000;
    x += width;
    return draw("rect", { class: `fill ${tone}`, x: x - width, width: Math.max(0, width - (x < 999 && width > 4 ? 3 : 0)), height: "10" });
  };
  return draw("svg", { class: "outcomes", viewBox: "0 0 1000 10", preserveAspectRatio: "none", role: "img", "aria-label": t("outcomes_chart", numbers) },
    [["held", "block"], ["clears", "ok"], ["not_needed", "info"]].map(part));
}

const MONTH_WIDTH = 40;
const MONTH_HEIGHT = 140;

/** A round number at or above n, for the top of a scale. */
function roundUp(n) {
  const ten = 10 ** Math.floor(Math.log10(Math.max(1, n)));
  return [1, 2, 4, 5, 10].map((part) => part * ten).find((one) => one >= n);
}

/** Declarations by month, stacked by outcome. */
function months(list) {
  const top = roundUp(Math.max(...list.map((one) => one.held + one.clears + one.not_needed)));
  const left = 16 + 8 * String(top).length;
  const width = left + list.length * MONTH_WIDTH;
  const y = (n) => 10 + MONTH_HEIGHT * (1 - n / top);
  const ticks = top > 1 ? [0, top / 2, top].filter(Number.isInteger) : [0, 1];
  const column = (one, at) => {
    let base = 0;
    const x = left + at * MONTH_WIDTH + 8;
    const parts = [["held", "block"], ["clears", "ok"], ["not_needed", "info"]].map(([name, tone]) => {
      base += one[name];
      const height = (MONTH_HEIGHT * one[name]) / top;
      return draw("rect", { class: `fill ${tone}`, x, y: y(base), width: MONTH_WIDTH - 16, height: Math.max(0, height - (height > 3 ? 1 : 0)) });
    });
    const [year, month] = one.month.split("-");
    const named = at === 0 || month === "01" || !month;
    return [parts,
      draw("text", { x: x + 12, y: MONTH_HEIGHT + 26, "text-anchor": "middle" }, month ?? year),
      named && month ? draw("text", { x: x + 12, y: MONTH_HEIGHT + 40, "text-anchor": "middle" }, year) : null];
  };
  const chart = draw("svg", { class: "months", width, height: MONTH_HEIGHT + 46, role: "img",
      "aria-label": t("by_month_alt", { from: list[0].month, to: list.at(-1).month }) },
    ticks.map((n) => [
      draw("line", { x1: left, x2: width, y1: y(n), y2: y(n) }),
      draw("text", { x: left - 6, y: y(n) + 4, "text-anchor": "end" }, count(n))]),
    list.map(column));
  const legend = h("p", { class: "legend" }, ["held", "clears", "not_needed"].map((name) => [badge("outcome", name), " "]));
  const numbers = table(t("by_month"), list, [
    { title: t("month"), cell: (one) => one.month },
    ...["held", "clears", "not_needed"].map((name) => ({ title: t(name), kind: "count", cell: (one) => count(one[name]) })),
  ]);
  return h("div", {}, legend,
    h("div", { class: "scroll", role: "group", tabindex: "0", "aria-label": t("by_month") }, chart),
    h("details", {}, h("summary", {}, t("as_table")), numbers));
}
