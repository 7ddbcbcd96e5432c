// A graph whose numbers change: drawn by Python once for each shape; then only texts are replaced.

import { h, leastScale, parsed, put } from "./dom.js";

const PADDING = 10;
// Pixels per point: names have 11 points, and text of 9 points is the smallest in the picture.
const EASY = 1;
const MOST = { usual: 1.7, presenter: 2.8 };
const MARGIN = "100px"; // around the box, where numbers are kept up to date too
const REST_OF_IT = 100;
let pictures = 0;

export class LivePicture {
  constructor(text, presenter) {
    this.text = text;
    this.presenter = presenter;
    this.most = presenter ? MOST.presenter : MOST.usual;
    this.scroll = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text.graph });
    this.size = h("span", {});
    this.changes = h("strong", {});
    this.badge = h("p", { class: "badge", hidden: "" }, text.old);
    this.element = h("section", { class: "picture", "aria-label": text.graph }, this.badge, this.scroll,
      h("p", { class: "key" }, this.size, h("span", {}, text.arrows), this.changes));
    this.watcher = new ResizeObserver(() => {
      const shown = this.svg?.style.width;
      this.fit();
      if (this.svg && !shown) this.toRoot(); // it was drawn before it was on the page
    });
    this.watcher.observe(this.scroll);
    this.inView = new Set();
    this.sight = new IntersectionObserver((entries) => this.seen(entries), { root: this.scroll, rootMargin: MARGIN });
    this.number = null;
  }

  // Of nodes that are out of sight, nobody misses the numbers while they change.
  seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.inView.add(target.dataset.node);
      else this.inView.delete(target.dataset.node);
    }
    this.write(this.texts);
  }

  write(texts, nodes = Object.keys(texts)) {
    for (const node of nodes) {
      const places = this.places?.get(node);
      if (!places) continue;
      for (const [name, value] of Object.entries(texts[node] ?? {})) {
        const place = places.get(name);
        if (place && place.data !== value) place.data = value;
      }
    }
  }

  show(state, markup) {
    if (this.number !== state.picture) this.draw(state, markup);
    this.texts = state.texts;
    clearTimeout(this.late);
    if (this.inView.size) {
      this.write(this.texts, this.inView);
      this.late = setTimeout(() => this.write(this.texts), REST_OF_IT);
    } else this.write(this.texts);
    put(this.size, state.size);
    put(this.changes, state.changes);
    this.badge.hidden = !state.old;
    this.element.classList.toggle("old", state.old);
  }

  draw(state, markup) {
    this.number = state.picture;
    this.svg = markup ? parsed(markup, "image/svg+xml") : null;
    this.places = new Map();
    if (!this.svg) {
      this.scroll.replaceChildren(h("p", { class: "quiet" }, state.problem || this.text.no_graph));
      return;
    }
    this.rename();
    this.sight.disconnect();
    this.inView.clear();
    for (const group of this.svg.querySelectorAll("[data-node]")) {
      const places = new Map();
      for (const element of group.querySelectorAll("title, [data-slot]")) {
        if (!element.firstChild) element.append("");
        places.set(element.dataset.slot ?? "title", element.firstChild);
      }
      this.places.set(group.dataset.node, places);
      this.sight.observe(group);
    }
    this.scroll.replaceChildren(this.svg);
    this.fit();
    this.toRoot();
  }

  // A picture that is larger than its box begins with the output in the middle.
  toRoot() {
    const [root, view] = [this.svg.querySelector("[data-node]"), this.scroll].map((element) => element.getBoundingClientRect());
    this.scroll.scrollLeft += root.left + root.width / 2 - view.left - view.width / 2;
    this.scroll.scrollTop = 0;
  }

  // Ids are unique on a page: two views of one playground must not share them.
  rename() {
    const old = this.svg.id;
    this.svg.id = `${old}-live${++pictures}`;
    const style = this.svg.querySelector("style");
    if (style) style.textContent = style.textContent.replaceAll(`#${old}`, `#${this.svg.id}`);
    for (const element of this.svg.querySelectorAll("[id]")) element.removeAttribute("id");
  }

  // The whole picture if it can then be read, else its whole width, else what can be read easily: the box scrolls.
  fit() {
    if (!this.svg) return;
    const { width, height } = this.svg.viewBox.baseVal;
    const across = (this.scroll.clientWidth - PADDING) / width;
    const whole = Math.min(across, (this.scroll.clientHeight - PADDING) / height);
    if (across <= 0) return;
    const least = leastScale(this.scroll, this.presenter);
    const easy = Math.max(EASY, least);
    const scale = whole >= least ? Math.min(this.most, whole) : across >= least ? Math.min(easy, across) : easy;
    this.svg.style.width = `${width * scale}px`;
    this.svg.style.maxWidth = "none";
  }

  close() {
    clearTimeout(this.late);
    this.sight.disconnect();
    this.watcher.disconnect();
  }
}
