// The graph: drawn once by Python; a step changes states of nodes and edges.

import { brief, h, parsed, s } from "./dom.js";
import { MARKS, changeState, stateAt } from "./state.js";
import { TEXT } from "./words.js";

// Drawn, not written: a change of text would lay out the whole picture again.
const GLYPHS = { now: "M-2-3.6 3.6 0-2 3.6z", done: "M-3.6.2-1 3 3.6-2.8", ready: "M-3.6 0h0M0 0h0M3.6 0h0" };
const PADDING = { across: 17, down: 29 }; // of the box around the picture, and a pixel to spare
// Pixels per point. Text of 9 points is the smallest in the picture.
const SMALLEST = 0.8;
const EASY = 0.95;
const USUAL = 4 / 3;
const LARGEST = 2.2;
const SHORT = 14; // characters of a value that are written into the picture
let views = 0;

export class Picture {
  constructor(data, markup, goTo) {
    this.data = data;
    this.element = h("section", { class: "picture", "aria-label": TEXT.graph });
    this.scroll = h("div", { class: "scroll" });
    this.element.append(this.scroll, key());
    this.svg = markup ? parsed(markup, "image/svg+xml") : null;
    if (!this.svg) {
      this.scroll.append(h("p", { class: "quiet" }, TEXT.noPicture));
      return;
    }
    this.rename();
    this.nodes = new Map();
    this.edges = new Map();
    for (const group of this.svg.querySelectorAll("[data-node]")) this.nodes.set(group.dataset.node, group);
    for (const group of this.svg.querySelectorAll("[data-edge]")) this.edges.set(group.dataset.edge, group);
    this.size = { width: this.svg.viewBox.baseVal.width, height: this.svg.viewBox.baseVal.height };
    this.svg.addEventListener("click", (event) => {
      const group = event.target.closest("[data-node]");
      if (group) goTo(group.dataset.node);
    });
    // Labels and marks lie above all nodes and edges.
    this.overlay = s("g", { class: "overlay", "aria-hidden": "true" });
    this.svg.querySelector("g").append(this.overlay);
    this.marks = new Map();
    this.flows = new Map();
    this.kept = [];
    this.scroll.append(this.svg);
    this.writeFlows();
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.scroll);
    // JupyterLab moves outputs about, and a box that was taken out and put back has lost its scroll position.
    // An animation starts anew then, which no observer is told.
    this.scroll.addEventListener("animationstart", () => this.fit());
  }

  // Ids are unique on a page: two views of one stepper must not share them.
  rename() {
    const old = this.svg.id;
    this.svg.id = `${old}-view${++views}`;
    const style = this.svg.querySelector("style");
    if (style) style.textContent = style.textContent.replaceAll(`#${old}`, `#${this.svg.id}`);
    for (const element of this.svg.querySelectorAll("[id]")) element.removeAttribute("id");
  }

  // A gradient that has flowed is written on its edge, in place of the number that stands there.
  writeFlows() {
    for (const frame of this.data.frames) {
      const drawn = frame.outgoing.map((out) => this.edgeLabel(out)).filter(Boolean).sort((a, b) => a.x - b.x);
      drawn.forEach(({ out, place, x, turnsLeft }, index) => {
        const label = s("g", { class: "flow", transform: `translate(${x} ${place.getAttribute("y")})` });
        // Beside the edge, away from the edges next to it.
        const left = drawn.length > 1 ? index < drawn.length / 2 : turnsLeft;
        write(label, out.value.text, left ? "left" : "right");
        place.classList.add("place");
        this.flows.set(out.edge, label);
        this.overlay.append(label);
      });
    }
  }

  edgeLabel(out) {
    const group = this.edges.get(out.edge);
    const place = group && [...group.querySelectorAll("text")].pop();
    if (!place || out.value.text.length > SHORT) return null;
    const [start, end] = ends(group.querySelector("path"));
    return { out, place, x: Number(place.getAttribute("x")), turnsLeft: end < start - 4 };
  }

  // Marks need the size of the nodes, which is known only when the picture is on the page.
  addMarks() {
    if (this.marked || !this.scroll.clientWidth) return;
    for (const [id, group] of this.nodes) {
      const box = group.getBBox();
      if (!box.width) return;
      if (this.data.nodes[id].kind === "none") continue;
      const [x, y] = [box.x + box.width + 2, box.y - 2];
      const glyphs = Object.entries(GLYPHS).map(([state, d]) => s("path", { class: state, d }));
      const mark = s("g", { class: "mark", transform: `translate(${x} ${y})` }, s("circle", { r: 8 }), glyphs);
      this.marks.set(id, mark);
      this.overlay.append(mark);
    }
    for (const grad of this.data.grads) {
      const group = this.nodes.get(grad.node);
      const box = group.getBBox();
      const [x, y, side] = grad.retained ? this.corner(box) : [box.x + box.width / 2, box.y + box.height + 8, "middle"];
      const label = s("g", { class: "kept", transform: `translate(${x} ${y})` });
      this.kept.push({ grad, label, side });
      this.overlay.append(label);
    }
    this.marked = true;
  }

  // A lower corner of a node, outside its text, beside the edges that leave it: the right one if there is room.
  corner(box) {
    const [inside, right, y] = [22, box.x + box.width, box.y + box.height + 10.5];
    return right + 90 < this.size.width ? [right - inside, y, "right"] : [box.x + inside, y, "left"];
  }

  // The whole picture if it can then be read, else its whole width, else what can be read easily: the box scrolls.
  fit() {
    this.addMarks();
    const across = (this.scroll.clientWidth - PADDING.across) / this.size.width;
    const down = (this.scroll.clientHeight - PADDING.down) / this.size.height;
    if (across <= 0) return;
    const whole = Math.min(across, down);
    const scrolled = across >= SMALLEST ? Math.min(USUAL, across) : EASY;
    const scale = whole >= SMALLEST ? Math.min(LARGEST, whole) : scrolled;
    this.svg.style.width = `${this.size.width * scale}px`;
    this.svg.style.maxWidth = "none";
    if (this.position !== undefined) this.show(this.position);
  }

  show(position, leftAlone = this.leftAlone) {
    this.position = position;
    this.leftAlone = leftAlone;
    if (!this.svg) return;
    this.addMarks();
    const state = stateAt(this.data, position);
    for (const [id, group] of this.nodes) {
      const is = state.nodes[id] ?? "";
      changeState(group, is);
      const mark = this.marks.get(id);
      if (mark) changeState(mark, is);
    }
    for (const [id, group] of this.edges) {
      const is = state.edges[id] ?? "";
      const flow = this.flows.get(id);
      if (changeState(group, is) && flow) changeState(flow, is);
    }
    this.kept.forEach(({ grad, label, side }, place) => {
      const value = position >= grad.step ? grad.after : grad.before;
      write(label, leftAlone.includes(place) ? "grad ?" : `grad ${brief(value, SHORT)}`, side);
    });
    this.bringIntoView(position ? this.data.frames[position - 1] : { node: this.data.root, outgoing: [] });
  }

  // Scrolls this box only, never the page around it.
  bringIntoView(frame) {
    if (!this.scroll.clientHeight) return;
    const view = this.scroll.getBoundingClientRect();
    const boxes = [...frame.outgoing.map((out) => out.target), frame.node].map((id) => this.nodes.get(id).getBoundingClientRect());
    this.scroll.scrollTop += toScroll(boxes.map((box) => [box.top, box.bottom]), [view.top, view.bottom]);
    this.scroll.scrollLeft += toScroll(boxes.map((box) => [box.left, box.right]), [view.left, view.right]);
  }

  close() {
    this.watcher?.disconnect();
  }
}

