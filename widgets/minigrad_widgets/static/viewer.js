// The page side of draw() for a large graph: groups unfold and fold, with search, zoom, pan and a map. Every
// state of folding is laid out by Python, which sends the picture.

import { Boxes } from "./boxes.js";
import { Camera } from "./camera.js";
import { h, leastScale, ownKeys, parsed, s } from "./dom.js";
import { Search } from "./search.js";
import { say } from "./words.js";

const USUAL = 4 / 3; // pixels per point
const PRESENTER = 1.8; // times as large, for the last row of a class
let views = 0;

class Viewer {
  constructor(model, el) {
    this.model = model;
    this.data = model.get("data");
    const text = this.data.words;
    this.scroll = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text.viewer_graph });
    this.live = h("div", { class: "live", "aria-live": "polite" });
    this.message = h("div", { class: "message", role: "status" });
    this.search = new Search(text, this.data.nodes.map(([id, found]) => ({ id, text: found })), {
      mark: (hits) => this.mark(hits),
      go: (hit) => this.boxes.reveal(hit.id),
      say: (words) => this.say(words),
      leave: () => this.root.focus(),
    });
    this.camera = new Camera(this.scroll, s("svg", { viewBox: "0 0 1 1" }), text, { home: () => this.home(), onchange: (words) => this.say(words) });
    this.boxes = new Boxes(model, this.data, {
      say: (words) => this.say(words),
      tell: (words) => this.tell(words),
      busy: (on) => this.root?.setAttribute("aria-busy", String(on)),
      bring: (element) => this.camera.bring(element),
      pan: (x, y) => this.camera.pan(x, y),
      point: (node) => this.point(node),
    });
    this.root = h("div", {
      class: this.data.presenter ? "mg mg-viewer presenter" : "mg mg-viewer", tabindex: "0", role: "group", lang: text.lang, "aria-label": text.viewer,
      onkeydown: (event) => this.key(event),
    },
      h("div", { class: "frame" },
        h("div", { class: "bar" }, this.search.element, this.camera.tools, this.boxes.tools), this.message,
        h("div", { class: "picture" }, this.scroll, this.camera.map),
        h("p", { class: "key" }, h("span", {}, this.data.note), h("span", {}, text.viewer_keys)), this.live));
    el.append(ownKeys(this.root));
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(this.scroll);
    this.handlers = { "change:svg": () => this.show(), "change:message": () => this.heard(), "change:opened": () => this.boxes.wait(), "comm_live_update": () => this.leave() };
    for (const [name, handler] of Object.entries(this.handlers)) model.on(name, handler);
    this.show();
    this.tell();
  }

  // ---- the picture

  show() {
    const markup = this.model.get("svg");
    const svg = markup ? parsed(markup, "image/svg+xml") : null;
    if (!svg) {
      this.boxes.waiting(false);
      this.scroll.replaceChildren(h("p", { class: "quiet" }, this.data.words.no_picture_here));
      return;
    }
    rename(svg);
    const scale = this.drawn ? this.camera.scale : null;
    this.scroll.replaceChildren(svg);
    this.camera.take(svg);
    this.boxes.take(svg);
    if (this.drawn && this.camera.touched) this.camera.setScale(scale);
    else this.camera.reset();
    if (!this.drawn) this.bringRoot();
    this.camera.update();
    this.drawn = true;
    this.waits = !this.scroll.clientWidth; // it has no place yet: nothing in it could be measured
    this.mark(this.search.hits);
    this.boxes.after();
    this.tell();
  }

  home() {
    const { width, height } = this.camera.box;
    const across = (this.scroll.clientWidth - 10) / width;
    const whole = Math.min(across, (this.scroll.clientHeight - 10) / height);
    const times = this.data.presenter ? PRESENTER : 1;
    const smallest = leastScale(this.scroll, this.data.presenter);
    const usual = Math.max(USUAL * times, smallest);
    if (whole >= smallest) return Math.min(usual, whole);
    return across >= smallest ? Math.min(usual, across) : smallest;
  }

  bringRoot() {
    this.camera.bring(this.boxes.placeOf(this.data.nodes[0][0]));
  }

  resized() {
    if (!this.drawn || !this.scroll.clientWidth) return;
    if (this.waits) {
      this.drawn = this.camera.touched;
      this.show();
    }
    if (this.camera.touched) return;
    const { scrollTop } = this.scroll;
    this.camera.reset();
    if (scrollTop < 1) this.bringRoot(); // who was at the top stays there
  }

  // ---- search

  mark(hits) {
    const found = new Set(hits.map((hit) => this.boxes.placeOf(hit.id)));
    const here = hits.length && this.here ? this.boxes.placeOf(this.here) : null;
    for (const group of this.boxes.places.values()) {
      group.classList.toggle("hit", found.has(group));
      group.classList.toggle("here", group === here);
    }
  }

  point(node) {
    const place = this.boxes.placeOf(node);
    if (!place) return;
    this.here = node;
    this.mark(this.search.hits);
    this.camera.bring(place);
    this.say(`${this.search.count.textContent}: ${place.querySelector("title")?.textContent ?? ""}`);
  }

  // ---- what is said

  say(text) {
    this.live.textContent = text;
  }

  // What the kernel says is an answer, too.
  heard() {
    if (this.model.get("message")) this.boxes.waiting(false);
    this.tell();
  }

  tell(words = this.model.get("message")) {
    this.message.textContent = [words, this.gone ? this.data.words.viewer_gone : ""].filter(Boolean).join(" ");
  }

  // The kernel is gone.
  leave() {
    this.gone = true;
    this.boxes.leave();
    this.tell();
  }

  // ---- keys

  key(event) {
    const { target } = event;
    if (target.matches("input")) return;
    const does = this.camera.key(event) || (!hasModifier(event) && this.move(event, target));
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Enter turns a group, arrows go to the next one, / searches.
  move(event, target) {
    if (event.key === "/") {
      this.search.input.focus();
      this.search.input.select();
      return true;
    }
    const { buttons } = this.boxes;
    const place = buttons.indexOf(target);
    if (place < 0) return false;
    if (event.key === "Enter" || event.key === " ") {
      this.boxes.turn(target);
      return true;
    }
    const next = { ArrowDown: place + 1, ArrowRight: place + 1, ArrowUp: place - 1, ArrowLeft: place - 1, Home: 0, End: buttons.length - 1 }[event.key];
    return next !== undefined && this.boxes.go(next);
  }

  close() {
    this.boxes.close();
    clearTimeout(this.search.timer);
    this.watcher.disconnect();
    this.camera.close();
    for (const [name, handler] of Object.entries(this.handlers)) this.model.off(name, handler);
  }
}

function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
}

// Ids are unique on a page: two views of one picture must not share them.
function rename(svg) {
  const old = svg.id;
  svg.id = `${old}-viewer${++views}`;
  const style = svg.querySelector("style");
  if (style) style.textContent = style.textContent.replaceAll(`#${old}`, `#${svg.id}`);
  for (const element of svg.querySelectorAll("[id]")) element.removeAttribute("id");
}

function render({ model, el }) {
  try {
    const viewer = new Viewer(model, el);
    return () => viewer.close();
  } catch (error) {
    const text = model.get("data")?.words?.viewer_failed ?? "The graph cannot be shown: {error}";
    el.replaceChildren(h("pre", { role: "alert" }, say(text, { error: error.message })));
    return undefined;
  }
}

export default { render };
