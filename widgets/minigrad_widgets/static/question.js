// What is asked before a step. Python judges; the page only asks and shows the verdict. On a saved page there is no
// Python: examiner.js judges what it can, and the rest is revealed, for the learner to mark.

import { h, labelled, math, nodeName, reachable, shown, sign, symbol } from "./dom.js";
import { called, say, sentenceCase } from "./words.js";

export class Question {
  constructor(data, send) {
    this.data = data;
    this.send = send;
    this.element = h("form", { class: "question", hidden: "", onsubmit: (event) => this.submit(event) });
    this.asked = "";
  }

  // Only what is new is made anew: what is being typed stays, and so does the focus.
  show(question, visible) {
    this.element.hidden = !visible || !question.step;
    if (this.element.hidden) {
      this.asked = "";
      return;
    }
    const asked = `${question.step} ${question.asked}`;
    if (asked !== this.asked) {
      const hadFocus = this.asked && this.element.contains(document.activeElement);
      this.asked = asked;
      this.make(question);
      if (hadFocus) this.focus();
    }
    this.question = question;
    question.fields.forEach((field, nr) => this.showVerdict(field, nr));
    const { hints } = question;
    this.hints.replaceChildren(...this.hintLines(question).slice(0, hints));
    this.hintButton.textContent = hints ? this.data.words.more_hint : this.data.words.hint;
    this.hintButton.setAttribute("aria-disabled", hints >= this.hintLines(question).length);
    // On a saved page: what is revealed cannot be answered any more.
    const open = question.fields.some((field) => !field.done && !field.revealed);
    for (const button of this.element.querySelectorAll(".answers")) button.setAttribute("aria-disabled", !open);
    this.markAlone();
    reachable(this.element);
  }

  // The kernel is gone: nobody judges what is typed.
  leave() {
    this.alone = true;
    this.send = () => {};
    this.markAlone();
  }

