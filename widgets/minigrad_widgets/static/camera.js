// Zoom, pan and a small map for a picture in a box that scrolls. It knows boxes, and nothing of graphs.

import { h, s } from "./dom.js";
import { say } from "./words.js";

const LEAST_ZOOM = 0.02; // pixels per unit of the picture
const MOST_ZOOM = 6;
const STEP = 1.25; // of a button or a key
const PAN = 80; // pixels of an arrow key
const SLOP = 4; // pixels that a hand trembles in a click
const MAP = 150; // pixels of the map's longer side
const PART = 0.3; // of the box, at most
const THIN = 22; // and the least of the shorter one

// What a key does; Shift with an arrow moves the picture.
const ZOOMS = { "+": STEP, "=": STEP, "-": 1 / STEP };
const PANS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Camera {
  // `scroll`: the box; `svg`: the picture in it. `words`: zoom_in, zoom_out, fit, zoomed. Options:
  // `home()`: the scale to begin with, pixels per unit; `things`: a selector of what the map shows;
  // `onchange(text)`: told what a screen reader should say.
  constructor(scroll, svg, words, { home, things = ".node", onchange = () => {} } = {}) {
    Object.assign(this, { scroll, words, onchange, things });
    this.home = home ?? (() => Math.min(this.whole(), 4 / 3));
    this.touched = false; // whether somebody has zoomed: the host should not then fit the picture by itself
    this.percent = h("output", { class: "zoom" });
    const button = (name, text, act) =>
      h("button", { type: "button", class: `do-${name}`, title: words[name], "aria-label": words[name], onclick: act }, text);
    this.tools = h("div", { class: "buttons camera" },
      button("zoom_out", "−", () => this.zoom(1 / STEP)), this.percent,
      button("zoom_in", "+", () => this.zoom(STEP)), button("fit", "⤢", () => this.fit()));
    this.dots = s("path", { class: "dots" });
    this.view = s("rect", { class: "view" });
    this.map = s("svg", { class: "map", "aria-hidden": "true", preserveAspectRatio: "none" }, this.dots, this.view);
    this.take(svg);
    this.listen();
  }

  // Another picture in the same box.
  take(svg) {
    this.svg = svg;
    this.mapped = false;
  }

  get box() {
    return this.svg.viewBox.baseVal;
  }

  get scale() {
    return this.svg.getBoundingClientRect().width / this.box.width;
  }

  // The scale at which all is seen.
  whole() {
    const { clientWidth, clientHeight } = this.scroll;
    return Math.min((clientWidth - 10) / this.box.width, (clientHeight - 10) / this.box.height);
  }

  // A point of the page, in pixels, stays where it is; by default the middle of the box.
  setScale(scale, at = this.middle()) {
    const wanted = Math.min(Math.max(scale, LEAST_ZOOM), MOST_ZOOM);
    const before = this.svg.getBoundingClientRect();
    const part = { x: (at.x - before.left) / (before.width || 1), y: (at.y - before.top) / (before.height || 1) };
    this.svg.style.width = `${this.box.width * wanted}px`;
    this.svg.style.height = `${this.box.height * wanted}px`;
    this.svg.style.maxWidth = "none";
    const after = this.svg.getBoundingClientRect();
    this.scroll.scrollLeft += after.left + part.x * after.width - at.x;
    this.scroll.scrollTop += after.top + part.y * after.height - at.y;
    this.update();
  }

  zoom(factor, at) {
    this.touched = true;
    this.setScale(this.scale * factor, at);
    this.onchange(say(this.words.zoomed, { n: this.percent.textContent }));
  }

  fit() {
    this.touched = true;
    this.setScale(this.whole());
    this.onchange(say(this.words.zoomed, { n: this.percent.textContent }));
  }

  reset() {
    this.touched = false;
    this.setScale(this.home());
  }

  pan(x, y) {
    this.scroll.scrollLeft += x;
    this.scroll.scrollTop += y;
  }

  // Puts an element of the picture into the middle, if it is not well in sight.
  bring(element) {
    const view = this.scroll.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const margin = 24;
    const inside = (low, high, start, end) => low >= start + margin && high <= end - margin;
    if (!inside(box.left, box.right, view.left, view.right)) this.pan((box.left + box.right - view.left - view.right) / 2, 0);
    if (!inside(box.top, box.bottom, view.top, view.bottom)) this.pan(0, (box.top + box.bottom - view.top - view.bottom) / 2);
  }

  // Says whether it was a key of the camera.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key in ZOOMS) this.zoom(ZOOMS[event.key]);
    else if (event.key === "0") this.fit();
    else if (event.shiftKey && event.key in PANS) this.pan(...PANS[event.key].map((part) => part * PAN));
    else return false;
    return true;
  }

  middle() {
    const { left, top } = this.scroll.getBoundingClientRect();
    return { x: left + this.scroll.clientWidth / 2, y: top + this.scroll.clientHeight / 2 };
  }

  // ---- the hand

  listen() {
    const stop = new AbortController();
    this.stop = stop;
    const on = (target, name, handler, options = {}) => target.addEventListener(name, handler, { signal: stop.signal, ...options });
    on(this.scroll, "wheel", (event) => {
      if (!event.ctrlKey) return; // the wheel alone scrolls
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), { x: event.clientX, y: event.clientY });
    }, { passive: false });
    on(this.scroll, "scroll", () => this.update(), { passive: true });
    on(this.scroll, "pointerdown", (event) => this.grab(event));
    on(this.map, "pointerdown", (event) => this.follow(event));
    this.watcher = new ResizeObserver(() => this.update());
    this.watcher.observe(this.scroll);
  }

  // A drag moves the picture; it is no click. A finger scrolls by itself.
  grab(event) {
    if (event.button !== 0 || event.pointerType === "touch" || !this.svg.contains(event.target) && event.target !== this.scroll) return;
    let [x, y, moved] = [event.clientX, event.clientY, false];
    this.dragging((move) => {
      if (!moved && Math.hypot(move.clientX - x, move.clientY - y) < SLOP) return;
      moved = true;
      this.scroll.classList.add("dragged");
      this.pan(x - move.clientX, y - move.clientY);
      [x, y] = [move.clientX, move.clientY];
    }, () => {
      this.scroll.classList.remove("dragged");
      if (!moved) return;
      const swallow = (click) => click.stopPropagation();
      this.scroll.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => this.scroll.removeEventListener("click", swallow, { capture: true }));
    });
  }

  follow(event) {
    event.preventDefault();
    const go = ({ clientX, clientY }) => {
      const map = this.map.getBoundingClientRect();
      const picture = this.svg.getBoundingClientRect();
      const middle = this.middle();
      this.pan(picture.left + ((clientX - map.left) / map.width) * picture.width - middle.x,
        picture.top + ((clientY - map.top) / map.height) * picture.height - middle.y);
    };
    go(event);
    this.dragging(go, () => {});
  }

  dragging(move, end) {
    const drag = new AbortController();
    const { signal } = drag;
    const done = () => {
      drag.abort();
      end();
    };
    const page = this.scroll.ownerDocument;
    page.addEventListener("pointermove", move, { signal });
    for (const name of ["pointerup", "pointercancel"]) page.addEventListener(name, done, { signal });
    this.stop.signal.addEventListener("abort", () => drag.abort(), { signal });
  }

  // ---- the map, which is there when the picture is larger than the box

  update() {
    if (!this.scroll.clientWidth || !this.svg.isConnected) return;
    this.percent.textContent = `${Math.round((this.scale * 100) / (4 / 3))}%`;
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = this.scroll;
    const large = scrollWidth > clientWidth + 8 || scrollHeight > clientHeight + 8;
    this.map.classList.toggle("needed", large);
    if (!large) return;
    if (!this.mapped) this.draw();
    const picture = this.svg.getBoundingClientRect();
    const view = this.scroll.getBoundingClientRect();
    const unit = this.box.width / picture.width;
    const clip = (value, most) => Math.min(Math.max(value, 0), most);
    const left = clip((view.left - picture.left) * unit, this.box.width);
    const top = clip((view.top - picture.top) * unit, this.box.height);
    const right = clip((view.left + clientWidth - picture.left) * unit, this.box.width);
    const bottom = clip((view.top + clientHeight - picture.top) * unit, this.box.height);
    const numbers = { x: this.box.x + left, y: this.box.y + top, width: right - left, height: bottom - top };
    for (const [name, value] of Object.entries(numbers)) this.view.setAttribute(name, value);
  }

  draw() {
    this.mapped = true;
    const { x, y, width, height } = this.box;
    const { clientWidth, clientHeight } = this.scroll;
    const scale = Math.min(MAP / Math.max(width, height), (PART * clientWidth) / width, (PART * clientHeight) / height);
    this.map.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    this.map.setAttribute("width", Math.max(THIN, width * scale));
    this.map.setAttribute("height", Math.max(THIN, height * scale));
    const moved = this.svg.querySelector("g")?.transform.baseVal.consolidate()?.matrix ?? { e: 0, f: 0 };
    const boxes = [...this.svg.querySelectorAll(this.things)].map((thing) => thing.getBBox());
    this.dots.setAttribute("d", boxes.map((box) => `M${box.x + moved.e} ${box.y + moved.f}h${box.width}v${box.height}h${-box.width}z`).join(""));
  }

  close() {
    this.stop.abort();
    this.watcher.disconnect();
  }
}
