// The graph of the gradients: it grows while the pass runs, and each node is linked to the step that made it.

import { h, leastScale, nodeName, parsed } from "./dom.js";
import { rename } from "./picture.js";
import { changeState } from "./state.js";
import { say } from "./words.js";

const SECOND_EDGES = 9; // of the box around the picture, and a pixel to spare
const SECOND_MOST = 2.2; // pixels per point

export class SecondLayer {
  constructor(data, picture, goTo) {
    this.data = data;
    this.second = data.second;
    const text = data.words;
    this.svg = parsed(this.second.svg, "image/svg+xml");
    rename(this.svg);
    this.box = h("div", { class: "scroll second", tabindex: "0", role: "group", "aria-label": text.second_layer, hidden: "" },
      h("p", { class: "quiet" }, text.second_empty), this.svg);
    this.svg.addEventListener("click", (event) => {
      const group = event.target.closest("[data-node]");
      const { step, first } = this.second.nodes[group?.dataset.node] ?? {};
      const made = step || data.frames.findIndex((frame) => frame.node === first) + 1;
      if (made) goTo(made);
    });
    this.tabs = ["first_layer", "second_layer"].map((name, nr) =>
      h("button", { type: "button", class: "push tab", "aria-pressed": nr === 0, onclick: () => this.choose(nr === 1) }, text[name]));
    this.first = picture.scroll;
    picture.element.prepend(h("div", { class: "tabs" }, this.tabs));
    this.first.after(this.box);
    picture.element.classList.add("layers");
    this.refit = () => picture.fit();
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.box);
  }

  // The whole picture if it can then be read; else the box scrolls.
  fit() {
    if (!this.box.clientWidth) return;
    const { width, height } = this.svg.viewBox.baseVal;
    const whole = Math.min((this.box.clientWidth - SECOND_EDGES) / width, (this.box.clientHeight - SECOND_EDGES) / height);
    const least = leastScale(this.box, this.data.presenter);
    this.svg.style.width = `${width * Math.max(least, Math.min(whole, Math.max(SECOND_MOST, least)))}px`;
    this.svg.style.maxWidth = "none";
  }

  close() {
    this.watcher.disconnect();
  }

  choose(second) {
    this.first.hidden = second;
    this.box.hidden = !second;
    this.tabs.forEach((tab, nr) => tab.setAttribute("aria-pressed", (nr === 1) === second));
    if (!second) this.refit();
  }

  // A node is there from the step on that made it; those of the first graph as soon as one leads to them.
  show(position) {
    const { nodes, edges } = this.second;
    const there = new Set(Object.keys(nodes).filter((id) => nodes[id].step && nodes[id].step <= position));
    const reached = new Set(there);
    for (const [id, [source, target]] of Object.entries(edges)) {
      const is = there.has(source);
      changeState(this.svg.querySelector(`[data-edge="${id}"]`), is ? (nodes[source].step === position ? "now" : "there") : "hidden");
      if (is) reached.add(target);
    }
    for (const id of Object.keys(nodes)) {
      const { step } = nodes[id];
      const is = !reached.has(id) ? "hidden" : step === 0 ? "first" : step === position ? "now" : "there";
      changeState(this.svg.querySelector(`[data-node="${id}"]`), is);
    }
    this.box.querySelector("p").hidden = there.size > 0;
  }
}

// In the panel: what the step has made.
export function secondBlock(data, position) {
  const made = Object.entries(data.second.nodes).filter(([, node]) => node.step === position);
  if (!made.length) return null;
  const names = made.map(([id], place) => h("li", { "data-place": place + 1 }, nodeName({ ...data, nodes: data.second.nodes }, id)));
  return h("div", { class: "block made" }, h("h4", {}, data.words.made_here), h("ol", { class: "ready" }, names));
}
