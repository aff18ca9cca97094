// Reads the history chart out by pointer and by arrow keys, from the table that stands below it.
"use strict";

for (const plot of document.querySelectorAll("[data-history]")) {
  const rows = [...document.querySelectorAll(`#${plot.dataset.history} tbody tr`)];
  const names = [...document.querySelectorAll(`#${plot.dataset.history} thead th`)].map((head) => head.textContent.toLowerCase());
  const scored = rows.filter((row) => row.dataset.x !== undefined);
  const reader = plot.querySelector(".reader");
  const readOut = plot.parentElement.querySelector(".read-out");
  const cursor = plot.querySelector(".cursor");
  const dot = plot.querySelector(".cursor-dot");
  if (!scored.length) continue;
  let at = scored.length - 1;

  const words = (row) => {
    const [day, score, risk, ...rest] = [...row.cells].map((cell) => cell.textContent);
    return `${day}: ${score}, ${risk}, ` + rest.map((text, place) => `${names[place + 3]} ${text}`).join(", ");
  };

  const show = (number) => {
    at = Math.max(0, Math.min(scored.length - 1, number));
    const row = scored[at];
    for (const name of ["x1", "x2"]) cursor.setAttribute(name, `${row.dataset.x}%`);
    dot.setAttribute("cx", `${row.dataset.x}%`);
    dot.setAttribute("cy", row.dataset.y);
    for (const shape of [cursor, dot]) shape.setAttribute("visibility", "visible");
    readOut.textContent = words(row);
    reader.setAttribute("aria-valuenow", at);
    reader.setAttribute("aria-valuetext", words(row));
  };

  const hide = () => {
    for (const shape of [cursor, dot]) shape.setAttribute("visibility", "hidden");
    readOut.textContent = readOut.dataset.hint;
  };

  const nearest = (event) => {
    const box = plot.querySelector("svg").getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 100;
    const far = (row) => Math.abs(Number(row.dataset.x) - x);
    return scored.reduce((best, row, place) => (far(row) < far(scored[best]) ? place : best), 0);
  };

  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7, Home: -Infinity, End: Infinity };
  reader.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    show(at + steps[event.key]);
  });
  reader.addEventListener("focus", () => show(at));
  reader.addEventListener("blur", hide);
  for (const kind of ["pointermove", "pointerdown"]) reader.addEventListener(kind, (event) => show(nearest(event)));
  reader.addEventListener("pointerleave", () => document.activeElement !== reader && hide());

  reader.setAttribute("aria-valuemax", scored.length - 1);
  reader.setAttribute("aria-valuenow", at);
  reader.setAttribute("aria-valuetext", words(scored[at]));
  reader.hidden = false;
  readOut.hidden = false;
  hide();
}
