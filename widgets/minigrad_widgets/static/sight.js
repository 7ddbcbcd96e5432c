// One's way in a large picture of the stepper: search, zoom, pan and a map. A small picture that fits has none of them.

import { Camera } from "./camera.js";
import { h, s } from "./dom.js";
import { inset } from "./labels.js";
import { Search } from "./search.js";
import { called } from "./words.js";

const MANY = 12; // steps; the picture of a pass with more of them is large
const GAP = 5; // between a hit and the frame around it
const EDGE = 18; // pixels between the map and the edges, as in camera.css
const AROUND = 12; // pixels around a node that belong to it
const CORNERS = [[false, false], [true, false], [false, true], [true, true]]; // left, top

export class Sight {
  // `act.say(text)`: what a screen reader should say; `act.leave()`: Escape in the search. Where nodes may be folded,
  // `act.reveal(id)` unfolds what is around a node, then calls `point`, and `act.tools` are further buttons.
  constructor(data, picture, act) {
    Object.assign(this, { data, picture, act });
    this.on = false;
    if (!picture.svg) return;
    picture.onFitted.push(() => this.fitted());
    picture.onPlaced.push(() => {
      if (!this.camera) return;
      this.camera.mapped = false; // the picture has grown
      this.mark(this.search.hits);
    });
    picture.onTaken.push(() => this.take());
    picture.onFollowed.push(() => this.follow(picture.position));
    if (this.isLarge) this.turn(true);
  }

  // A hand on the zoom is stronger than the size of the box.
  fitted() {
    this.turn(this.isLarge || !this.picture.fits || this.picture.held);
    if (this.on) this.camera.update();
  }

  get isLarge() {
    return this.data.frames.length > MANY || Boolean(this.data.fold);
  }

  // Another picture of the same graph.
  take() {
    if (!this.camera) return;
    this.camera.take(this.picture.svg);
    this.picture.overlay.append(this.hits, this.here);
    this.here.setAttribute("d", "");
    this.hits.setAttribute("d", "");
  }

  turn(on) {
    if (on === this.on) return;
    if (!this.camera) this.make();
    this.on = on;
    this.picture.element.classList.toggle("large", on);
  }

  make() {
    const { data, picture } = this;
    const text = data.words;
    this.camera = new Camera(picture.scroll, picture.svg, text, {
      onchange: (words) => {
        picture.held = true;
        this.act.say(words);
      },
    });
    this.search = new Search(text, data.found.map(([id, words]) => ({ id, text: words })), {
      mark: (hits) => this.mark(hits),
      go: (hit) => (this.act.reveal ?? ((id) => this.point(id)))(hit.id),
      say: (words) => this.act.say(words),
      leave: () => this.act.leave(),
    });
    this.hits = s("path", { class: "found" });
    this.here = s("path", { class: "found here" });
    picture.overlay.append(this.hits, this.here);
    picture.scroll.before(h("div", { class: "bar sight" }, this.search.element, this.camera.tools, this.act.tools ?? ""));
    picture.scroll.after(this.camera.map);
    picture.element.querySelector(".key").append(h("span", { class: "key-sight" }, text.sight_keys));
  }

  mark(hits) {
    const places = new Set(hits.map(({ id }) => this.picture.folds.placeOf(id)));
    this.hits.setAttribute("d", [...places].map((id) => this.frame(id)).join(""));
    this.here.setAttribute("d", "");
  }

  frame(id) {
    const { x, y, width, height } = inset(this.groupOf(id).getBBox(), -GAP);
    return `M${x} ${y}h${width}v${height}h${-width}z`;
  }

  // Where a node is seen.
  groupOf(id) {
    return this.picture.nodes.get(this.picture.folds.placeOf(id));
  }

  point(id) {
    this.here.setAttribute("d", this.frame(id));
    this.camera.bring(this.groupOf(id));
    this.dodge(id);
    this.act.say(`${this.search.count.textContent}: ${this.named(id)}`);
  }

  named(id) {
    const { kind, label } = this.data.nodes[id];
    return kind !== "leaf" && label ? `${called(this.data, id)} (${label})` : called(this.data, id);
  }

  // The map goes to a corner where it does not lie on the node that is looked at.
  dodge(id) {
    const { map, scroll } = this.camera;
    if (!map.classList.contains("needed")) return;
    const [node, view, own] = [this.groupOf(id), scroll, map].map((one) => one.getBoundingClientRect());
    // The outline of the node is not in its rectangle, nor is the mark at its corner.
    const [left, top, right, bottom] = [node.left - AROUND, node.top - AROUND, node.right + AROUND, node.bottom + AROUND];
    const free = (aside, above) =>
      (aside ? view.left + EDGE + own.width < left : view.right - EDGE - own.width > right)
      || (above ? view.top + EDGE + own.height < top : view.bottom - EDGE - own.height > bottom);
    const [aside, above] = CORNERS.find((corner) => free(...corner)) ?? CORNERS[0];
    map.classList.toggle("aside", aside);
    map.classList.toggle("above", above);
  }

  // After a step, and when the picture has another size.
  follow(position) {
    if (this.on && this.picture.scroll.clientWidth) this.dodge(position ? this.data.frames[position - 1].node : this.data.root);
  }

  // Says whether it was a key for this.
  key(event) {
    if (!this.on || this.picture.scroll.hidden) return false;
    if (event.key !== "/") return this.camera.key(event);
    this.search.input.focus();
    this.search.input.select();
    return true;
  }

  close() {
    clearTimeout(this.search?.timer);
    this.camera?.close();
  }
}