// How far to scroll so that all the spans are seen; if they do not fit, the last one of them.
function toScroll(spans, [start, end]) {
  const margin = 32;
  const all = [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];
  const [low, high] = all[1] - all[0] <= end - start - 2 * margin ? all : spans.at(-1);
  if (low < start + margin) return low - start - margin;
  return high > end - margin ? high - end + margin : 0;
}

function key() {
  const entries = ["now", "done", "ready"].map((state) =>
    h("span", { class: `key-${state}` }, h("b", { "aria-hidden": "true" }, MARKS[state]), ` ${TEXT[state]}`));
  return h("p", { class: "key" }, entries, h("span", {}, TEXT.arrows));
}

// A small label inside the picture: text on a box of about its size, left or right of a point, or around it.
function write(group, text, side) {
  if (group.textContent === text) return;
  const width = 6.1 * [...text].length + 8;
  const left = { left: -width - 6, middle: -width / 2, right: 1 }[side];
  group.replaceChildren(
    s("rect", { rx: 3, x: left, y: -10.5, width, height: 14 }),
    s("text", { x: left + 4 }, text),
  );
}

// Where an edge begins and ends, from left to right.
function ends(path) {
  const numbers = path.getAttribute("d").match(/-?[\d.]+/g).map(Number);
  return [numbers[0], numbers.at(-2)];
}
