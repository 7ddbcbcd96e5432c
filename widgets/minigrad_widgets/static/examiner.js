// Stands in for Python on a saved page that asks (predict.py). It judges numbers, fractions, lists, shapes and nodes;
// anything else is revealed beside what was typed, and the learner marks it.

import { Unread, readPlain, samePlain } from "./plainreader.js";
import { readyAt } from "./state.js";
import { say } from "./words.js";

const HINTS = 2; // the formula, then the formula with numbers

// Returns what the model is to do with a message of the page.
export function standIn(model) {
  const exam = model.get("exam");
  const data = model.get("data");
  const text = data.words;
  const total = data.frames.length;
  const counts = {}; // of mistakes, by kind
  const finished = []; // how each field ended
  let reached = model.get("reached");
  let [stage, hints, blanks] = [0, 0, []];

  function begin() {
    while (reached < total && !askFrom(0)) reached += 1;
    if (reached === total) blanks = [];
    model.set("reached", reached);
    show();
  }
  function askFrom(first) {
    for (stage = first; stage < exam.stages.length; stage += 1) {
      const fields = exam.stages[stage] === "next" ? [{ kind: "next", place: 0, name: "" }] : exam.steps[reached];
      hints = 0;
      blanks = fields.map((field) => ({ field, text: "", verdict: "", message: "", done: false, revealed: false, missed: false }));
      if (blanks.length) return true;
    }
    return false;
  }
  function goOn() {
    if (blanks.some((blank) => !blank.done) || askFrom(stage + 1)) return show();
    reached += 1;
    const position = reached;
    begin();
    return model.set("position", position);
  }
  function show() {
    if (!blanks.length) return model.set("question", { finished: true, score: score() });
    const fields = blanks.map(({ field, ...state }) => ({ ...state, kind: field.kind, place: field.place, edge: field.edge, name: field.name }));
    return model.set("question", { step: reached + 1, asked: exam.stages[stage], stage, fields, hints });
  }
  function score() {
    const ended = (kind) => finished.filter((one) => one === kind).length;
    const ends = Object.fromEntries(["first", "later", "self_right", "self_wrong"].map((kind) => [kind, ended(kind)]));
    return { questions: finished.length, ...ends, ...counts };
  }

  // ---- one answer

  function take(blank, typed) {
    blank.text = typed;
    [blank.verdict, blank.message] = judge(blank, typed);
    if (blank.verdict === "right") {
      blank.done = true;
      finished.push(blank.missed || hints ? "later" : "first");
    } else if (blank.verdict !== "not_judged") {
      blank.missed = true;
      counts[blank.verdict] = (counts[blank.verdict] ?? 0) + 1;
    }
  }
  function judge({ field }, typed) {
    if (field.kind === "next") return judgeNode(typed);
    try {
      const answer = readPlain(typed);
      const found = exam.stages[stage] === "shape" ? judgeShape(field, answer) : judgeValue(field, answer);
      return [found, text[found]];
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      return [error.key === "not_judged" ? error.key : "unreadable", text[error.key]];
    }
  }
  function judgeValue({ right, wrong }, answer) {
    if (right === undefined) throw new Unread("not_judged"); // too large to be sent, and to be typed
    if (samePlain(answer, right, exam)) return "right";
    if (!answer || !right) return "value";
    const known = wrong.find(([, value]) => samePlain(answer, value, exam));
    if (known) return known[0];
    return answer.shape.join() === right.shape.join() ? "value" : "shape";
  }
  function judgeShape({ shape }, answer) {
    if (!answer || !shape) return answer === shape ? "right" : "shape";
    if (answer.shape.length !== 1 || answer.numbers.some((size) => size !== Math.round(size))) throw new Unread("not_a_shape");
    return answer.numbers.join() === shape.join() ? "right" : "shape";
  }
  function judgeNode(chosen) {
    const frames = data.frames;
    if (!data.nodes[chosen]) return ["unreadable", text.empty];
    if (chosen === frames[reached].node) return ["right", text.right];
    const node = data.nodes[chosen].label || data.nodes[chosen].name;
    if (frames.slice(0, reached).some((frame) => frame.node === chosen)) return ["order", say(text.order_done, { node })];
    return ["order", say(readyAt(data, reached).includes(chosen) ? text.order_later : text.order_waits, { node })];
  }

  function answer(texts) {
    blanks.filter((blank) => !blank.done && !blank.revealed).forEach((blank, nr) => take(blank, texts[nr] ?? ""));
    goOn();
  }
  function reveal(texts) {
    blanks.filter((blank) => !blank.done && !blank.revealed).forEach((blank, nr) => {
      Object.assign(blank, { text: texts[nr] ?? "", verdict: "", message: "", revealed: true });
    });
    show();
  }
  function mark(blank, right) {
    if (!blank || blank.done || !blank.revealed) return;
    blank.verdict = right ? "self_right" : "self_wrong";
    blank.message = text[right ? "marked_right" : "marked_wrong"];
    blank.done = true;
    finished.push(blank.verdict);
    goOn();
  }

  begin();
  return (content) => {
    if (content.kind === "hint") {
      hints = Math.min(HINTS, hints + 1);
      show();
    } else if (content.step !== reached + 1) return;
    else if (content.kind === "answer") answer(content.texts);
    else if (content.kind === "reveal") reveal(content.texts);
    else if (content.kind === "mark") mark(blanks[content.field], content.right);
  };
}
