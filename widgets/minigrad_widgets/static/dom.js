// Small makers of elements. Text enters the page as text; markup only from Python, which escaped it, and only
// after everything that could run was taken out.

import { called } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  start: "M6 5v14M19 5 9 12l10 7z",
  back: "M20 12H5M11 6l-6 6 6 6",
  forward: "M4 12h15M13 6l6 6-6 6",
  play: "M8 5v14l11-7z",
  pause: "M8 5v14M16 5v14",
  end: "M18 5v14M5 5l10 7-10 7z",
  engine: "M4 6h10v3H4zM4 11h16v3H4zM4 16h7v3H4z",
};

export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// Keys that are pressed in a widget are no shortcuts of the notebook around it. JupyterLab is told so by an attribute,
// of the element that has the focus: one further up comes too late, for its rules are looked for below that first.
// Others hear what gets out: how to leave, and what is pressed with Ctrl or Alt.
export function ownKeys(root) {
  const own = (element) => element.setAttribute("data-lm-suppress-shortcuts", "true");
  own(root);
  root.addEventListener("focusin", (event) => own(event.target));
  root.addEventListener("keydown", (event) => {
    const leaves = event.ctrlKey || event.metaKey || event.altKey || ["Tab", "Escape"].includes(event.key);
    if (!leaves) event.stopPropagation();
  });
  // After Ctrl+Z JupyterLab waits at the element that has the focus, and takes its undo away.
  root.addEventListener("beforeinput", (event) => event.stopPropagation(), true);
  root.addEventListener("copy", copyNumbers);
  return root;
}

// Every sign of a formula would be a line of its own: of a vector or a matrix its text is copied, `[1., 2.]`.
function copyNumbers(event) {
  const selection = getSelection();
  const values = [...event.currentTarget.querySelectorAll(".value")].filter((value) => selection.containsNode(value, true));
  if (values.length !== 1 || !selection.toString().trim().includes("\n")) return;
  event.clipboardData.setData("text/plain", values[0].dataset.text);
  event.preventDefault();
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// A text that stays is not written again: that would lay the page out.
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// MathML or SVG that Python wrote, taken in as elements; null when it is not well formed.
export function parsed(markup, type) {
  const root = new DOMParser().parseFromString(markup, type).documentElement;
  if (root.getElementsByTagName("parsererror").length || root.nodeName === "parsererror") return null;
  for (const bad of root.querySelectorAll("script, foreignObject")) bad.remove();
  for (const element of [root, ...root.querySelectorAll("*")]) {
    for (const { name } of [...element.attributes]) {
      if (name.startsWith("on") || name.endsWith("href")) element.removeAttribute(name);
    }
  }
  return document.importNode(root, true);
}

export function math(markup) {
  return parsed(markup, "text/xml") ?? document.createTextNode("?");
}

export function shown(value) {
  const element = h("span", { class: "value", "data-text": value.text }, math(value.math));
  if (value.shape) element.append(h("span", { class: "shape" }, value.shape));
  return element;
}

// Where there is little room: a short value, or else the shape.
export function brief(value, limit) {
  return value.text.length <= limit || !value.shape ? value.text : value.shape;
}

export function icon(name) {
  return s("svg", { viewBox: "0 0 24 24", class: `icon ${name}`, "aria-hidden": "true" }, s("path", { d: ICONS[name] }));
}

// What is wider than its box scrolls; then the keys must get there too. Called when all is in place.
export function reachable(element) {
  for (const box of element.querySelectorAll(".block, .derivation > div, .hints > *, .given")) {
    if (box.scrollWidth <= box.clientWidth) {
      if (box.matches("[tabindex]")) for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      continue;
    }
    const title = box.closest(".block")?.querySelector("h4")?.textContent;
    for (const [name, value] of [["tabindex", 0], ["role", "group"], ["aria-label", title ?? box.textContent.trim().slice(0, 40)]]) box.setAttribute(name, value);
  }
}

const SCROLLED = 80; // pixels of an arrow key, as in camera.js
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Arrow keys alone step: with Shift they scroll the box that has the focus. Says whether it was such a key.
export function scrolled({ key, shiftKey, target }) {
  if (!shiftKey || !(key in ARROWS) || !["auto", "scroll"].includes(getComputedStyle(target).overflowX)) return false;
  const [x, y] = ARROWS[key].map((part) => part * SCROLLED);
  target.scrollBy(x, y);
  return true;
}

// The least size of a picture, in pixels per point: text of 9 points has 18 pixels on a screen of 1080 lines, where the
// letters around it have 34; on a smaller one as much less as they are.
export function leastScale(element, presenter) {
  return presenter ? Math.max(1.26, parseFloat(getComputedStyle(element).fontSize) / 16.6) : 0.7;
}

export function labelled(content, label) {
  return h("span", { class: "labelled" }, content, h("small", {}, ...label));
}

export function symbol(name) {
  return math(`<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>${name}</mi></math>`);
}

export function sign(text) {
  return h("span", { class: "sign" }, text);
}

export function nodeName(data, id) {
  const node = data.nodes[id];
  const name = h("span", { class: "node-name" }, called(data, id));
  if (node.kind !== "leaf" && node.label) name.append(" ", h("span", { class: "label" }, node.label));
  return name;
}
