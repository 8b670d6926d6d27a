// What the pages can do besides: they work without it.
"use strict";

// A sign-in link of `hefu up` carries the token behind #, which no server and no log sees.
const entrance = document.getElementById("sign-in");
if (entrance && location.hash.startsWith("#token=")) {
  entrance.token.value = decodeURIComponent(location.hash.slice(7));
  history.replaceState(null, "", location.pathname + location.search);
  entrance.submit();
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// The board is put in place anew whenever the server sends it; the browser connects again by itself.
const board = document.querySelector("[data-live]");
if (board) {
  const light = document.getElementById("live");
  const show = (on) => {
    light.textContent = "● " + (on ? light.dataset.on : light.dataset.off);
    light.classList.toggle("lost", !on);
  };
  let waiting = null;
  const put = (html) => {
    if (board.contains(document.activeElement)) { waiting = html; return; } // whoever is on a row keeps it
    board.innerHTML = html;
  };
  board.addEventListener("focusout", () => setTimeout(() => {
    if (waiting !== null && !board.contains(document.activeElement)) { board.innerHTML = waiting; waiting = null; }
  }));
  const source = new EventSource(board.dataset.live);
  source.onopen = () => show(true);
  source.onmessage = (event) => put(event.data);
  source.onerror = () => show(false);
}
