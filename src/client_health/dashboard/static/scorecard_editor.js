// Shows while somebody types what the server says when asked: the sum of the weights, and the curves.
// Numbers are read as in editor/numbers.py, curves drawn as in charts/curve.py.
"use strict";

const NUMBER = "[+-]?(?:[0-9]{1,30}(?:\\.[0-9]{0,30})?|\\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?";
const WHOLE = new RegExp(`^${NUMBER}$`);
const POINT = new RegExp(`^\\s*(${NUMBER})\\s*(?:→|->|=>|[:;,=]|\\s)\\s*(${NUMBER})\\s*$`);
const TAIL = 0.15, MARGIN = 5, HEIGHT = 60;
const SVG = "http://www.w3.org/2000/svg";

function made(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function icon(name) {
  return made("svg", { class: "icon", width: 16, height: 16, "aria-hidden": "true" }, made("use", { href: `#icon-${name}` }));
}

function number(text) {
  const typed = text.trim().replaceAll("−", "-");
  return WHOLE.test(typed) && Number.isFinite(Number(typed)) ? Number(typed) : null;
}

function points(text) {
  const found = [];
  for (const line of text.split("\n").filter((one) => one.trim())) {
    const match = POINT.exec(line.replaceAll("−", "-"));
    if (!match) return null;
    found.push([Number(match[1]), Number(match[2])]);
  }
  const rises = found.every(([value], place) => Number.isFinite(value) && (!place || value > found[place - 1][0]));
  const fits = found.every(([, score]) => score >= 0 && score <= 100);
  return found.length > 1 && rises && fits ? found : null;
}

function placed(curve) {
  const low = Math.min(0, curve[0][0]) / 2, high = curve.at(-1)[0] / 2;
  const x = (value) => (high > low ? 100 * (1 - TAIL) * ((value / 2 - low) / (high - low)) : 0);
  const y = (score) => MARGIN + (1 - score / 100) * (HEIGHT - 2 * MARGIN);
  return curve.map(([value, score]) => ({ x: x(value), y: y(score), value, score }));
}

function drawn(curve, name) {
  const marks = placed(curve), first = marks[0], last = marks.at(-1);
  const line = [{ x: 0, y: first.y }, ...marks, { x: 100, y: last.y }].map(({ x, y }) => `${x},${y}`).join(" ");
  const words = marks.map(({ value, score }) => `${value} scores ${score}`).join(", ");
  const tick = (mark, anchor) => made("text", { x: `${mark.x}%`, y: HEIGHT + 10, "text-anchor": anchor }, mark.value.toLocaleString("en"));
  const axis = (y) => made("line", { class: "axis", x1: 0, x2: "100%", y1: y, y2: y });
  return made(
    "svg", { class: "chart curve", height: HEIGHT + 12, role: "img", "aria-label": `Curve of ${name}: ${words}` },
    axis(MARGIN), axis(HEIGHT - MARGIN),
    made("svg", { width: "100%", height: HEIGHT, viewBox: `0 0 100 ${HEIGHT}`, preserveAspectRatio: "none" },
      made("polyline", { class: "line", points: line })),
    ...marks.map(({ x, y }) => made("circle", { class: "mark", cx: `${x}%`, cy: y, r: 3 })),
    tick(first, first.x > 8 ? "middle" : "start"),
    ...(last.x - first.x > 8 ? [tick(last, "middle")] : []),
  );
}

function redraw(area) {
  const curve = points(area.value), place = document.querySelector(`[data-curve="${area.id}"]`);
  if (!curve || !place) return;
  const name = area.closest("[data-part]").querySelector("input[name$='.name']").value;
  place.replaceChildren(drawn(curve, name));
}

function sum(form) {
  const weights = [...form.querySelectorAll("input[name$='.weight']")].map((one) => number(one.value || "0"));
  const state = document.createElement("span");
  const total = weights.includes(null) ? null : Number(weights.reduce((all, one) => all + one, 0).toFixed(10));
  const good = total === 100;
  state.className = `state ${good ? "good" : "bad"}`;
  state.append(icon(good ? "low" : "warning"), total === null ? " not all are numbers" : good ? " 100%" : ` ${total}%: must be 100%`);
  form.querySelector("[data-sum]").replaceChildren(state);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("#editor");
  if (!form) return;
  if (event.target.name.endsWith(".weight")) sum(form);
  if (event.target.name.endsWith(".curve")) redraw(event.target);
});

// A replay of a large fleet takes seconds: say that it is at work, and go to what it found.
document.addEventListener("htmx:before:request", () => {
  document.getElementById("editor")?.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:finally:request", () => {
  document.getElementById("editor")?.removeAttribute("aria-busy");
});
document.addEventListener("htmx:after:swap", () => {
  const asked = document.getElementById("editor")?.dataset.answers;
  if (!["validate", "preview", "publish", "rebase"].includes(asked)) return;
  const answer = document.getElementById("answer");
  answer.focus({ preventScroll: true });
  answer.scrollIntoView({ block: "start" });
});
