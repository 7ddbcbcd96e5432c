// The boxes of a folded stepper: which one runs, how far it is, steps over it, and unfolding by button and key.

import { Boxes } from "./boxes.js";
import { h, s } from "./dom.js";
import { say } from "./words.js";

const ARCS = { over: "M4 13a8 8 0 0 1 15-2M20 5v6h-6", over_back: "M20 13a8 8 0 0 0-15-2M4 5v6h6" };

export class StepBoxes {
  // `act`: at() and take(position); say, tell, busy, bring and point as for Boxes.
  constructor(model, data, picture, act) {
    Object.assign(this, { data, picture, act, words: data.words, folds: picture.folds });
    const { scroll } = picture;
    const pan = (x, y) => {
      scroll.scrollLeft += x;
      scroll.scrollTop += y;
    };
    this.boxes = new Boxes(model, { words: data.words, ...data.fold }, { ...act, pan });
    this.tools = this.boxes.tools;
    const button = (name, does, ...content) =>
      h("button", { type: "button", class: `do-${name}`, title: data.words[name], "aria-label": data.words[name], onclick: does }, ...content);
    const arc = (name) => s("svg", { viewBox: "0 0 24 24", class: "icon arc", "aria-hidden": "true" },
      s("path", { d: ARCS[name] }), s("circle", { cx: 12, cy: 18, r: 2 }));
    this.back = button("over_back", () => this.over(-1), arc("over_back"));
    this.on = button("over", () => this.over(1), arc("over"));
    this.turnIt = button("turn_box", () => this.turn(), "▸");
    this.controls = this.tools ? h("div", { class: "buttons over" }, this.back, this.on, this.turnIt) : null;
    if (this.tools) picture.element.querySelector(".key .key-waits").before(h("span", {}, h("b", { "aria-hidden": "true" }, "▸"), ` ${data.words.box_count}`));
    if (this.tools) picture.onPlaced.push(() => this.boxes.take(picture.svg));
  }

  // The box of a step: the folded one in which it is seen, or the innermost of the unfolded ones around it.
  boxAt(position) {
    const node = this.nodeAt(position);
    const place = this.folds.placeOf(node);
    return this.folds.groups[place] ? place : this.folds.around(node)[0];
  }

  nodeAt(position) {
    return position ? this.data.frames[position - 1].node : this.data.root;
  }

  over(way) {
    const at = this.act.at();
    this.act.take(way > 0 ? this.folds.over(at) : this.folds.overBack(at));
  }

  turn(target = null) {
    const { buttons } = this.boxes;
    const box = this.boxAt(this.act.at());
    const group = buttons.includes(target) ? target : buttons.find((one) => (one.dataset.box ?? one.dataset.node) === box);
    if (group) this.boxes.turn(group, group !== target);
    else this.act.say(this.data.words.no_box);
  }

  // Another picture is there: what was turned is seen, or else the step.
  after() {
    const { asked } = this.boxes;
    this.boxes.after();
    if (!asked || asked.quiet) this.picture.follow();
  }

  show(position) {
    if (!this.controls) return;
    const box = this.boxAt(position);
    this.back.setAttribute("aria-disabled", position === 0);
    this.on.setAttribute("aria-disabled", position === this.data.frames.length);
    this.turnIt.setAttribute("aria-disabled", !box);
    this.turnIt.textContent = box && this.folds.placeOf(this.nodeAt(position)) !== box ? "▾" : "▸";
  }

  // Which box a step is in, and how far that is.
  said(position, words) {
    const box = position && this.boxAt(position);
    if (!box) return "";
    const [n, total] = this.folds.count(box, position);
    return say(words, { name: this.folds.groups[box].name, n, total });
  }

  line(position) {
    const text = this.said(position, this.data.words.in_box);
    return text ? h("p", { class: "count in-box" }, text) : null;
  }

  sentence(position) {
    return this.said(position, this.data.words.say_box);
  }

  // At the start: what is folded, and how it unfolds.
  help() {
    const { note, stored } = this.data.fold;
    return [note, ...(this.tools ? [this.words.box_keys] : []), ...(stored ? [this.words.one_box] : [])].map((text) => h("p", { class: "quiet" }, text));
  }

  // Says whether it was a key for this.
  key(event) {
    if (!this.controls) return false;
    const place = this.boxes.buttons.indexOf(event.target);
    if (place >= 0 && (event.key === "Enter" || event.key === " ")) {
      this.boxes.turn(event.target);
      return true;
    }
    const name = event.key.toLowerCase();
    const by = event.shiftKey ? -1 : 1;
    if (name === "f") this.turn(event.target);
    else if (name === "o") this.over(by);
    else if (name === "g") this.boxes.go(place < 0 ? this.nearest() : place + by);
    else return false;
    return true;
  }

  // From elsewhere one comes to the box of the step.
  nearest() {
    const box = this.boxAt(this.act.at());
    return Math.max(0, this.boxes.buttons.findIndex((one) => (one.dataset.box ?? one.dataset.node) === box));
  }

  close() {
    this.boxes.close();
  }
}
