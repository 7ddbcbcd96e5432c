// The groups of a picture, folded or not, as buttons: a click or Enter unfolds one and folds it again. Python lays
// out every state, and sends the picture; a saved page has some of them with it.

import { h, s } from "./dom.js";
import { say } from "./words.js";

const PATIENCE = 6000; // milliseconds after which a picture that has not come is spoken of

export class Boxes {
  // `data`: words, groups, inside; of a saved page, `stored` pictures. The model has `opened`, `drawn` and `svg`.
  // `act`: say(text); tell(text), what is to be read by all, or "" again; busy(on); bring(element); pan(x, y);
  // point(node): shows a node that was asked for.
  constructor(model, data, act) {
    Object.assign(this, { model, data, act, words: data.words, groups: data.groups });
    this.buttons = [];
    this.places = new Map();
    this.asked = null;
    // Without Python, because the page was saved or the kernel is gone, there are the pictures that are known.
    this.known = new Map((data.stored ?? []).map((one) => [stateKey(one.drawn), one]));
    this.alone = Boolean(data.stored);
    const push = (name, does) => h("button", { type: "button", class: `do-${name}`, onclick: does }, this.words[name]);
    this.tools = Object.keys(this.groups).length
      ? h("div", { class: "buttons folding" }, push("fold_all", () => this.open([])), push("unfold", () => this.open(this.oneLevelMore())))
      : null;
  }

  // A picture that is on the page: its groups become buttons.
  take(svg) {
    this.svg = svg;
    const drawn = this.model.get("drawn");
    this.known.set(stateKey(drawn), { drawn, svg: this.model.get("svg") });
    this.places = new Map();
    for (const group of svg.querySelectorAll("[data-node]")) this.places.set(group.dataset.node, group);
    for (const box of svg.querySelectorAll(".box")) addGrip(box);
    this.addNames();
    this.buttons = [...svg.querySelectorAll(".node.group, .box")];
    svg.querySelector(".box")?.before(...svg.querySelectorAll(".edge")); // no arrow strikes out the name of a frame
    for (const button of this.buttons) this.asButton(button);
    this.markUnknown();
    svg.addEventListener("click", (event) => {
      const group = event.target.closest(".node.group, .box");
      if (group) this.turn(group);
    });
  }

  asButton(group) {
    const box = group.dataset.box;
    const { name, size } = this.groups[box ?? group.dataset.node];
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", group === this.buttons[0] ? "0" : "-1");
    group.setAttribute("aria-expanded", String(Boolean(box)));
    group.setAttribute("aria-label", say(this.words.group, { name, size }));
  }

  // A simpler layout has no frames: the name of an unfolded group stands above the first of its nodes.
  addNames() {
    const framed = new Set([...this.svg.querySelectorAll(".box")].map((box) => box.dataset.box));
    const open = this.model.get("drawn");
    const left = open.filter((id) => !framed.has(id) && this.around(id).every((outer) => open.includes(outer)));
    if (!left.length) return;
    const first = new Map();
    for (const [id, place] of this.places) {
      const box = place.getBBox();
      for (const group of this.groupsOf(id)) {
        if (!first.has(group) || box.y < first.get(group).y) first.set(group, box);
      }
    }
    const taken = new Map(); // names that begin at one node stand side by side, the outer ones first
    for (const id of left) {
      const at = first.get(id);
      if (!at) continue;
      const text = s("text", { x: taken.get(at) ?? at.x, y: at.y - 6 }, `▾ ${this.groups[id].name}`);
      const box = s("g", { class: "box", "data-box": id }, text);
      this.svg.querySelector("g").append(box);
      addGrip(box);
      const { x, width } = text.getBBox();
      taken.set(at, x + width + 14);
    }
  }

  // What was clicked stays in its place; the focus is on it again. Of two pictures that were asked for, one is to come.
  after() {
    const { asked } = this;
    const last = same(this.model.get("opened"), this.model.get("drawn"));
    if (last) {
      this.asked = null;
      this.waiting(false);
    }
    if (!asked) return;
    if (asked.node) {
      if (last && this.placeOf(asked.node)) this.act.point(asked.node);
      return;
    }
    const target = this.button(asked.group);
    if (!target) return;
    if (asked.anchor) {
      const at = target.getBoundingClientRect();
      this.act.pan(at.left - asked.anchor.left, at.top - asked.anchor.top);
    }
    this.act.bring(heading(target));
    if (!asked.quiet) this.focus(target);
  }

  button(id) {
    return this.buttons.find((one) => idOf(one) === id) ?? this.buttons[0];
  }

  focus(target) {
    for (const one of this.buttons) one.setAttribute("tabindex", one === target ? "0" : "-1");
    target.focus({ preventScroll: true });
  }

