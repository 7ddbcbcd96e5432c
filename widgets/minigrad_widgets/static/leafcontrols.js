// The controls of one leaf: a slider and a box for a number; a table of boxes, and a slider for the chosen one.

import { h, put } from "./dom.js";
import { say } from "./words.js";

const LARGE = 10; // a large step, in parts of the range

// `act.set(leaf, index, value)` and `act.choose(leaf, index)` ask Python; `act.busy(leaf)` and `act.choosing()` say
// whether it still owes an answer; `group` is the name of the radio buttons.
export function leafControls(leaf, text, act, group) {
  let state = null; // of this leaf, from Python
  let chosen = 0;
  const wanted = []; // the numbers that were asked for last
  const table = leaf.shape.length > 0;
  const named = (texts, index) => say(texts, { name: leaf.elements[index] });

  const ask = (index, number) => {
    const rounded = leaf.integer ? Math.round(number) : Number(number.toPrecision(12));
    wanted[index] = rounded;
    act.set(leaf.name, index, rounded);
    if (index === chosen) slider.value = rounded;
    write(index, String(rounded));
  };
  const boxes = leaf.elements.map((name, index) => makeBox(index, {
    label: table ? name : named(text.box, index),
    number: () => wanted[index],
    range: () => state,
    ask: (number) => ask(index, number),
    type: (typed) => {
      wanted[index] = null; // until Python has read it
      act.set(leaf.name, index, typed);
    },
    focus: () => choose(index),
    move: (event) => moveTo(index, event),
    escape: () => putBack(index),
  }));
  const slider = h("input", { type: "range", oninput: () => ask(chosen, Number(slider.value)) });
  const ends = [h("span", { class: "end" }), h("span", { class: "end" })];
  const radio = leaf.integer ? null : h("input", { type: "radio", name: group, "aria-label": say(text.choose, { name: leaf.name }), onchange: () => act.choose(leaf.name, chosen) });
  const grads = leaf.elements.map(() => h("span", { class: "grad" }));
  const note = h("span", { class: "note" });
  const reason = h("p", { class: "reason", role: "alert" });
  const element = h("div", { class: table ? "leaf table" : "leaf", role: "group", "aria-label": leaf.name },
    h("div", { class: "leaf-line" },
      h("span", { class: "code name" }, leaf.name), table ? h("span", { class: "shape" }, `[${leaf.shape.join(", ")}]`) : boxes[0],
      table ? null : h("span", { class: "of-grad" }, h("span", { class: "code" }, `${leaf.name}.grad`), " = ", grads[0]), note),
    table ? grid() : null,
    h("div", { class: "slide" }, table ? h("span", { class: "code chosen" }) : null, ends[0], slider, ends[1],
      radio ? h("label", { class: "choose" }, radio, ` ${text.choose_short}`) : null), reason);
  const called = element.querySelector(".chosen");

  function grid() {
    const columns = leaf.shape[leaf.shape.length - 1];
    const cells = boxes.map((box, index) => h("div", { class: "cell" }, box, grads[index]));
    const label = h("span", { class: "code quiet" }, `${leaf.name}.grad`);
    return h("div", { class: "cells-box" },
      h("div", { class: "cells", role: "group", "aria-label": say(text.table, { name: leaf.name }), style: `--columns: ${columns}` }, cells), label);
  }

  // Ctrl and an arrow: from cell to cell.
  function moveTo(index, event) {
    const columns = leaf.shape[leaf.shape.length - 1] ?? 1;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const same = Math.abs(step) !== 1 || Math.floor((index + step) / columns) === Math.floor(index / columns);
    const to = step && same ? boxes[index + step] : null;
    if (to) {
      to.focus();
      to.select();
    }
    return Boolean(step);
  }

  function choose(index) {
    if (index === chosen && table) mark();
    if (index === chosen) return;
    chosen = index;
    mark();
    if (state) bind();
    if (radio?.checked) act.choose(leaf.name, index);
  }

  function mark() {
    boxes.forEach((box, index) => box.parentElement.classList.toggle("now", index === chosen));
    if (called) called.textContent = leaf.elements[chosen];
    slider.setAttribute("aria-label", named(table ? text.element : text.slider, chosen));
  }

  // A box that somebody is typing in keeps what was typed.
  function write(index, value) {
    const box = boxes[index];
    const typing = ![box.dataset.shown, box.dataset.taken].includes(box.value) && document.activeElement === box;
    box.dataset.shown = value;
    if (typing) return;
    box.value = value;
    delete box.dataset.taken;
  }

  function bind() {
    for (const [name, value] of [["min", state.low], ["max", state.high], ["step", state.step]]) {
      if (slider.getAttribute(name) !== String(value)) slider.setAttribute(name, value);
    }
    if (!act.busy(leaf.name)) slider.value = wanted[chosen];
    slider.setAttribute("aria-valuetext", state.texts[chosen]);
    put(ends[0], state.lowText);
    put(ends[1], state.highText);
  }

  function show(now, plotted, refused) {
    state = now;
    const busy = act.busy(leaf.name);
    state.numbers.forEach((number, index) => {
      if (busy) return;
      wanted[index] = number;
      if (refused?.index !== index) write(index, state.texts[index]);
    });
    if (refused) wanted[refused.index] = state.numbers[refused.index];
    if (plotted[0] === leaf.name && plotted[1] !== chosen && document.activeElement !== boxes[chosen]) {
      chosen = plotted[1];
      mark();
    }
    bind();
    grads.forEach((grad, index) => {
      put(grad, state.grads ? state.grads[index] : "None");
    });
    put(note, state.note);
    if (radio && !act.choosing()) radio.checked = plotted[0] === leaf.name;
    boxes.forEach((box, index) => {
      if (refused?.index === index) box.setAttribute("aria-invalid", "true");
      else box.removeAttribute("aria-invalid");
    });
    if (reason.textContent !== (refused?.reason ?? "")) tell(refused?.reason ?? "");
  }

  // What was typed is taken back, and with it what was said of it.
  function putBack(index) {
    boxes[index].value = boxes[index].dataset.shown;
    delete boxes[index].dataset.taken;
    if (boxes[index].hasAttribute("aria-invalid")) act.forget();
  }

  function tell(words) {
    reason.textContent = words;
    const list = element.parentElement;
    const below = reason.getBoundingClientRect().bottom - (list?.getBoundingClientRect().bottom ?? Infinity);
    if (words && below > 0) list.scrollTop += below; // this box only, never the page around it
  }

  mark();
  return { element, show };
}

// A box for a number: what is typed goes to Python, which reads it.
function makeBox(index, does) {
  const box = h("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", "aria-label": does.label, class: "box",
    onfocus: does.focus,
    onchange: () => take(),
    onkeydown: (event) => {
      if (event.isComposing || event.altKey || event.metaKey) return;
      if (event.ctrlKey ? !does.move(event) : !key(event)) return;
      event.preventDefault();
    },
  });

  function take() {
    if ([box.dataset.shown, box.dataset.taken].includes(box.value)) return;
    box.dataset.taken = box.value;
    does.type(box.value);
  }

  function key({ key: pressed }) {
    const { low, high, step } = does.range();
    const large = Math.max(step, Math.round((high - low) / LARGE / step) * step);
    const by = { ArrowUp: step, ArrowDown: -step, PageUp: large, PageDown: -large }[pressed];
    if (by && does.number() === null) return true; // from where is not known yet
    if (by) does.ask(Math.min(high, Math.max(low, Math.round((does.number() + by) / step) * step)));
    else if (pressed === "Home") does.ask(low);
    else if (pressed === "End") does.ask(high);
    else if (pressed === "Enter") take();
    else if (pressed === "Escape") does.escape();
    else return false;
    return true;
  }
  return box;
}
