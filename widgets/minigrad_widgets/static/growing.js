// The picture of a graph that grows: all nodes that ever were, laid out once. A step says which of them are there,
// and which names stand at them.

import { h, s } from "./dom.js";
import { Layout, boxesAlong, inset, labelBox, placesAtEdge, widthOf } from "./labels.js";
import { Picture } from "./picture.js";
import { changeState, stateAt } from "./state.js";

export const SIGNS = { new: "+", changed: "~", struck: "×", now: "▶", done: "✓", ready: "…" };
// Drawn, not written, as in picture.js.
const GROWN_GLYPHS = {
  new: "M-3.6 0h7.2M0-3.6v7.2", changed: "M-4 1c2-4 3.4 2.4 8-2", struck: "M-3-3l6 6M3-3l-6 6",
  now: "M-2-3.6 3.6 0-2 3.6z", done: "M-3.6.2-1 3 3.6-2.8", ready: "M-3.6 0h0M0 0h0M3.6 0h0",
};
const GROWN_RADIUS = 8;
const SHORT_FLOW = 14; // characters of a value that are written into the picture

export class Growing extends Picture {
  constructor(data, markup, goTo) {
    super({ ...data, frames: [], grads: [] }, markup, goTo);
    // The stepper's key explains a backward pass, this one all else.
    this.passKey = this.element.querySelector(".key");
    this.passKey.querySelector(".key-waits")?.remove(); // of the engine's view
    this.ownKey = growingKey(data.words);
    this.passKey.hidden = true;
    this.passKey.before(this.ownKey);
    this.passLabels = new Map();
    this.names = new Map();
    for (const [id, group] of this.nodes ?? []) {
      const text = group.querySelector(".names");
      if (text) this.names.set(id, text);
    }
  }

  addMark(id, box) {
    const glyphs = Object.entries(GROWN_GLYPHS).map(([state, d]) => s("path", { class: state, d }));
    const [x, y] = [box.x + box.width + 2, box.y - 2];
    const mark = s("g", { class: "mark", transform: `translate(${x} ${y})` }, s("circle", { r: GROWN_RADIUS }), glyphs);
    const number = s("text", { class: "node-id", x: box.x, y: box.y - 2 }, id);
    this.marks.set(id, mark);
    this.overlay.append(mark, number);
    this.ids ??= new Map();
    this.ids.set(id, number);
    this.drawn.push(inset({ x, y, width: 0, height: 0 }, -GROWN_RADIUS - 1), { x: box.x, y: box.y - 12, width: 24, height: 12 });
  }

  // The labels of a pass are made when it is first shown: an edge has another value in every pass.
  flowsOf(step) {
    if (this.passLabels.has(step)) return this.passLabels.get(step);
    const layout = new Layout();
    for (const [id, group] of this.nodes) layout.addNode(group.getBBox(), id);
    for (const [id, group] of this.edges) {
      for (const box of boxesAlong(group.querySelector("path"))) layout.add("line", box, id);
    }
    const flows = new Map();
    for (const out of this.data.passes[step].frames.flatMap((frame) => frame.outgoing)) {
      const path = this.edges.get(out.edge)?.querySelector("path");
      if (!path || out.value.text.length > SHORT_FLOW) continue;
      const width = widthOf(out.value.text);
      const place = layout.choose([...placesAtEdge(path, false)], width, out.edge);
      const { x, y, height } = labelBox({ x: 0, y: 0, side: place.side }, width);
      const label = s("g", { class: "flow", transform: `translate(${place.x} ${place.y})` },
        s("rect", { rx: 3, x, y, width, height }), s("text", { x: x + 4 }, out.value.text));
      flows.set(out.edge, label);
    }
    this.overlay.append(...flows.values()); // at once: to measure after each would lay out all again
    this.passLabels.set(step, flows);
    return flows;
  }

  showAt(step, inner) {
    this.inner = inner;
    this.passKey.hidden = !inner;
    this.ownKey.hidden = Boolean(inner);
    this.show(step);
    this.follow();
  }

  show(step) {
    this.position = step;
    if (!this.svg) return;
    this.addMarks();
    const { data } = this;
    const now = data.steps[step];
    const pass = this.inner ? data.passes[step] : null;
    const taken = pass ? stateAt(pass, this.inner) : null;
    for (const [id, group] of this.nodes) {
      const life = lifeAt(data.nodes[id], step);
      const is = life ?? (taken ? taken.nodes[id] ?? "" : now.marks[id] ?? "");
      changeState(group, is);
      for (const part of [this.marks.get(id), this.ids?.get(id)]) if (part) changeState(part, is);
      group.toggleAttribute("aria-hidden", life === "unborn");
      this.showNames(id, step);
    }
    const flows = taken && this.marked ? this.flowsOf(step) : new Map();
    for (const [id, group] of this.edges) {
      const edge = data.edges[id];
      const fresh = !taken && edge.born === step && step > 0 ? "fresh" : "";
      const is = lifeAt(edge, step) ?? (taken ? taken.edges[id] ?? "" : fresh);
      changeState(group, is);
      group.classList.toggle("cut", edge.cut);
      group.classList.toggle("written", flows.has(id) && Boolean(is));
      const flow = flows.get(id);
      if (flow) changeState(flow, is);
    }
    for (const [other, labels] of this.passLabels) {
      if (!taken || other !== step) for (const label of labels.values()) changeState(label, "");
    }
  }

  // Brings what is new, or the node that runs, into view.
  follow() {
    if (!this.svg) return;
    const { data, position: step } = this;
    const pass = this.inner ? data.passes[step] : null;
    const focus = pass ? [pass.frames[this.inner - 1].node] : Object.keys(data.steps[step].marks);
    const seen = focus.filter((id) => !lifeAt(data.nodes[id], step));
    if (seen.length) this.bringIntoView({ node: seen.at(-1), outgoing: seen.map((target) => ({ target })) });
  }

  // Names move: they stand at another node from some step on, and are struck out where they have just left.
  showNames(id, step) {
    const text = this.names.get(id);
    if (!text) return;
    const now = namesAt(this.data.labels[id], step);
    const before = step ? namesAt(this.data.labels[id], step - 1) : now;
    const left = !now && before;
    const written = left ? before : now;
    if (text.textContent !== written) text.textContent = written;
    text.classList.toggle("came", Boolean(now) && now !== before);
    text.classList.toggle("left", Boolean(left));
  }
}

// "unborn", "gone", or null while it is there.
export function lifeAt({ born, gone }, step) {
  if (step < born) return "unborn";
  return gone !== null && step >= gone ? "gone" : null;
}

export function namesAt(labels, step) {
  let text = "";
  for (const [from, names] of labels ?? []) if (from <= step) text = names;
  return text;
}

function growingKey(text) {
  const entries = ["new", "changed", "struck"].map((state) =>
    h("span", { class: `key-${state}` }, h("b", { "aria-hidden": "true" }, SIGNS[state]), ` ${text[`key_${state}`]}`));
  return h("p", { class: "key" }, entries,
    h("span", { class: "key-gone" }, h("i", { "aria-hidden": "true" }), ` ${text.key_gone}`),
    h("span", { class: "key-cut" }, h("i", { "aria-hidden": "true" }), ` ${text.key_cut}`),
    h("span", {}, text.arrows));
}
