// The output against one leaf, with the tangent at the present point. Python sampled the curve and chose the axes.

import { h, put, s } from "./dom.js";
import { say } from "./words.js";

let plots = 0;

export class Plot {
  // `move` is told the number on the horizontal axis that was pointed at.
  constructor(text, move) {
    this.text = text;
    this.move = move;
    this.clip = `mg-plot-${++plots}`;
    this.svg = s("svg", { "aria-hidden": "true", onpointerdown: (event) => this.point(event), onpointermove: (event) => event.buttons && this.point(event) });
    this.box = h("div", { class: "plot-box" }, this.svg);
    this.title = h("h4", {});
    this.slope = h("span", {});
    this.key = h("p", { class: "key" }, sample("curve", text.curve), sample("tangent", text.tangent, this.slope), sample("here", text.now));
    this.none = h("p", { class: "quiet" });
    this.element = h("section", { class: "plot", "aria-label": text.plot_region }, this.title, this.none, this.box, this.key);
    this.watcher = new ResizeObserver(() => this.measure());
    this.watcher.observe(this.box);
  }

  // Measured when the box changes, not when numbers do: a browser that is asked lays out the page at once.
  measure() {
    this.size = { width: this.box.clientWidth, height: this.box.clientHeight, letter: parseFloat(getComputedStyle(this.box).fontSize) };
    if (this.state) this.draw();
  }

  show(curve, state, name) {
    const axes = JSON.stringify([curve.x, curve.y, curve.xTicks, curve.yTicks, state.summed, name]);
    const [other, moved] = [axes !== this.axes, curve !== this.curve];
    Object.assign(this, { curve, state, name, axes });
    const { text } = this;
    put(this.title, name ? say(text.plot, { name }) : text.plot_region);
    const empty = !name ? text.no_plot : curve.pieces ? "" : text.no_curve;
    put(this.none, empty);
    this.none.hidden = !empty;
    this.box.classList.toggle("empty", Boolean(empty));
    this.key.hidden = Boolean(empty);
    put(this.slope, state.slopeText ? `: ${state.slopeText}` : "");
    if (other || !this.now) this.draw();
    else {
      if (moved) this.drawCurve();
      this.drawNow();
    }
  }

  draw() {
    const { width, height, letter: size } = this.size ?? {};
    this.now = null;
    if (!this.curve.pieces || !(width >= 40 && height >= 40)) {
      this.svg.replaceChildren();
      return;
    }
    const letters = Math.max(...this.curve.yTicks.map(([, text]) => text.length));
    const frame = { left: letters * size * 0.62 + 10, right: width - size, top: size * 1.7, bottom: height - size * 3 };
    const [left, right] = this.curve.x;
    const [low, high] = this.curve.y;
    const x = (value) => frame.left + ((value - left) / (right - left)) * (frame.right - frame.left);
    const y = (value) => frame.bottom - ((value - low) / (high - low)) * (frame.bottom - frame.top);
    this.scale = { x, y, frame, left, right };
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const line = (a, b, c, d, kind) => s("line", { class: kind, x1: a, y1: b, x2: c, y2: d });
    const label = (tx, ty, anchor, text, kind = "") => s("text", { x: tx, y: ty, "text-anchor": anchor, class: kind }, text);
    const kind = (value) => (value === 0 ? "zero" : "grid");
    const every = Math.ceil((Math.max(...this.curve.xTicks.map(([, text]) => text.length)) + 1) * size * 0.62 * this.curve.xTicks.length / (frame.right - frame.left));
    const across = this.curve.xTicks.flatMap(([value, text], nr) => [
      line(x(value), frame.top, x(value), frame.bottom, kind(value)), nr % every ? null : label(x(value), frame.bottom + size * 1.2, "middle", text)]);
    const up = this.curve.yTicks.flatMap(([value, text]) => [
      line(frame.left, y(value), frame.right, y(value), kind(value)), label(frame.left - 5, y(value) + size * 0.35, "end", text)]);
    const inside = { x: frame.left, y: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top };
    this.now = s("g", {});
    this.tangent = s("g", {});
    this.line = s("path", { class: "curve" });
    this.svg.replaceChildren(
      s("clipPath", { id: this.clip }, s("rect", inside)),
      ...[...across, ...up].filter(Boolean),
      label(frame.left, size, "start", this.state.summed ? this.text.sum : this.text.output, "axis"),
      label((frame.left + frame.right) / 2, height - size * 0.4, "middle", this.name, "axis"),
      s("g", { "clip-path": `url(#${this.clip})` }, this.line, this.tangent), this.now);
    this.drawCurve();
    this.drawNow();
  }

  drawCurve() {
    const { x, y } = this.scale;
    this.line.setAttribute("d", this.curve.pieces.map((piece) => path(piece, x, y)).join(""));
  }

  drawNow() {
    if (!this.now) return;
    const { point, slope } = this.state;
    const [tangent, here] = [[], []];
    if (point) {
      const { x, y, left, right } = this.scale;
      const [at, height] = point;
      if (slope !== null) {
        const end = (value) => [x(value), y(height + slope * (value - at))];
        const [[x1, y1], [x2, y2]] = [end(left), end(right)];
        if ([y1, y2].every(Number.isFinite)) tangent.push(s("line", { class: "tangent", ...shortened(x(at), y(height), x1, y1, x2, y2) }));
      }
      if (height >= this.curve.y[0] && height <= this.curve.y[1]) here.push(s("circle", { class: "here", r: 6, cx: x(at), cy: y(height) }));
    }
    this.tangent.replaceChildren(...tangent);
    this.now.replaceChildren(...here);
  }

  point(event) {
    if (!this.now || event.button > 0) return;
    const { left, right, x } = this.scale;
    const box = this.svg.getBoundingClientRect();
    const part = (event.clientX - box.left - x(left)) / (x(right) - x(left));
    if (event.type === "pointerdown") this.svg.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.move(left + Math.min(1, Math.max(0, part)) * (right - left));
  }

  close() {
    this.watcher.disconnect();
  }
}

// A piece of one point is drawn too: a round end makes a dot of it.
function path(piece, x, y) {
  let d = "";
  for (let place = 0; place < piece.length; place += 2) {
    d += `${place ? "L" : "M"}${x(piece[place]).toFixed(2)} ${y(piece[place + 1]).toFixed(2)}`;
  }
  return piece.length === 2 ? `${d}h0` : d;
}

// Very steep lines end far outside, where browsers lose precision: they are cut to a few thousand pixels.
function shortened(x, y, x1, y1, x2, y2) {
  const cut = (toX, toY) => {
    const part = Math.min(1, 4000 / Math.max(1, Math.abs(toY - y)));
    return [x + (toX - x) * part, y + (toY - y) * part];
  };
  const [[a, b], [c, d]] = [cut(x1, y1), cut(x2, y2)];
  return { x1: a, y1: b, x2: c, y2: d };
}

function sample(kind, ...words) {
  const mark = kind === "here" ? s("circle", { class: "here", cx: 13, cy: 6, r: 5 }) : s("line", { class: kind, x1: 1, y1: 6, x2: 25, y2: 6 });
  return h("span", {}, s("svg", { class: "mark", viewBox: "0 0 26 12", "aria-hidden": "true" }, mark), h("span", {}, ...words));
}
