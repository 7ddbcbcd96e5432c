// The graph: drawn once by Python; a step changes states of nodes and edges.

import { brief, h, leastScale, parsed, s } from "./dom.js";
import { Folds } from "./folds.js";
import { Layout, around, boxesAlong, inset, labelBox, placesAtEdge, placesAtNode, widthOf } from "./labels.js";
import { MARKS, changes, changeState, stateAt } from "./state.js";

// Drawn, not written: a change of text would lay out the whole picture again.
const GLYPHS = { now: "M-2-3.6 3.6 0-2 3.6z", done: "M-3.6.2-1 3 3.6-2.8", ready: "M-3.6 0h0M0 0h0M3.6 0h0" };
const PADDING = 9; // of the box around the picture, and a pixel to spare
const MARK = 8; // the radius of a mark
// Pixels per point. Names have 11 points; text of 9 points is the smallest in the picture.
const EASY = 0.95;
const USUAL = 4 / 3;
const LARGEST = 2.2;
const SHORT = 14; // characters of a value that are written into the picture
let views = 0;

export class Picture {
  constructor(data, markup, goTo, drawn = []) {
    this.data = data;
    this.goTo = goTo;
    this.folds = new Folds(data);
    this.onTaken = []; // what others do when the picture is another
    this.onPlaced = []; // what others draw when the places of the nodes are known
    this.onFitted = []; // what others do when the size of the box is another
    this.onFollowed = []; // what others do when the step has been brought into view
    this.held = false; // whether somebody has zoomed: the picture then keeps its scale
    this.element = h("section", { class: "picture", "aria-label": data.words.graph });
    this.scroll = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": data.words.graph });
    this.element.append(this.scroll, key(data.words));
    this.take(markup, drawn);
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.scroll);
    // JupyterLab moves outputs about, and a box that was taken out and put back has lost its scroll position.
    // An animation starts anew then, which no observer is told.
    this.scroll.addEventListener("animationstart", () => this.fit());
  }

  // Another picture of the same graph, in which other groups are unfolded.
  take(markup, drawn = []) {
    const svg = markup ? parsed(markup, "image/svg+xml") : null;
    if (!svg) {
      if (!this.svg) this.scroll.replaceChildren(h("p", { class: "quiet" }, this.data.words.no_picture));
      return;
    }
    this.heldScale = this.held ? this.svg.getBoundingClientRect().width / this.size.width : null;
    this.svg = svg;
    rename(this.svg);
    this.nodes = new Map();
    this.edges = new Map();
    for (const group of this.svg.querySelectorAll("[data-node]")) this.nodes.set(group.dataset.node, group);
    for (const group of this.svg.querySelectorAll("[data-edge]")) this.edges.set(group.dataset.edge, group);
    this.size = { width: this.svg.viewBox.baseVal.width, height: this.svg.viewBox.baseVal.height };
    this.svg.addEventListener("click", (event) => {
      const group = event.target.closest("[data-node]");
      if (group && this.data.nodes[group.dataset.node]) this.goTo(group.dataset.node);
    });
    // Labels and marks lie above all nodes and edges.
    this.overlay = s("g", { class: "overlay", "aria-hidden": "true" });
    this.svg.querySelector("g").append(this.overlay);
    this.marks = new Map();
    this.flows = new Map();
    this.counts = new Map(); // of folded groups
    this.kept = [];
    this.marked = false;
    this.last = undefined;
    this.folds.take(drawn, this.svg);
    this.makeFlows();
    this.scroll.replaceChildren(this.svg);
    for (const taken of this.onTaken) taken();
  }

  // A gradient that has flowed is written on its edge, in place of the number that stands there.
  makeFlows() {
    for (const out of this.data.frames.flatMap((frame) => frame.outgoing)) {
      const edge = this.folds.edgeOf(out.edge);
      const group = this.edges.get(edge);
      const place = group && [...group.querySelectorAll("text")].pop();
      if (!group || this.flows.has(edge) || !this.flowText(out) || (!place && !this.folds.on)) continue;
      place?.classList.add("place");
      const label = s("g", { class: "flow" });
      this.flows.set(edge, label);
      this.overlay.append(label);
    }
  }

  // The widest text of an edge; where nodes are folded, a shape stands for a value that is too long.
  flowText(out) {
    const { folds } = this;
    if (!folds.on) return out.value.text.length > SHORT ? "" : out.value.text;
    const edge = folds.edgeOf(out.edge);
    return folds.members.has(edge) ? folds.widestFlow(edge) : brief(out.value, SHORT);
  }

  // Marks and labels need the sizes of the nodes, which are known only when the picture is on the page.
  addMarks() {
    if (this.marked || !this.scroll.clientWidth) return;
    const boxes = new Map([...this.nodes].map(([id, group]) => [id, group.getBBox()]));
    if ([...boxes.values()].some((box) => !box.width)) return;
    this.marked = true;
    this.layout = new Layout();
    this.drawn = []; // the boxes of marks and labels
    for (const [id, box] of boxes) {
      this.layout.addNode(box, id);
      if (this.data.nodes[id]?.kind !== "none") this.addMark(id, box);
      if (this.folds.groups[id]) this.addCount(id, box);
    }
    for (const [id, group] of this.edges) {
      for (const box of boxesAlong(group.querySelector("path"))) this.layout.add("line", box, id);
      for (const text of group.querySelectorAll("text")) this.layout.add("text", text.getBBox(), id);
    }
    this.data.grads.forEach((grad, place) => boxes.has(grad.node) && this.addKept(grad, boxes.get(grad.node), place));
    // All are placed before the first is written: to measure between two changes lays out the whole picture again.
    for (const flow of [...this.flowsByNode()].flatMap((outs) => this.placeFlows(outs))) this.writeFlow(flow);
    for (const place of this.onPlaced) place(boxes);
    this.makeRoom();
  }

  addMark(id, box) {
    const [x, y] = [box.x + box.width + 2, box.y - 2];
    const glyphs = Object.entries(GLYPHS).map(([state, d]) => s("path", { class: state, d }));
    const mark = s("g", { class: "mark", transform: `translate(${x} ${y})` }, s("circle", { r: MARK }), glyphs);
    this.marks.set(id, mark);
    this.overlay.append(mark);
    const drawn = inset({ x, y, width: 0, height: 0 }, -MARK - 1);
    this.drawn.push(drawn);
    this.layout.add("mark", drawn);
  }

  // In a folded group: how many of its steps have been taken.
  addCount(id, box) {
    const [, total] = this.folds.count(id, 0);
    if (!total) return;
    const width = widthOf(`${total} / ${total}`);
    const place = { x: box.x + box.width + 4, y: box.y + box.height + 7, side: "left" };
    const label = s("g", { class: "box-count", transform: `translate(${place.x} ${place.y})` });
    this.counts.set(id, label);
    this.drawn.push(labelBox(place, width));
    this.layout.add("mark", labelBox(place, width));
    this.overlay.append(label);
  }

  addKept(grad, box, nr) {
    const texts = [grad.before, grad.after].map((value) => keptText(value));
    const width = Math.max(...texts.map(widthOf));
    const place = this.layout.choose(placesAtNode(box, grad.retained), width, grad.node);
    const label = s("g", { class: "kept", transform: `translate(${place.x} ${place.y})` });
    this.kept.push({ grad, label, side: place.side, place: nr });
    this.drawn.push(labelBox(place, width));
    this.overlay.append(label);
  }

  // What leaves each node of the picture, an edge once.
  flowsByNode() {
    const byNode = new Map();
    const seen = new Set();
    for (const frame of this.data.frames) {
      const from = this.folds.placeOf(frame.node);
      for (const out of frame.outgoing) {
        const edge = this.folds.edgeOf(out.edge);
        if (!this.flows.has(edge) || seen.has(edge)) continue;
        seen.add(edge);
        if (!byNode.has(from)) byNode.set(from, []);
        byNode.get(from).push({ edge, text: this.flowText(out) });
      }
    }
    return byNode.values();
  }

  // The values that one node sends stand away from each other.
  placeFlows(flows) {
    const outs = flows.map(({ edge, text }) => {
      const path = this.edges.get(edge).querySelector("path");
      const [start, end] = [0, path.getTotalLength()].map((at) => path.getPointAtLength(at).x);
      return { edge, text, path, middle: (start + end) / 2, turnsLeft: end < start - 4 };
    });
    return outs.sort((a, b) => a.middle - b.middle).map(({ edge, text, path, turnsLeft }, index) => {
      const left = outs.length > 1 ? index < outs.length / 2 : turnsLeft;
      return { edge, text, place: this.layout.choose(placesAtEdge(path, left), widthOf(text), edge) };
    });
  }

  writeFlow({ edge, text, place }) {
    const label = this.flows.get(edge);
    label.setAttribute("transform", `translate(${place.x} ${place.y})`);
    label.dataset.side = place.side;
    write(label, text, place.side);
    this.drawn.push(labelBox(place, widthOf(text)));
  }

  // Nothing is cut off: the picture grows until all marks and labels are in it.
  makeRoom() {
    const { e, f } = this.svg.querySelector("g").transform.baseVal.consolidate().matrix;
    const moved = this.drawn.map((box) => inset({ ...box, x: box.x + e, y: box.y + f }, -2));
    this.size = around([{ x: 0, y: 0, ...this.size }, ...moved]);
    this.svg.setAttribute("viewBox", ["x", "y", "width", "height"].map((name) => this.size[name]).join(" "));
  }

  // The whole picture if it can then be read, else its whole width, else what can be read easily: the box scrolls.
  fit() {
    if (!this.svg) return;
    this.addMarks();
    const across = (this.scroll.clientWidth - PADDING) / this.size.width;
    const down = (this.scroll.clientHeight - PADDING) / this.size.height;
    if (across <= 0) return;
    const whole = Math.min(across, down);
    const far = this.data.presenter ? 1.8 : 1; // from the last row
    const least = leastScale(this.scroll, this.data.presenter);
    const easy = across >= least ? Math.min(Math.max(USUAL * far, least), across) : Math.max(EASY * far, least);
    const scale = whole >= least ? Math.min(LARGEST * far, whole) : easy;
    this.fits = whole >= least;
    if (!this.held) this.svg.style.width = `${this.size.width * scale}px`;
    else if (this.heldScale) this.svg.style.width = `${this.size.width * this.heldScale}px`; // of another picture
    this.heldScale = null;
    this.svg.style.maxWidth = "none";
    for (const fitted of this.onFitted) fitted();
    if (this.position === undefined) return;
    this.show(this.position);
    this.follow();
  }

  // `others`: by place, the .grad that somebody else has put there.
  show(position, others = this.others) {
    this.position = position;
    this.others = others;
    if (!this.svg) return;
    this.addMarks();
    const { nodes, edges, grads } = this.toChange(position, others);
    for (const [id, is] of nodes) {
      const group = this.nodes.get(id);
      if (group) changeState(group, is);
      const mark = this.marks.get(id);
      if (mark) changeState(mark, is);
      const count = this.counts.get(id);
      if (count) write(count, this.folds.count(id, position).join(" / "), "left");
    }
    for (const [id, is] of edges) {
      const flow = this.flows.get(id);
      const group = this.edges.get(id);
      if (group && changeState(group, is) && flow) changeState(flow, is);
      if (flow && this.folds.members?.has(id)) write(flow, this.folds.flowText(id, position), flow.dataset.side);
    }
    for (const { grad, label, side, place } of grads) {
      const other = others.get(place);
      write(label, keptText(other ?? (position >= grad.step ? grad.after : grad.before)), side);
      label.classList.toggle("other", Boolean(other));
    }
  }

  // Brings the step into view. Apart from show: to measure between two changes lays out the page twice.
  follow() {
    if (!this.svg) return;
    this.bringIntoView(this.position ? this.data.frames[this.position - 1] : { node: this.data.root, outgoing: [] });
    for (const followed of this.onFollowed) followed();
  }

  // What differs from the picture as it is: all at first, then what lies between the two positions.
  toChange(position, others) {
    const last = this.last;
    this.last = { position, others, marked: this.marked };
    if (!last || last.marked !== this.marked) {
      const state = stateAt(this.data, position);
      const { groups, members } = this.folds;
      return {
        nodes: [...this.nodes.keys()].map((id) => [id, groups[id] ? this.folds.stateOf(id, position) : state.nodes[id] ?? ""]),
        edges: [...this.edges.keys()].map((id) => [id, members?.has(id) ? this.folds.flowState(id, position) : state.edges[id] ?? ""]),
        grads: this.kept,
      };
    }
    const [low, high] = [Math.min(last.position, position), Math.max(last.position, position)];
    const passed = ({ grad }) => grad.step > low && grad.step <= high;
    const same = last.others === others || (!last.others.size && !others.size);
    return { ...this.folds.seen(changes(this.data, last.position, position), position), grads: same ? this.kept.filter(passed) : this.kept };
  }

  // Scrolls this box only, never the page around it.
  bringIntoView(frame) {
    if (!this.scroll.clientHeight) return;
    const view = this.scroll.getBoundingClientRect();
    const boxes = [...frame.outgoing.map((out) => out.target), frame.node].map((id) => this.nodes.get(this.folds.placeOf(id)).getBoundingClientRect());
    this.scroll.scrollTop += toScroll(boxes.map((box) => [box.top, box.bottom]), [view.top, view.bottom]);
    this.scroll.scrollLeft += toScroll(boxes.map((box) => [box.left, box.right]), [view.left, view.right]);
  }

  close() {
    this.watcher?.disconnect();
  }
}