  // Goes to another button; says whether there is one.
  go(place) {
    const to = this.buttons[Math.min(this.buttons.length - 1, Math.max(0, place))];
    if (!to) return false;
    this.focus(to);
    this.act.bring(heading(to));
    return true;
  }

  turn(group, quiet = false) {
    const { box, node } = group.dataset;
    const { name, size } = this.groups[box ?? node];
    const anchor = group.getBoundingClientRect();
    const turned = this.open(this.turned(group), { group: box ?? node, anchor, quiet });
    if (turned) this.act.say(say(box ? this.words.folded : this.words.unfolded, { name, size }));
  }

  // Folded again, a group shows nothing of what was unfolded in it.
  turned(group) {
    const { box, node } = group.dataset;
    const opened = this.model.get("opened");
    return box ? opened.filter((id) => id !== box && !this.around(id).includes(box)) : [...opened, node];
  }

  // Asks for other groups to be unfolded; says whether that can be.
  open(wanted, asked = this.buttons[0] ? { group: idOf(this.buttons[0]) } : null) {
    const now = this.model.get("opened");
    const opened = [...new Set(wanted)]; // who clicks twice, before the picture comes, wants it once
    if (same(opened, now)) return true;
    this.asked = asked;
    if (this.alone) return this.fromKnown(opened, now);
    this.model.set("opened", opened);
    this.model.save_changes();
    return true;
  }

  // ---- without Python

  leave() {
    this.alone = true;
    this.model.set("opened", this.model.get("drawn")); // what was asked for does not come any more
    this.waiting(false);
    this.markUnknown();
  }

  fromKnown(opened, now) {
    const found = this.knownFor(opened, now);
    if (!found) {
      const [more, less] = differences(opened, now);
      const names = (more.length ? more : less).map((id) => this.groups[id].name);
      this.asked = null;
      if (this.data.stored) this.act.tell(say(this.words.not_stored, { name: names.join(", ") }));
      return false;
    }
    this.act.tell("");
    for (const [name, value] of [["opened", found.drawn], ["drawn", found.drawn], ["svg", found.svg]]) this.model.set(name, value);
    return true;
  }

  // The picture that is asked for, else the one in which only the new box is unfolded beside those of the first picture.
  knownFor(opened, now) {
    const exact = this.known.get(stateKey(opened));
    if (exact || !this.data.stored?.length) return exact;
    const [more, less] = differences(opened, now);
    const { drawn } = this.data.stored[0];
    const found = this.known.get(stateKey(more.length ? [...new Set([...drawn, ...more])] : drawn.filter((id) => !less.includes(id))));
    return found && !same(found.drawn, now) ? found : undefined;
  }

  // What nobody can draw is not offered.
  markUnknown() {
    const now = this.model.get("opened");
    const mark = (button, opened) => {
      if (!this.alone || same(opened, now) || this.knownFor(opened, now)) button.removeAttribute("aria-disabled");
      else button.setAttribute("aria-disabled", "true");
    };
    for (const button of this.buttons) mark(button, this.turned(button));
    if (!this.tools) return;
    const [fold, unfold] = this.tools.children;
    mark(fold, []);
    mark(unfold, this.oneLevelMore());
  }

  oneLevelMore() {
    const seen = this.buttons.filter((one) => one.dataset.node).map((one) => one.dataset.node);
    return [...this.model.get("opened"), ...seen];
  }

  // The groups around a group, the innermost first.
  around(id, inner) {
    const chain = inner ? [inner] : [];
    for (let parent = this.groups[inner ?? id]?.parent; parent; parent = this.groups[parent].parent) chain.push(parent);
    return chain;
  }

  groupsOf(node) {
    return this.around(node, this.data.inside[node]);
  }

  // Where a node is seen: the node itself, or the folded group around it.
  placeOf(node) {
    return this.places.get(node) ?? this.groupsOf(node).map((id) => this.places.get(id)).find(Boolean);
  }

  // Unfolds what is around a node, and shows the node.
  reveal(node) {
    const groups = this.groupsOf(node);
    const opened = this.model.get("opened");
    if (groups.every((id) => opened.includes(id)) || !this.open([...new Set([...opened, ...groups])], { node })) this.act.point(node);
  }

  wait() {
    this.waiting(!same(this.model.get("opened"), this.model.get("drawn")));
  }

  waiting(on) {
    clearTimeout(this.timer);
    this.act.busy(on);
    if (on) this.timer = setTimeout(() => this.act.tell(this.words.no_answer), PATIENCE);
  }

  close() {
    clearTimeout(this.timer);
  }
}

function idOf(button) {
  return button.dataset.box ?? button.dataset.node;
}

// The same for every order in which groups were unfolded.
function stateKey(opened) {
  return [...opened].sort().join();
}

function differences(opened, now) {
  return [opened.filter((id) => !now.includes(id)), now.filter((id) => !opened.includes(id))];
}

function same(some, others) {
  return some.length === others.length && some.every((id) => others.includes(id));
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