  markAlone() {
    if (this.alone) for (const button of this.element.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  }

  make(question) {
    const text = this.data.words;
    const total = this.data.frames.length;
    const title = { next: text.ask_next, shape: text.ask_shape, value: text.ask_value }[question.asked];
    this.inputs = question.fields.map((field) => this.input(question, field));
    this.verdicts = question.fields.map(() => h("p", { class: "verdict", role: "status" }));
    this.reveals = question.fields.map(() => h("div", { class: "reveal" }));
    this.hints = h("div", { class: "hints", role: "status" });
    const ask = (name, act) => h("button", { type: "button", class: "push", onclick: act }, text[name]);
    this.hintButton = ask("hint", () => this.send({ kind: "hint", ...this.place() }));
    const rows = question.fields.map((field, nr) =>
      h("div", { class: "field" }, h("label", {}, this.label(field, question.fields), this.inputs[nr]), this.verdicts[nr], this.reveals[nr]));
    const asksNext = question.asked === "next";
    this.element.replaceChildren(
      h("p", { class: "count" }, say(text.of_step, { n: question.step, total })),
      ...(asksNext ? [] : [this.given(question)]),
      h("h3", {}, question.fields.every((field) => field.kind === "accumulated") ? text.ask_grad : title),
      ...rows,
      h("p", { class: "quiet" }, this.help(question)),
      this.hints,
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "push main answers" }, text.check),
        ...(asksNext ? [] : [this.hintButton]), this.data.handout ? h("button", { type: "button", class: "push answers", onclick: () => this.reveal() }, text.reveal) : ask("give_up", () => this.send({ kind: "give_up", ...this.place() }))),
    );
  }

  help({ asked }) {
    const text = this.data.words;
    if (asked === "next") return text.choose;
    if (this.data.handout) return asked === "shape" ? `${text.shape_help}. ${text.handout_shape}` : text.handout_value;
    return asked === "shape" ? text.shape_help : text.value_help;
  }

  // What is known before the step: what arrived, not yet added up, and what a .grad was.
  given(question) {
    const text = this.data.words;
    const frame = this.data.frames[question.step - 1];
    const line = h("p", { class: "given line" }, nodeTitle(this.data, frame.node, text), " ");
    frame.incoming.forEach((one, nr) => {
      line.append(frame.incoming.length > 1 ? ` g${nr} ` : symbol("g"), sign("="));
      if (!one.parts.length) line.append("None");
      one.parts.forEach((part, index) => {
        if (index) line.append(sign("+"));
        const from = part.source ? [`${text.from} ${called(this.data, part.source)}`] : [];
        line.append(one.parts.length > 1 ? labelled(shown(part.value), from) : shown(part.value));
      });
      if (one.hooked && one.parts.length === 1) line.append(" ", h("span", { class: "small" }, text.hook), " ", shown(one.hooked));
    });
    const before = frame.accumulated.filter((item) => !item.retained).map((item) =>
      h("p", { class: "given line" }, say(text.was, { name: `${item.name}.grad` }), " ", shown(item.before)));
    return h("div", {}, line, ...before);
  }

  label(field, fields) {
    const text = this.data.words;
    if (field.kind === "next") return h("span", { class: "node-name" }, this.data.words.next);
    const words = field.kind === "sent" ? say(text.goes_to, { node: field.name }) : say(text.becomes, { name: field.name });
    // Two edges may lead to one node: the place in next_functions tells them apart.
    const twin = field.kind === "sent" && fields.filter((one) => one.name === field.name).length > 1;
    return h("span", { class: "node-name" }, words, twin ? h("span", { class: "small" }, ` [${field.place}]`) : null);
  }

  input(question, field) {
    if (field.kind !== "next") {
      return h("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", value: field.text });
    }
    const nodes = Object.entries(this.data.nodes).filter(([, node]) => node.kind !== "none");
    const name = ([id, node]) => `${called(this.data, id)}${node.kind !== "leaf" && node.label ? ` (${node.label})` : ""}`;
    return h("select", {}, h("option", { value: "" }, "…"), nodes.map((entry) => h("option", { value: entry[0] }, name(entry))));
  }

  // A click in the graph chooses the node.
  choose(id) {
    if (this.element.hidden || this.question.asked !== "next") return false;
    this.inputs[0].value = id;
    this.inputs[0].focus();
    return true;
  }

  showVerdict(field, nr) {
    const [input, verdict] = [this.inputs[nr], this.verdicts[nr]];
    if (input.readOnly !== field.done && !field.revealed) {
      input.readOnly = field.done;
      if (field.done) input.value = field.text;
    }
    input.setAttribute("aria-invalid", Boolean(field.verdict) && !field.done && field.verdict !== "not_judged");
    verdict.dataset.is = field.verdict;
    const sign = field.verdict === "not_judged" ? "…" : field.done && field.verdict !== "self_wrong" ? "✓" : "✗";
    const shownText = field.verdict ? `${sign} ${field.message}` : "";
    if (verdict.textContent !== shownText) verdict.textContent = shownText;
    this.showReveal(field, nr);
  }

  // On a saved page: what ran, beside what was typed or written down, and two buttons to mark it.
  showReveal(field, nr) {
    const box = this.reveals[nr];
    const is = field.revealed ? (field.done ? "marked" : "open") : "";
    if ((box.dataset.is ?? "") === is) return;
    box.dataset.is = is;
    const text = this.data.words;
    const mark = (name, right) =>
      h("button", { type: "button", class: "push", onclick: () => this.send({ kind: "mark", step: this.question.step, field: nr, right }) }, text[name]);
    box.replaceChildren(h("p", { class: "line", role: "status" }, text.ran, " ", h("strong", {}, this.answer(field))),
      ...(field.done ? [] : [h("div", { class: "buttons" }, mark("mark_right", true), mark("mark_wrong", false))]));
    if (is === "open" && !this.inputs[nr].readOnly) {
      this.inputs[nr].readOnly = true; // too late to change it
      if (nr === this.question.fields.findIndex((one) => one.revealed && !one.done)) box.querySelector("button").focus();
    }
  }

  answer(field) {
    const frame = this.data.frames[this.question.step - 1];
    if (field.kind === "next") return nodeName(this.data, frame.node);
    const value = field.kind === "sent" ? frame.outgoing.find((out) => out.edge === field.edge).value : frame.accumulated[field.place].after;
    return this.question.asked === "shape" ? h("span", { class: "code" }, value.shape || (value.text === "None" ? "None" : "[]")) : shown(value);
  }

  typed() {
    return this.question.fields.flatMap((field, nr) => (field.done || field.revealed ? [] : [this.inputs[nr].value]));
  }

  reveal() {
    this.send({ kind: "reveal", step: this.question.step, texts: this.typed() });
  }

  hintLines(question) {
    const frame = this.data.frames[question.step - 1];
    const lines = (kind) => frame.outgoing.filter((out) => out[kind]).map((out) =>
      h("div", { class: "line" }, h("span", { class: "small" }, say(this.data.words.goes_to, { node: called(this.data, out.target) })), " ", math(out[kind])));
    const words = h("p", {}, sentenceCase(this.data.words, frame.says));
    const named = lines("formula");
    return [h("div", {}, words, ...named), h("div", {}, ...lines("numbers"))];
  }

  submit(event) {
    event.preventDefault();
    this.send({ kind: "answer", ...this.place(), texts: this.typed() });
  }

  // What is answered: who presses twice, before the answer comes, has not answered the next question.
  place() {
    return { step: this.question.step, asked: this.question.asked };
  }

  focus() {
    this.inputs.find((input) => !input.readOnly)?.focus({ preventScroll: true });
  }
}

function nodeTitle(data, id, text) {
  const [before, after] = text.receives.split("{node}");
  return h("span", {}, before, nodeName(data, id), after);
}

// At the end: how it went, by kind of mistake.
export function scoreCard(data, score) {
  const text = data.words;
  const rows = Object.entries(score).filter(([kind]) => kind !== "questions").map(([kind, count]) =>
    h("tr", {}, h("th", { scope: "row" }, text[`score_${kind}`]), h("td", {}, String(count))));
  return h("div", { class: "block score" }, h("h4", {}, text.score),
    h("p", {}, say(text.finished, { total: data.frames.length })), h("table", {}, h("tbody", {}, rows)));
}
