// What the page asks of Python, and where a slider has passed meanwhile.

const PATIENCE = 2500; // milliseconds without an answer
const PLACES = 12; // that a slider has passed, and Python is told of
let channels = 0;

// Questions to Python, of which only one is under way; a newer number takes the place of one that waits.
export class Channel {
  constructor(model, onWaiting) {
    Object.assign(this, { model, onWaiting, waiting: [], asked: null, late: false, count: 0 });
    this.token = `${Math.random().toString(36).slice(2)}-${++channels}`;
  }

  ask(question) {
    const same = (other) => ["kind", "leaf", "index"].every((key) => other[key] === question[key]);
    const place = this.waiting.findIndex(same);
    if (place >= 0) this.waiting[place] = follow(question, this.waiting[place]);
    else this.waiting.push(question);
    if (!this.asked || this.late) this.send();
  }

  send() {
    clearTimeout(this.timer);
    const question = this.waiting.shift();
    this.asked = question ? { ...question, seq: `${this.token} ${++this.count}` } : null;
    if (!this.asked) return;
    this.timer = setTimeout(() => this.tellLate(true), PATIENCE);
    try {
      this.model.send(this.asked);
    } catch {
      this.tellLate(true); // the kernel is gone
    }
  }

  // Whether this was the answer to what was asked here, and nothing else is to be asked.
  heard(answered) {
    if (!this.asked || answered !== this.asked.seq) return false;
    this.tellLate(false);
    this.send();
    return !this.asked;
  }

  tellLate(late) {
    if (this.late !== late) this.onWaiting(late);
    this.late = late;
  }

  busy(leaf) {
    return this.owes((question) => question.kind === "reset" || (question.kind === "set" && question.leaf === leaf));
  }

  choosing() {
    return this.owes((question) => question.kind === "choose");
  }

  owes(fits) {
    return [this.asked, ...this.waiting].some((question) => question && fits(question));
  }

  close() {
    clearTimeout(this.timer);
  }
}

// A number that takes the place of one that waits also says where the slider has passed.
function follow(question, before) {
  if (typeof question.value !== "number" || typeof before.value !== "number") return question;
  const passed = [...(before.passed ?? []), before.value];
  return { ...question, passed: passed.length > PLACES ? passed.filter((_, nr) => nr % 2) : passed };
}
