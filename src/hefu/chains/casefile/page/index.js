// The list of cases: found by any word, by status, sorted by any column.

const table = document.querySelector("table");
const find = document.getElementById("find");
const status = document.getElementById("status");
const rows = table ? [...table.tBodies[0].rows] : [];

function filter() {
  const word = find.value.trim().toLowerCase();
  let seen = 0;
  for (const row of rows) {
    const fits = (!status.value || row.dataset.status === status.value)
      && (!word || row.textContent.toLowerCase().includes(word));
    row.hidden = !fits;
    seen += Number(fits);
  }
  document.getElementById("count").textContent = `${seen} / ${rows.length}`;
}

const key = (row, at) => row.cells[at].dataset.sort ?? row.cells[at].textContent.trim();
const compare = (one, other) => {
  const [a, b] = [Number.parseFloat(one), Number.parseFloat(other)];
  const numbers = /^-?[\d.,]+%?$/.test(one) && /^-?[\d.,]+%?$/.test(other);
  return numbers ? a - b : one.localeCompare(other, "zh-CN");
};

function sort(head) {
  const at = head.cellIndex;
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const one of table.tHead.rows[0].cells) one.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const sorted = [...rows].sort((one, other) => compare(key(one, at), key(other, at)) * (down ? -1 : 1));
  table.tBodies[0].append(...sorted);
}

if (table) {
  find.addEventListener("input", filter);
  status.addEventListener("change", filter);
  for (const head of table.tHead.rows[0].cells) head.querySelector("button").addEventListener("click", () => sort(head));
  filter();
}
