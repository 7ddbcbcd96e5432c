// A box to search in: counts the hits, and goes from one to the next. What a hit is, the host knows.

import { h } from "./dom.js";
import { say } from "./words.js";

const TYPING = 60; // milliseconds after a key: a long list is not searched for every letter of a word

// Spaces and capitals do not matter: `[2,3]` finds `float32 [2, 3]`.
export function plain(text) {
  return text.toLowerCase().replace(/\s+/g, "");
}

// Where words start in the plain text: after a space or a sign, at a capital, at a number, at each Chinese character.
const START = /(?<=^|\s|[^\p{L}\p{N}\p{M}])\S|(?<!\p{Lu})\p{Lu}|\p{Lu}(?=\p{Ll})|(?<!\p{N})\p{N}|\p{Lo}|[^\p{L}\p{N}\p{M}\s]/gu;

function starts(text) {
  return [...text.matchAll(START)].map(({ index }) => plain(text.slice(0, index)).length);
}

// What begins with the wanted text in one of its words; where nothing does, what has it anywhere.
export function found(items, wanted) {
  if (!wanted) return [];
  const begun = items.filter((item) => item.starts.some((start) => item.plain.startsWith(wanted, start)));
  return begun.length ? begun : items.filter((item) => item.plain.includes(wanted));
}

export class Search {
  // `items`: { id, text } in the order in which they are gone through. `act.mark(items)` is told the hits,
  // `act.go(item)` the one to show, `act.say(text)` what a screen reader should say; `act.leave()`: Escape.
  constructor(words, items, act) {
    Object.assign(this, { words, act, items: items.map((item) => ({ ...item, plain: plain(item.text), starts: starts(item.text) })) });
    this.hits = [];
    this.at = -1;
    this.input = h("input", { type: "text", class: "find", "aria-label": words.search, placeholder: words.search, spellcheck: "false", autocomplete: "off",
      oninput: () => this.later(), onkeydown: (event) => this.key(event) });
    this.count = h("output", { class: "hits" });
    const button = (name, text, by) =>
      h("button", { type: "button", class: `do-${name}`, title: words[name], "aria-label": words[name], onclick: () => this.turn(by) }, text);
    this.element = h("div", { class: "buttons search", role: "search" }, this.input, this.count,
      button("hit_before", "↑", -1), button("hit_after", "↓", 1));
    this.tell();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(), TYPING);
  }

  find() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const wanted = plain(this.input.value);
    this.hits = found(this.items, wanted);
    this.at = -1;
    this.tell();
    this.act.mark(this.hits);
  }

  turn(by) {
    if (this.timer !== undefined) this.find(); // Enter came before the pause was over
    if (!this.hits.length) return;
    this.at = this.at < 0 && by < 0 ? this.hits.length - 1 : (this.at + by + this.hits.length) % this.hits.length;
    this.tell();
    this.act.go(this.hits[this.at]);
  }

  tell() {
    const total = this.hits.length;
    const text = this.at < 0 ? say(this.words.hits, { total }) : say(this.words.hit, { n: this.at + 1, total });
    const asked = Boolean(plain(this.input.value));
    this.count.textContent = asked ? text : "";
    for (const button of this.element.querySelectorAll("button")) button.setAttribute("aria-disabled", !total);
    if (asked) this.act.say(total && this.at < 0 ? say(this.words.hits_said, { total }) : text);
  }

  key(event) {
    if (event.key === "Enter") this.turn(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      this.input.value = "";
      this.find();
      this.act.leave?.();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
