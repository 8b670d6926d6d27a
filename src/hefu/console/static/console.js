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
    const said = document.querySelector("[data-said]"), step = board.querySelector("[aria-current=step] span");
    if (said && step && said.textContent !== step.textContent) said.textContent = step.textContent; // each step once
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
    source.addEventListener("over", () => { close(); location.reload(); });
    source.onmessage = (event) => {
      const next = new URL(address, location.href);
      next.searchParams.set("seen", event.lastEventId);
      address = next.pathname + next.search;
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

// Files and folders may be dropped; a bar shows how much has been sent.
const give = document.querySelector("[data-give]");
if (give) {
  const drop = give.querySelector("[data-drop]");
  const told = give.querySelector("[data-chosen-here]");
  let dropped = [];
  drop.querySelector("[data-scripted]").hidden = false;
  const chosen = () => [...give.querySelectorAll("input[type=file]")].flatMap((input) =>
    [...input.files].map((file) => [file, file.webkitRelativePath || file.name])).concat(dropped);
  const tell = () => { const many = chosen().length; told.textContent = many ? give.dataset.chosen.replace("{many}", many) : ""; };
  const inside = async (entry, found) => {
    if (entry.isFile) {
      found.push([await new Promise((well, ill) => entry.file(well, ill)), entry.fullPath.slice(1)]);
      return;
    }
    const reader = entry.createReader();
    for (let part; (part = await new Promise((well, ill) => reader.readEntries(well, ill))).length;) {
      for (const one of part) await inside(one, found); // a folder tells a hundred at a time
    }
  };
  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    const files = [...event.dataTransfer.files]; // both are gone after the first pause
    const found = [];
    if (entries.some(Boolean)) { for (const one of entries) if (one) await inside(one, found); }
    else for (const file of files) found.push([file, file.name]);
    dropped = dropped.concat(found);
    tell();
  });
  give.addEventListener("change", tell);
  give.addEventListener("submit", (event) => {
    event.preventDefault();
    const files = chosen();
    const many = files.reduce((sum, [file]) => sum + file.size, 0);
    if (!files.length || many > Number(give.dataset.limit)) {
      told.textContent = files.length ? give.dataset.over : give.dataset.none;
      delete give.dataset.sent;
      return;
    }
    const form = new FormData();
    for (const one of give.elements) {
      if (one.name && one.type !== "file" && (one.type !== "checkbox" || one.checked)) form.append(one.name, one.value);
    }
    for (const [file, name] of files) form.append("papers", file, name);
    const sending = give.querySelector("[data-sending]");
    const bar = sending.querySelector("progress");
    const request = new XMLHttpRequest();
    sending.hidden = false;
    request.upload.onprogress = ({ loaded, total }) => {
      bar.value = 100 * loaded / total;
      sending.querySelector("span").textContent = Math.floor(bar.value) + " %";
    };
    request.onload = () => {
      if (request.status < 400) { location.assign(request.responseURL); return; }
      document.documentElement.innerHTML = new DOMParser().parseFromString(request.response, "text/html").documentElement.innerHTML;
    };
    request.onerror = () => { told.textContent = give.dataset.lost; sending.hidden = true; delete give.dataset.sent; };
    request.open("POST", give.action);
    request.send(form);
  });
}
