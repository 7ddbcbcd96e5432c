// One step in full: what came in, the rule, what went out; below it every .grad, and what is ready.

import { brief, h, labelled, math, nodeName, shown, sign, symbol } from "./dom.js";
import { stateAt } from "./state.js";
import { TEXT, called, sentenceCase } from "./words.js";

const ROOM = 26; // characters of a value on the line below the panel

export function panel(data, position) {
  return position ? stepPanel(data, position) : startPanel(data);
}

function startPanel(data) {
  return [
    h("header", {}, h("p", { class: "count" }, `${TEXT.steps}: ${data.frames.length}`), h("h3", {}, "Start")),
    h("p", { class: "says" }, "The backward pass starts at ", nodeName(data, data.root), " with this gradient:"),
    block(null, h("div", { class: "line big" }, symbol("g"), sign("="), shown(data.start))),
    h("p", { class: "quiet" }, TEXT.keys),
  ];
}

function stepPanel(data, position) {
  const frame = data.frames[position - 1];
  const node = data.nodes[frame.node];
  const total = data.frames.length;
  const title = h("h3", {}, node.name, " ", node.label ? h("span", { class: "label" }, node.label) : null);
  const count = `${TEXT.step} ${position} of ${total}${position === total ? ": the pass is complete" : ""}`;
  return [
    h("header", {}, h("p", { class: "count" }, count), title),
    h("p", { class: "says" }, sentenceCase(frame.says)),
    block(TEXT.comesIn, ...frame.incoming.map((one, nr) => incoming(data, frame, one, nr))),
    frame.outgoing.length
      ? block(TEXT.goesOut, h("div", { class: "ways" }, frame.outgoing.map((out) => way(data, out))))
      : node.kind === "leaf" ? null : block(TEXT.goesOut, h("p", { class: "quiet" }, TEXT.nothingOut)),
    ...frame.accumulated.map((item) => block(item.retained ? TEXT.kept : TEXT.added, sum(item))),
  ];
}

function block(title, ...children) {
  return h("div", { class: "block" }, title ? h("h4", {}, title) : null, ...children);
}

function incoming(data, frame, one, nr) {
  const several = frame.incoming.length > 1;
  const name = several ? h("span", { class: "small" }, `${TEXT.output} ${nr}`) : symbol("g");
  if (!one.parts.length) {
    return h("div", { class: "line" }, name, h("span", { class: "quiet" }, several ? "None" : TEXT.nothingIn));
  }
  const line = h("div", { class: "line big" }, name, sign("="));
  if (one.parts.length > 1) {
    one.parts.forEach((part, index) => {
      const content = labelled(shown(part.value), part.source ? [`${TEXT.from} ${called(data, part.source)} [${part.place}]`] : [TEXT.seed]);
      line.append(index ? pair("+", content) : content);
    });
    line.append(pair("=", h("strong", {}, shown(one.total))));
  } else {
    line.append(shown(one.total));
    const { source } = one.parts[0];
    if (source) line.append(h("span", { class: "small" }, `${TEXT.from} `, nodeName(data, source)));
  }
  if (one.hooked) line.append(h("span", { class: "small" }, TEXT.hook), shown(one.hooked));
  return line;
}

// One edge: where it leads, then the derivation, a line for names, for numbers, for the value.
function way(data, out) {
  const head = h("h5", {}, h("span", { "aria-hidden": "true" }, "→ "), `${TEXT.to} `, nodeName(data, out.target));
  if (out.input) head.append(" ", h("span", { class: "small" }, out.input));
  const lines = h("div", { class: "derivation" });
  const add = (...content) =>
    lines.append(h("span", { class: "sign" }, lines.children.length ? "=" : ""), h("div", {}, ...content));
  if (out.formula) add(math(out.formula));
  if (out.numbers) add(math(out.numbers));
  if (out.summed.length) {
    add(shown(out.raw));
    const dims = `dim${out.summed.length > 1 ? "s" : ""} ${out.summed.join(", ")}`;
    lines.append(h("p", { class: "note" }, `${TEXT.summed} ${dims}, ${TEXT.broadcast}:`));
  }
  add(h("strong", {}, shown(out.value)));
  return h("div", { class: "way" }, head, lines);
}

function sum(item) {
  return h("div", { class: "line big" },
    h("span", { class: "code" }, `${item.name}.grad`), sign(":"),
    labelled(shown(item.before), [TEXT.before]),
    pair("+", labelled(shown(item.incoming), [TEXT.incoming])),
    pair("=", labelled(h("strong", {}, shown(item.after)), [TEXT.after])));
}

// A sign is never left behind at the end of a line.
function pair(text, content) {
  return h("span", { class: "pair" }, sign(text), content);
}

// `others`: by place, the .grad that somebody else has put there.
export function foot(data, position, others) {
  const { ready } = stateAt(data, position);
  const grads = data.grads.map((grad, place) => {
    const other = others.get(place);
    const done = position >= grad.step;
    const value = other ?? (done ? grad.after : grad.before);
    return h("span", { class: done || other ? "grad set" : "grad" },
      h("span", { class: "code" }, `${grad.name}.grad`), sign("="), h("span", { class: "text" }, brief(value, ROOM)),
      other ? h("span", { class: "small" }, TEXT.changed) : null);
  });
  const waiting = ready.map((id) => h("li", {}, nodeName(data, id)));
  return [
    grads.length ? h("div", { class: "foot-line" }, h("h4", {}, TEXT.grads), h("div", { class: "grads" }, grads)) : null,
    h("div", { class: "foot-line" }, h("h4", {}, TEXT.next),
      waiting.length ? h("ol", { class: "ready" }, waiting) : h("span", { class: "quiet" }, TEXT.nothingReady)),
  ];
}