// Ids are unique on a page: two views of one stepper must not share them.
export function rename(svg) {
  const old = svg.id;
  svg.id = `${old}-view${++views}`;
  const style = svg.querySelector("style");
  if (style) style.textContent = style.textContent.replaceAll(`#${old}`, `#${svg.id}`);
  for (const element of svg.querySelectorAll("[id]")) element.removeAttribute("id");
}

// How far to scroll so that all the spans are seen; if they do not fit, the last one of them.
function toScroll(spans, [start, end]) {
  const margin = 32;
  const all = [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];
  const [low, high] = all[1] - all[0] <= end - start - 2 * margin ? all : spans.at(-1);
  if (low < start + margin) return low - start - margin;
  return high > end - margin ? high - end + margin : 0;
}

function key(text) {
  const entries = ["now", "done", "ready"].map((state) =>
    h("span", { class: `key-${state}` }, h("b", { "aria-hidden": "true" }, MARKS[state]), ` ${text[state]}`));
  return h("p", { class: "key" }, entries, h("span", {}, text.arrows),
    h("span", { class: "key-waits" }, h("b", { "aria-hidden": "true" }, "2"), ` ${text.missing}`));
}

function keptText(value) {
  return `grad ${brief(value, SHORT)}`;
}

// A small label inside the picture: text on a box of about its size.
function write(group, text, side) {
  if (group.textContent === text) return;
  const { x, y, width, height } = labelBox({ x: 0, y: 0, side }, widthOf(text));
  group.replaceChildren(s("rect", { rx: 3, x, y, width, height }), s("text", { x: x + 4 }, text));
}
