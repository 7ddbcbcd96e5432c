// Below the panel: every .grad as it is now, and the nodes that could run next. A step changes few of them.

import { brief, h, nodeName, sign } from "./dom.js";
import { readyAt } from "./state.js";

const ROOM = 26; // characters of a value
const MOST = 24; // nodes that are listed

export class Foot {
  constructor(data) {
    const text = data.words;
    this.data = data;
    this.grads = data.grads.map((grad) => {
      const value = h("span", { class: "text" });
      return { grad, value, element: h("span", { class: "grad" }, h("span", { class: "code" }, `${grad.name}.grad`), sign("="), value) };
    });
    this.more = h("li", { class: "more" });
    this.list = h("ol", { class: "ready" }, this.more);
    this.none = h("span", { class: "quiet" }, text.nothing_ready);
    this.items = new Map();
    this.next = h("div", { class: "foot-line" }, h("h4", {}, text.next), this.list);
    this.element = h("footer", { tabindex: "0", role: "group", "aria-label": text.grads },
      this.grads.length
        ? h("div", { class: "foot-line" }, h("h4", {}, text.grads), h("div", { class: "grads" }, this.grads.map(({ element }) => element)))
        : null,
      this.next);
  }

  // `others`: by place, the .grad that somebody else has put there.
  show(position, others) {
    this.grads.forEach((one, place) => {
      const other = others.get(place);
      const shown = other ?? (position >= one.grad.step);
      if (shown !== one.shown) this.write(one, other, position >= one.grad.step);
      one.shown = shown;
    });
    const all = readyAt(this.data, position);
    const ready = all.slice(0, MOST);
    const seen = ready.length ? this.list : this.none;
    if (this.next.lastChild !== seen) this.next.lastChild.replaceWith(seen);
    const wanted = new Set(ready);
    for (const id of this.ready ?? []) if (!wanted.has(id)) this.items.get(id).remove();
    this.ready = ready;
    let next = this.list.firstChild;
    for (const [place, id] of ready.entries()) {
      const item = this.item(id);
      item.dataset.place = place + 1;
      if (item === next) next = next.nextSibling;
      else this.list.insertBefore(item, next);
    }
    this.more.textContent = all.length > MOST ? `+ ${all.length - MOST}` : "";
  }

  write(one, other, done) {
    const { grad, value, element } = one;
    value.textContent = brief(other ?? (done ? grad.after : grad.before), ROOM);
    element.classList.toggle("set", Boolean(done || other));
    element.querySelector(".small")?.remove();
    if (other) element.append(h("span", { class: "small" }, this.data.words.changed));
  }

  item(id) {
    if (!this.items.has(id)) this.items.set(id, h("li", {}, nodeName(this.data, id)));
    return this.items.get(id);
  }
}
