// The page side of draw() for a large graph: groups unfold and fold, with search, zoom, pan and a map. Every
// state of folding is laid out by Python, which sends the picture.

import { Camera } from "./camera.js";
import { h, ownKeys, parsed, s } from "./dom.js";
import { Search } from "./search.js";
import { say } from "./words.js";

const USUAL = 4 / 3; // pixels per point
const SMALLEST = 0.7;
const PRESENTER = 1.8; // times as large, for the last row of a class
const PATIENCE = 6000; // milliseconds after which a picture that has not come is spoken of
let views = 0;

class Viewer {
  constructor(model, el) {
    this.model = model;
    this.data = model.get("data");
    const text = this.data.words;
    this.scroll = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text.graph, onclick: (event) => this.click(event) });
    this.live = h("div", { class: "live", "aria-live": "polite" });
    this.message = h("div", { class: "message", role: "status" });
    this.search = new Search(text, this.data.nodes.map(([id, found]) => ({ id, text: found })), {
      mark: (hits) => this.mark(hits),
      go: (hit) => this.reveal(hit.id),
      say: (words) => this.say(words),
      leave: () => this.root.focus(),
    });
    this.camera = new Camera(this.scroll, s("svg", { viewBox: "0 0 1 1" }), text, { home: () => this.home(), onchange: (words) => this.say(words) });
    const push = (name, act) => h("button", { type: "button", class: `do-${name}`, onclick: act }, text[name]);
    const folding = Object.keys(this.data.groups).length
      ? h("div", { class: "buttons folding" }, push("fold_all", () => this.open([])), push("unfold", () => this.open(this.oneLevelMore())))
      : null;
    this.root = h("div", {
      class: this.data.presenter ? "mg mg-viewer presenter" : "mg mg-viewer", tabindex: "0", role: "group", lang: text.lang, "aria-label": text.viewer,
      onkeydown: (event) => this.key(event),
    },
      h("div", { class: "frame" },
        h("div", { class: "bar" }, this.search.element, this.camera.tools, folding), this.message,
        h("div", { class: "picture" }, this.scroll, this.camera.map),
        h("p", { class: "key" }, h("span", {}, this.data.note), h("span", {}, text.viewer_keys)), this.live));
    el.append(ownKeys(this.root));
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(this.scroll);
    // Without Python, because the page was saved or the kernel is gone, there are the states that are known.
    this.known = new Map(Object.entries(model.get("states") ?? {}));
    this.alone = model.get("saved") ? "viewer_saved" : "";
    this.handlers = { "change:svg": () => this.show(), "change:message": () => this.tell(), "change:opened": () => this.wait(), "comm_live_update": () => this.leave() };
    for (const [name, handler] of Object.entries(this.handlers)) model.on(name, handler);
    this.show();
    this.tell();
  }

  // ---- the picture

  show() {
    this.waiting(false);
    const markup = this.model.get("svg");
    const svg = markup ? parsed(markup, "image/svg+xml") : null;
    if (!svg) {
      this.scroll.replaceChildren(h("p", { class: "quiet" }, this.data.words.no_picture_here));
      return;
    }
    const anchor = this.asked?.anchor;
    this.known.set(stateKey(this.model.get("drawn")), markup);
    rename(svg);
    const scale = this.drawn ? this.camera.scale : null;
    this.scroll.replaceChildren(svg);
    this.camera.take(svg);
    this.places = new Map();
    for (const group of svg.querySelectorAll("[data-node]")) this.places.set(group.dataset.node, group);
    for (const box of svg.querySelectorAll(".box")) addGrip(box);
    this.addNames(svg);
    this.buttons = [...svg.querySelectorAll(".node.group, .box")];
    for (const button of this.buttons) this.asButton(button);
    this.markUnknown();
    if (this.drawn && this.camera.touched) this.camera.setScale(scale);
    else this.camera.reset();
    if (!this.drawn) this.camera.bring(this.placeOf(this.data.nodes[0][0]));
    this.camera.update();
    this.drawn = true;
    this.mark(this.search.hits);
    this.after(anchor);
  }

  asButton(group) {
    const box = group.dataset.box;
    const id = box ?? group.dataset.node;
    const { name, size } = this.data.groups[id];
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", group === this.buttons[0] ? "0" : "-1");
    group.setAttribute("aria-expanded", String(Boolean(box)));
    group.setAttribute("aria-label", say(this.data.words.group, { name, size }));
  }

  // A simpler layout has no frames: the name of an unfolded group stands above the first of its nodes.
  addNames(svg) {
    const drawn = new Set([...svg.querySelectorAll(".box")].map((box) => box.dataset.box));
    const left = this.model.get("drawn").filter((id) => !drawn.has(id) && this.around(id).every((outer) => this.model.get("drawn").includes(outer)));
    if (!left.length) return;
    const first = new Map();
    for (const [id, place] of this.places) {
      const box = place.getBBox();
      for (const group of this.around(id, this.data.inside[id])) {
        if (!first.has(group) || box.y < first.get(group).y) first.set(group, box);
      }
    }
    const taken = new Map(); // names that begin at one node stand side by side, the outer ones first
    for (const id of left) {
      const at = first.get(id);
      if (!at) continue;
      const text = s("text", { x: taken.get(at) ?? at.x, y: at.y - 6 }, `▾ ${this.data.groups[id].name}`);
      const box = s("g", { class: "box", "data-box": id }, text);
      svg.querySelector("g").append(box);
      addGrip(box);
      const { x, width } = text.getBBox();
      taken.set(at, x + width + 14);
    }
  }

  // What was clicked stays in its place; the focus is on it again.
  after(anchor) {
    const asked = this.asked;
    this.asked = null;
    if (!asked) return;
    const target = asked.node ? this.placeOf(asked.node) : this.button(asked.group);
    if (!target) return;
    if (anchor && !asked.node) {
      const at = target.getBoundingClientRect();
      this.camera.pan(at.left - anchor.left, at.top - anchor.top);
    }
    if (asked.node) this.point(asked.node);
    else {
      this.camera.bring(heading(target));
      this.focus(target);
    }
  }

  button(id) {
    return this.buttons.find((one) => (one.dataset.box ?? one.dataset.node) === id) ?? this.buttons[0];
  }

  focus(target) {
    for (const one of this.buttons) one.setAttribute("tabindex", one === target ? "0" : "-1");
    target.focus({ preventScroll: true });
  }

  home() {
    const { width, height } = this.camera.box;
    const across = (this.scroll.clientWidth - 10) / width;
    const whole = Math.min(across, (this.scroll.clientHeight - 10) / height);
    const times = this.data.presenter ? PRESENTER : 1;
    const [usual, smallest] = [USUAL * times, SMALLEST * times];
    if (whole >= smallest) return Math.min(usual, whole);
    return across >= smallest ? Math.min(usual, across) : smallest;
  }

  resized() {
    if (this.drawn && !this.camera.touched && this.scroll.clientWidth) this.camera.reset();
  }

  // ---- folding

  click(event) {
    const group = event.target.closest?.(".node.group, .box");
    if (group && this.scroll.contains(group)) this.turn(group);
  }

  // Folded again, a group shows nothing of what was unfolded in it.
  turned(group) {
    const { box, node } = group.dataset;
    const opened = this.model.get("opened");
    return box ? opened.filter((id) => id !== box && !this.around(id).includes(box)) : [...opened, node];
  }

  turn(group) {
    const { box, node } = group.dataset;
    const anchor = group.getBoundingClientRect();
    if (!this.open(this.turned(group), { group: box ?? node, anchor })) return;
    const { name, size } = this.data.groups[box ?? node];
    this.say(say(box ? this.data.words.folded : this.data.words.unfolded, { name, size }));
  }

  open(opened, asked = { group: this.buttons?.[0]?.dataset.box ?? this.buttons?.[0]?.dataset.node }) {
    const now = this.model.get("opened");
    if (opened.length === now.length && opened.every((id) => now.includes(id))) return false;
    if (this.alone && !this.knows(opened)) {
      this.unknown = true;
      this.tell();
      return false;
    }
    this.asked = asked;
    this.model.set("opened", opened);
    if (this.alone) {
      const svg = this.known.get(stateKey(opened));
      this.unknown = false;
      this.model.set("drawn", opened);
      this.model.set("svg", svg);
      this.tell();
    } else this.model.save_changes();
    return true;
  }

  // ---- without Python

  leave() {
    this.alone ||= "viewer_gone";
    this.model.set("opened", this.model.get("drawn")); // what was asked for does not come any more
    this.waiting(false);
    this.markUnknown();
    this.tell();
  }

  knows(opened) {
    return !this.alone || this.known.has(stateKey(opened));
  }

  // What nobody can draw is not offered.
  markUnknown() {
    const mark = (button, opened) => (this.knows(opened) ? button.removeAttribute("aria-disabled") : button.setAttribute("aria-disabled", "true"));
    for (const button of this.buttons ?? []) mark(button, this.turned(button));
    const [fold, unfold] = this.root.querySelectorAll(".folding button");
    if (fold) mark(fold, []);
    if (unfold) mark(unfold, this.oneLevelMore());
  }

  oneLevelMore() {
    const seen = (this.buttons ?? []).filter((one) => one.dataset.node).map((one) => one.dataset.node);
    return [...this.model.get("opened"), ...seen];
  }

  // The groups around a group, the innermost first; of a node, `inner` is the first of them.
  around(id, inner) {
    const chain = inner ? [inner] : [];
    for (let parent = this.data.groups[inner ?? id]?.parent; parent; parent = this.data.groups[parent].parent) chain.push(parent);
    return chain;
  }

  groupsOf(node) {
    return this.around(node, this.data.inside[node]);
  }

  // ---- search

  placeOf(node) {
    return this.places?.get(node) ?? this.groupsOf(node).map((id) => this.places?.get(id)).find(Boolean);
  }

  mark(hits) {
    if (!this.places) return;
    const found = new Set(hits.map((hit) => this.placeOf(hit.id)));
    const here = hits.length && this.here ? this.placeOf(this.here) : null;
    for (const group of this.places.values()) {
      group.classList.toggle("hit", found.has(group));
      group.classList.toggle("here", group === here);
    }
  }

  reveal(node) {
    const groups = this.groupsOf(node);
    const opened = this.model.get("opened");
    const inside = [...new Set([...opened, ...groups])];
    if (groups.every((id) => opened.includes(id)) || !this.knows(inside)) this.point(node); // else at its group
    else this.open(inside, { node });
  }

  point(node) {
    const place = this.placeOf(node);
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

  tell() {
    this.write();
    if (this.model.get("message")) this.waiting(false);
  }

  write() {
    const text = this.data.words;
    const alone = this.alone === "viewer_saved" && !this.unknown ? "" : text[this.alone];
    this.message.textContent = [this.late ? text.no_answer : this.model.get("message"), alone].filter(Boolean).join(" ");
  }

  wait() {
    if (this.alone || this.model.get("opened").join() === this.model.get("drawn").join()) return;
    this.waiting(true);
  }

  waiting(on) {
    clearTimeout(this.timer);
    this.late = false;
    this.root?.setAttribute("aria-busy", String(on));
    if (!on) {
      if (this.message.textContent) this.write();
      return;
    }
    this.timer = setTimeout(() => {
      this.late = true;
      this.tell();
    }, PATIENCE);
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
      return true;
    }
    const place = this.buttons?.indexOf(target) ?? -1;
    if (place < 0) return false;
    if (event.key === "Enter" || event.key === " ") {
      this.turn(target);
      return true;
    }
    const last = this.buttons.length - 1;
    const next = { ArrowDown: place + 1, ArrowRight: place + 1, ArrowUp: place - 1, ArrowLeft: place - 1, Home: 0, End: last }[event.key];
    if (next === undefined) return false;
    const to = this.buttons[Math.min(last, Math.max(0, next))];
    this.focus(to);
    this.camera.bring(heading(to));
    return true;
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.search.timer);
    this.watcher.disconnect();
    this.camera.close();
    for (const [name, handler] of Object.entries(this.handlers)) this.model.off(name, handler);
  }
}

// The same for every order in which groups were unfolded.
function stateKey(opened) {
  return [...opened].sort().join();
}

function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
}

// Only the name of a frame folds it: its ground is the ground of the picture.
function addGrip(box) {
  const name = box.querySelector("text");
  if (!name) return;
  const { x, y, width, height } = name.getBBox();
  box.insertBefore(s("rect", { class: "grip", rx: 3, x: x - 5, y: y - 3, width: width + 10, height: height + 6 }), name);
}

// A frame may be larger than the window: its name is what has to be seen.
function heading(group) {
  return group.querySelector(".grip") ?? group;
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
