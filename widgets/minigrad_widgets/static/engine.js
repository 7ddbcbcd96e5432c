// The engine: how many gradients each node waits for, what is in its buffer, what is ready.

import { h, nodeName, s, shown, sign } from "./dom.js";
import { say } from "./words.js";

// What the engine holds after `position` steps. It follows from the frames; nothing else is sent.
export function engineAt(data, position) {
  const totals = {};
  for (const out of data.frames.flatMap((frame) => frame.outgoing)) totals[out.target] = (totals[out.target] ?? 0) + 1;
  const missing = { ...totals };
  const arrived = {};
  const done = new Set();
  for (const frame of data.frames.slice(0, position)) {
    done.add(frame.node);
    delete arrived[frame.node];
    for (const { target } of frame.outgoing) {
      missing[target] -= 1;
      arrived[target] = (arrived[target] ?? 0) + 1;
    }
  }
  return { totals, missing, done, waiting: Object.keys(arrived).filter((id) => missing[id] > 0) };
}

// The buffer of a node of which some parts have arrived: one value per output.
export function bufferAt(data, id, position) {
  const ran = new Map(data.frames.slice(0, position).map((frame) => [frame.node, true]));
  const frame = data.frames.find((one) => one.node === id);
  return frame.incoming.map(({ parts, partial, total }) => {
    const here = parts.filter((part) => !part.source || ran.has(part.source)).length;
    if (!here) return null;
    if (here === parts.length) return total;
    return here === 1 ? parts[0].value : partial[here - 2];
  });
}

export function engineBlock(data, position) {
  const text = data.words;
  const { missing, totals, waiting } = engineAt(data, position);
  const ready = position ? data.frames[position - 1].ready : [data.root];
  const rows = waiting.map((id) => h("tr", {}, h("th", { scope: "row" }, nodeName(data, id)),
    h("td", {}, say(text.missing_of, { missing: missing[id], total: totals[id] })),
    h("td", {}, bufferAt(data, id, position).map((value) => (value ? shown(value) : "None")))));
  const head = h("tr", {}, [text.head_node, text.missing, text.buffer].map((name) => h("th", { scope: "col" }, name)));
  const queue = ready.map((id, place) => {
    const { made } = data.nodes[id];
    return h("li", { "data-place": place + 1 }, nodeName(data, id), made ? h("span", { class: "small" }, ` ${say(text.made, { n: made })}`) : null);
  });
  return h("div", { class: "block engine" }, h("h4", {}, `${text.engine}: ${text.waiting}`),
    rows.length ? h("table", {}, h("thead", {}, head), h("tbody", {}, rows)) : h("p", { class: "quiet" }, text.nothing_waits),
    h("h4", {}, text.queue), queue.length ? h("ol", { class: "ready" }, queue) : h("p", { class: "quiet" }, text.nothing_ready));
}

// In the picture: at each node that has not run, how many gradients it still waits for.
export class EngineMarks {
  constructor(data, picture) {
    this.data = data;
    this.picture = picture;
    this.labels = new Map();
    this.on = false;
  }

  // Made when the boxes are known; see Picture.
  place(boxes) {
    this.labels.clear();
    for (const [id, box] of boxes) {
      if (this.data.nodes[id]?.kind === "none") continue;
      const text = s("text", { y: 3.5, "text-anchor": "middle" });
      const label = s("g", { class: "waits", transform: `translate(${box.x + 2} ${box.y + box.height - 2})` },
        s("rect", { x: -9, y: -8, width: 18, height: 16, rx: 4 }), text);
      this.labels.set(id, { label, text });
      this.picture.overlay.append(label);
      this.picture.drawn.push({ x: box.x - 9, y: box.y + box.height - 11, width: 20, height: 20 });
    }
  }

  show(position) {
    if (!this.on && !this.wasOn) return;
    this.wasOn = this.on;
    const { missing, done } = engineAt(this.data, position);
    const { folds } = this.picture;
    for (const [id, { label, text }] of this.labels) {
      const folded = Boolean(folds.groups[id]); // it waits for what comes from outside
      const waits = this.on && !(folded ? folds.isDone(id, position) : done.has(id));
      label.style.visibility = waits ? "visible" : "hidden";
      const content = String((folded ? folds.missing(id, position) : missing[id]) ?? 0);
      if (waits && text.textContent !== content) text.textContent = content;
    }
  }
}
