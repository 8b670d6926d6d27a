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

// The board is put in place anew whenever the server sends it. The line is opened again when it breaks, also when it
// breaks in silence, and closed while nobody can see the page: a browser has only six lines to a server.
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
    waiting = null;
    board.innerHTML = html;
  };
  board.addEventListener("focusout", () => setTimeout(() => {
    if (waiting !== null) put(waiting);
  }));
  let source = null, silence = 0, address = board.dataset.live;
  const close = () => { clearTimeout(silence); if (source) source.close(); };
  const heard = () => {
    show(true);
    clearTimeout(silence);
    silence = setTimeout(open, 25000);
  };
  const open = () => {
    close();
    source = new EventSource(address);
    source.onopen = heard;
    source.addEventListener("quiet", heard);
    source.onmessage = (event) => {
      address = address.split("?")[0] + "?seen=" + encodeURIComponent(event.lastEventId);
      heard();
      put(event.data);
    };
    source.onerror = () => {
      show(false);
      clearTimeout(silence);
      silence = setTimeout(open, 3000); // the browser does not try again by itself after every error
    };
  };
  document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
  if (!document.hidden) open();
}
