// The steps as a table: the same information for those who read rather than look.

import { brief, h } from "./dom.js";
import { MARKS, changeState } from "./state.js";
import { called, say } from "./words.js";

const WIDE = 26; // characters of a value in a cell
const SHAKEN = 4; // pixels between pressing and letting go that are still a click

export function table(data, goTo) {
  const text = data.words;
  const heads = [text.head_number, text.head_node, text.head_in, text.head_out];
  const head = h("tr", {}, heads.map((name) => h("th", { scope: "col" }, name)));
  let pressed = null;
  const rows = data.frames.map((frame, index) => {
    const node = data.nodes[frame.node];
    const out = [
      ...frame.outgoing.map((one) => `${brief(one.value, WIDE)} → ${called(data, one.target)}`),
      ...frame.accumulated.map((item) => `${item.name}.grad = ${brief(item.after, WIDE)}`),
    ];
    const title = `${node.name} ${node.label}`;
    const name = say(text.row, { n: index + 1, node: title });
    const button = h("button", { type: "button", tabindex: "-1", "aria-label": name }, String(index + 1));
    const cell = (...lines) => h("td", {}, lines.map((line) => h("div", {}, line)));
    const received = frame.incoming.map((one) => brief(one.hooked ?? one.total, WIDE));
    const row = h("tr", { onclick: (event) => marks(pressed, event) || goTo(index + 1) },
      h("th", { scope: "row" }, button, h("span", { class: "state", "aria-hidden": "true" }, ["now", "done"].map((is) => h("b", { class: is }, MARKS[is])))),
      h("td", {}, h("div", {}, node.name, " ", node.label ? h("span", { class: "label" }, node.label) : null)),
      cell(...received), cell(...out));
    row.name = title;
    return row;
  });
  const body = h("tbody", { onpointerdown: (event) => { pressed = event; } }, rows);
  const element = h("section", { class: "steps", "aria-label": text.steps, tabindex: "0" },
    h("table", {}, h("thead", {}, head), body));
  return { element, rows, reveal: (count) => reveal(data, rows, count) };
}

// A click that ends the marking of a text, to copy it, is no click.
function marks(pressed, { detail, clientX, clientY }) {
  return detail && Math.hypot(clientX - pressed.clientX, clientY - pressed.clientY) > SHAKEN && !getSelection().isCollapsed;
}

// Beyond `count` the table keeps secret what is still asked for.
function reveal(data, rows, count) {
  const hidden = data.predict.includes("next") ? 1 : 2;
  rows.forEach((row, index) => {
    const secret = index >= count;
    if (row.secret === secret) return;
    row.secret = secret;
    const cells = [...row.cells].slice(hidden);
    row.kept ??= cells.map((cell) => [...cell.childNodes]);
    cells.forEach((cell, nr) => cell.replaceChildren(...(secret ? ["?"] : row.kept[nr])));
    const name = say(data.words.row, { n: index + 1, node: secret && hidden === 1 ? "?" : row.name });
    row.querySelector("button").setAttribute("aria-label", name);
  });
}

export function showRow(rows, position) {
  // Only what lies between this position and the last one can have changed.
  const last = rows.position;
  rows.position = position;
  const [first, end] = last === undefined ? [0, rows.length] : [Math.max(0, Math.min(last, position) - 1), Math.max(last, position)];
  const entry = rows[0]?.querySelector("button"); // where Tab comes in before the first step
  rows.slice(first, end).forEach((row, nr) => {
    const place = first + nr + 1;
    const is = place === position ? "now" : place < position ? "done" : "";
    if (!changeState(row, is)) return;
    row.querySelector("button").tabIndex = is === "now" ? 0 : -1;
    if (is === "now") row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
  });
  if (entry) entry.tabIndex = position < 2 ? 0 : -1;
}

// Apart from showRow: to measure between two changes lays out the page twice.
export function findRow(rows, element, position) {
  const row = rows[position - 1];
  const focused = document.activeElement;
  // Keys step from a row too: the focus goes along.
  if (focused?.tagName === "BUTTON" && focused.tabIndex < 0 && element.contains(focused)) (row ?? rows[0]).querySelector("button").focus({ preventScroll: true });
  if (!row) {
    element.scrollTop = 0;
    return;
  }
  const room = element.clientHeight - row.offsetHeight;
  const { offsetTop } = row;
  if (offsetTop < element.scrollTop + row.offsetHeight) element.scrollTop = offsetTop - row.offsetHeight - 8;
  else if (offsetTop > element.scrollTop + room) element.scrollTop = offsetTop - room + 8;
}
