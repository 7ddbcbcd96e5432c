// A pass that lacks one rule of the engine, beside the right one.

import { h, labelled, nodeName, s, shown, sign } from "./dom.js";
import { say } from "./words.js";

// What rule is missing, and where the numbers part.
export function faultBanner(data, goTo) {
  const { fault, words: text } = data;
  const [rule, ...rest] = text[`rule_${fault.name}`].split(/(?<=[.。] ?)(?=\S)/);
  const lines = [h("p", {}, h("strong", {}, text[`title_${fault.name}`]), " ", rule, " ", rest.join(" "))];
  if (!fault.node) lines.push(h("p", {}, text.no_difference));
  else {
    const [before, after] = say(text.first, { n: fault.step }).split("{node}");
    lines.push(h("p", { class: "first" }, h("span", {}, before, nodeName(data, fault.node), after), " ",
      h("button", { type: "button", class: "push", onclick: () => goTo(fault.step) }, text.go_there)));
  }
  if (fault.error && fault.name !== "stale-saved") lines.push(h("p", {}, say(text.stopped, { error: fault.error })));
  return h("section", { class: "fault-banner", "aria-label": text[`title_${fault.name}`] }, lines);
}

// Of one step: the numbers with the rule and without it, where they differ.
export function faultBlock(data, position) {
  const { fault, words: text } = data;
  const frame = data.frames[position - 1];
  const last = position === data.frames.length; // where all .grad are compared
  const wrong = fault.wrong[frame.node] ?? (last && fault.node ? { received: [], sent: {}, after: [], runs: 1 } : null);
  if (!wrong) return null;
  const stopsHere = fault.name === "stale-saved" && fault.node === frame.node;
  const right = fault.name !== "stale-saved";
  const rows = [];
  const compare = (name, one, other) => {
    if (other && (!right || one.text !== other.text || one.shape !== other.shape)) rows.push(compared(text, name, right ? one : null, other));
  };
  frame.incoming.forEach((one, nr) => compare(frame.incoming.length > 1 ? `g${nr}` : "g", one.hooked ?? one.total, wrong.received[nr]));
  for (const out of frame.outgoing) compare(h("span", {}, "→ ", nodeName(data, out.target)), out.value, wrong.sent[out.edge]);
  if (!last) frame.accumulated.forEach((item, nr) => compare(`${item.name}.grad`, item.after, wrong.after[nr]));
  if (last) for (const grad of fault.grads) compare(`${grad.name}.grad`, grad.right, grad.wrong);
  return h("div", { class: fault.node === frame.node ? "block fault first" : "block fault" },
    h("h4", {}, fault.node === frame.node ? `≠ ${text.parts_here}` : text.differs),
    stopsHere ? h("p", {}, say(text.stops, { error: fault.error })) : null,
    wrong.runs > 1 ? h("p", {}, say(text.ran_times, { n: wrong.runs })) : null, rows);
}

function compared(text, name, right, wrong) {
  return h("div", { class: "line" }, h("span", { class: "code" }, name), sign(":"),
    right ? labelled(shown(right), [text.with_rule]) : null, right ? sign("≠") : null,
    labelled(h("span", { class: "wrong" }, shown(wrong)), [text.without_rule]));
}

// In the picture: where numbers differ, and where they part first.
export function markFault(data, picture) {
  const { fault } = data;
  const place = (id) => picture.folds.placeOf(id);
  const mark = () => {
    const differ = new Set(Object.keys(fault.wrong).map(place));
    for (const [id, group] of picture.nodes ?? []) group.classList.toggle("differs", differ.has(id));
    picture.nodes?.get(place(fault.node))?.classList.add("parts");
    picture.edges?.get(picture.folds.edgeOf(fault.edge))?.classList.add("parts");
  };
  mark();
  picture.onTaken.push(mark);
  picture.onPlaced.push((boxes) => {
    const box = boxes.get(place(fault.node));
    if (!box) return;
    const sign = s("g", { class: "unequal", transform: `translate(${box.x + 9} ${box.y - 2})` },
      s("circle", { r: 9 }), s("path", { d: "M-4.5-2h9M-4.5 2h9M2.5-5-2.5 5" }));
    picture.overlay.append(sign);
    picture.drawn.push({ x: box.x - 1, y: box.y - 12, width: 20, height: 20 });
  });
}
