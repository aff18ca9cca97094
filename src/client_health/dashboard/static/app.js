// Enhances what works without it: dialogs, keys, rows. No page needs this file to be read or used.
"use strict";

const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) document.getElementById(closer.dataset.closes).close();
});

const rows = () => [...document.querySelectorAll("tr[data-row]")];

let place = 0; // of the row that was marked last: a swap of the rows takes the mark away

function step(by) {
  const all = rows();
  if (!all.length) return;
  const marked = all.findIndex((row) => row.classList.contains("marked") || row.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, marked === -1 ? place : marked + by))];
  place = all.indexOf(next);
  for (const row of all) row.classList.toggle("marked", row === next);
  const link = next.querySelector("a");
  if (link) link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const keys = {
  "/": () => {
    const search = document.querySelector("input[type=search]");
    if (search) search.focus();
    else location.href = "/#search";
  },
  j: () => step(1),
  k: () => step(-1),
  "?": () => document.getElementById("shortcuts")?.showModal(),
};

if (location.hash === "#search") document.getElementById("search")?.focus();

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.keys !== "on" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (Object.hasOwn(keys, event.key)) {
    event.preventDefault();
    keys[event.key]();
  }
});
