// One step in full: what came in, the rule, what went out.

import { h, labelled, math, nodeName, shown, sign, symbol } from "./dom.js";
import { called, say, sentenceCase } from "./words.js";

export function panel(data, position) {
  return position ? stepPanel(data, position) : startPanel(data);
}

function startPanel(data) {
  const text = data.words;
  return [
    h("header", {}, h("p", { class: "count" }, say(text.total, { total: data.frames.length })), h("h3", {}, text.beginning)),
    h("p", { class: "says" }, nodeName(data, data.root), h("br", {}), text.starts_at),
    block(null, h("div", { class: "line big" }, symbol("g"), sign("="), shown(data.start))),
    h("p", { class: "quiet" }, text.keys),
  ];
}

function stepPanel(data, position) {
  const text = data.words;
  const frame = data.frames[position - 1];
  const node = data.nodes[frame.node];
  const total = data.frames.length;
  const title = h("h3", {}, node.name, " ", node.label ? h("span", { class: "label" }, node.label) : null);
  const count = say(position === total ? text.complete : text.count, { n: position, total });
  return [
    h("header", {}, h("p", { class: "count" }, count), title),
    h("p", { class: "says" }, sentenceCase(text, frame.says)),
    block(text.comes_in, ...frame.incoming.map((one, nr) => incoming(data, frame, one, nr))),
    frame.outgoing.length
      ? block(text.goes_out, h("div", { class: "ways" }, frame.outgoing.map((out) => way(data, out))))
      : node.kind === "leaf" ? null : block(text.goes_out, h("p", { class: "quiet" }, text.nothing_out)),
    ...frame.accumulated.map((item) => block(item.retained ? text.kept : text.added, sum(text, item))),
  ];
}

function block(title, ...children) {
  return h("div", { class: "block" }, title ? h("h4", {}, title) : null, ...children);
}

function incoming(data, frame, one, nr) {
  const text = data.words;
  const several = frame.incoming.length > 1;
  const name = several ? h("span", { class: "small" }, say(text.output, { n: nr })) : symbol("g");
  if (!one.parts.length) {
    return h("div", { class: "line" }, name, h("span", { class: "quiet" }, several ? "None" : text.nothing_in));
  }
  const line = h("div", { class: "line big" }, name, sign("="));
  if (one.parts.length > 1) {
    one.parts.forEach((part, index) => {
      const content = labelled(shown(part.value), part.source ? [`${text.from} ${called(data, part.source)} [${part.place}]`] : [text.seed]);
      line.append(index ? pair("+", content) : content);
    });
    line.append(pair("=", h("strong", {}, shown(one.total))));
  } else {
    line.append(shown(one.total));
    const { source } = one.parts[0];
    if (source) line.append(h("span", { class: "small" }, `${text.from} `, nodeName(data, source)));
  }
  if (one.hooked) line.append(h("span", { class: "small" }, text.hook), shown(one.hooked));
  return line;
}

// One edge: where it leads, then the derivation, a line for names, for numbers, for the value.
function way(data, out) {
  const text = data.words;
  const head = h("h5", {}, h("span", { "aria-hidden": "true" }, "→ "), `${text.to} `, nodeName(data, out.target));
  if (out.input) head.append(" ", h("span", { class: "small" }, out.input));
  const lines = h("div", { class: "derivation" });
  const add = (...content) =>
    lines.append(h("span", { class: "sign" }, lines.children.length ? "=" : ""), h("div", {}, ...content));
  if (out.formula) add(math(out.formula));
  if (out.numbers) add(math(out.numbers));
  if (out.summed.length) {
    add(shown(out.raw));
    const dims = say(out.summed.length > 1 ? text.dims : text.dim, { dims: out.summed.join(", ") });
    lines.append(h("p", { class: "note" }, say(text.summed, { dims })));
  }
  const value = h("strong", {}, shown(out.value));
  if (out.fitted) add(shown(out.fitted), " ", h("span", { class: "small" }, text.hook), " ", value);
  else add(value);
  return h("div", { class: "way" }, head, lines);
}

function sum(text, item) {
  return h("div", { class: "line big" },
    h("span", { class: "code" }, `${item.name}.grad`), sign(":"),
    labelled(shown(item.before), [text.before]),
    pair("+", labelled(shown(item.incoming), [text.arriving])),
    pair("=", labelled(h("strong", {}, shown(item.after)), [text.after])));
}

// A sign is never left behind at the end of a line.
function pair(text, content) {
  return h("span", { class: "pair" }, sign(text), content);
}
