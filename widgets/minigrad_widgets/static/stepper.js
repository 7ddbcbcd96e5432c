// The stepper's page side. Python sends the picture and all steps once; from then on a step is a change of
// states and of one panel, with no round trip.

import { controls } from "./controls.js";
import { h, ownKeys, reachable, scrolled } from "./dom.js";
import { EngineMarks, engineBlock } from "./engine.js";
import { faultBanner, faultBlock, markFault } from "./fault.js";
import { Foot } from "./foot.js";
import { panel } from "./panel.js";
import { Picture } from "./picture.js";
import { findRow, showRow, table } from "./table.js";
import { SecondLayer, secondBlock } from "./second.js";
import { Sight } from "./sight.js";
import { StepBoxes } from "./stepboxes.js";
import { Question, scoreCard } from "./question.js";
import { say, sentence } from "./words.js";

const UNFOLDED = 700; // points that a picture takes which is folded yet
const PAUSE = 1600; // milliseconds that a step is shown at speed 1

function build(model, el) {
  const data = model.get("data");
  const last = data.frames.length;
  let timer = null;
  let speed = 1;

  const at = () => Math.min(last, model.get("position"));
  // What is asked before each step must be answered before it is shown.
  const reached = () => (data.predict ? Math.max(model.get("reached"), at()) : last);
  const goTo = (position) => {
    const wanted = Math.min(reached(), Math.max(0, position));
    if (position > wanted && asking.element.hidden === false) asking.focus();
    if (wanted === at()) return;
    model.set("position", wanted);
    model.save_changes();
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    show();
  };
  const start = () => {
    if (at() === last) goTo(0);
    clearInterval(timer);
    timer = setInterval(() => (at() < reached() ? goTo(at() + 1) : stop()), PAUSE / speed);
    show();
  };
  const take = (position) => {
    if (timer) stop();
    goTo(position);
  };
  const act = {
    start: () => take(0),
    back: () => take(at() - 1),
    play: () => (timer ? stop() : start()),
    forward: () => take(at() + 1),
    end: () => take(last),
    goTo: take,
    engine: () => {
      marks.on = !marks.on;
      bar.engine(marks.on);
      root.classList.toggle("engine-on", marks.on);
      shown = null;
      show();
    },
    blank: () => {
      curtain.hidden = !curtain.hidden;
      live.textContent = curtain.hidden ? spoken(at()) : data.words.blanked;
    },
    speed: (value) => {
      speed = value;
      if (timer) start();
    },
  };
  const toNode = (id) => {
    if (asking.choose(id)) return;
    const index = data.frames.findIndex((frame) => frame.node === id);
    if (index >= 0) take(index + 1);
  };

  const asking = new Question(data, (content) => model.send(content));
  const bar = controls(data.words, last, act);
  const picture = new Picture(data, model.get("svg"), toNode, model.get("drawn"));
  if (data.fault) markFault(data, picture);
  const boxes = data.fold && picture.svg ? new StepBoxes(model, data, picture, {
    at, take, say: (words) => (live.textContent = words),
    tell: (words) => tell((told = words)),
    busy: (on) => root.setAttribute("aria-busy", String(on)),
    bring: (element) => sight.camera?.bring(element),
    point: (node) => sight.point(node),
  }) : null;
  const sight = new Sight(data, picture, {
    say: (words) => (live.textContent = words), leave: () => root.focus({ preventScroll: true }),
    reveal: boxes?.tools ? (id) => boxes.boxes.reveal(id) : null, tools: boxes?.tools,
  });
  const second = data.second ? new SecondLayer(data, picture, take) : null;
  const marks = new EngineMarks(data, picture);
  marks.on = Boolean(data.engine);
  bar.engine(marks.on);
  picture.onPlaced.push((boxes) => {
    marks.place(boxes);
    marks.show(at());
  });
  const steps = table(data, take);
  const panelBody = h("div", { class: "panel-body" });
  const score = h("div", { class: "panel-score" });
  const foot = new Foot(data);
  if (boxes?.controls) bar.element.firstChild.after(boxes.controls);
  const live = h("div", { class: "live", "aria-live": "polite" });
  const message = h("div", { class: "message", role: "status" });
  const curtain = h("div", { class: "blank", hidden: "", onclick: () => act.blank() }, data.words.blank);
  const find = () => findRow(steps.rows, steps.element, at());
  const watcher = new ResizeObserver(() => {
    find();
    reachable(panelBody);
  });
  for (const element of [steps.element, panelBody]) watcher.observe(element);
  const root = h("div", {
    class: ["mg mg-stepper", data.presenter && "presenter", data.fault && "broken", data.engine && "engine-on", data.predict?.includes("next") && "asks-next"].filter(Boolean).join(" "), tabindex: "0", role: "group", lang: data.words.lang, "aria-label": data.words.widget,
    style: roomFor(picture.size, data.fold), onkeydown: (event) => onKey(event, act, [sight, boxes]),
    onanimationstart: find, // see Picture: the scroll position may be lost
  },
    h("div", { class: "frame" }, bar.element, message, data.fault ? faultBanner(data, take) : "",
      h("div", { class: "body" }, picture.element,
        h("section", { class: "panel", "aria-label": data.words.step },
          h("div", { class: "panel-scroll", tabindex: "0", role: "group", "aria-label": data.words.step }, asking.element, score, panelBody), foot.element), steps.element), live), curtain);

  const spoken = (position) => [sentence(data, position), boxes?.sentence(position)].filter(Boolean).join(" ");

  let shown = null;
  function show() {
    const position = at();
    const others = new Map(model.get("others").map(({ place, value }) => [place, value]));
    bar.show(position, timer !== null);
    const state = JSON.stringify([position, ...others]);
    if (state === shown) return;
    shown = state;
    picture.show(position, others);
    panelBody.replaceChildren(...panel(data, position).filter(Boolean));
    if (boxes) panelBody.append(...(position ? [] : boxes.help()));
    panelBody.firstChild.append(boxes?.line(position) ?? "");
    if (data.fault && position) panelBody.children[1].after(faultBlock(data, position) ?? "");
    foot.show(position, others);
    if (second) panelBody.append(secondBlock(data, position) ?? "");
    second?.show(position);
    if (marks.on) panelBody.append(engineBlock(data, position));
    marks.show(position);
    showRow(steps.rows, position);
    boxes?.show(position);
    live.textContent = spoken(position);
    // All changes are made: only now is measured, and scrolled.
    reachable(panelBody);
    panelBody.parentElement.scrollTop = 0;
    picture.follow();
    find();
  }
  // Shown at the step before the one that is asked about.
  function ask() {
    if (!data.predict) return;
    const question = model.get("question");
    const hadFocus = asking.element.contains(document.activeElement);
    asking.show(question, at() === reached());
    if (hadFocus && asking.element.hidden) root.focus({ preventScroll: true });
    steps.reveal(reached());
    score.replaceChildren(...(question.finished && at() === last ? [scoreCard(data, question.score)] : []));
  }
  let alone = false; // without a kernel
  let told = ""; // of the boxes
  function tell() {
    const gone = data.predict ? data.words.ask_gone : data.words.no_kernel;
    message.textContent = [model.get("message"), told, alone ? gone : ""].filter(Boolean).join(" ");
  }
  // Other groups are unfolded.
  function redraw() {
    told = "";
    tell();
    picture.take(model.get("svg"), model.get("drawn"));
    picture.fit();
    boxes.after();
    boxes.show(at());
  }
  function refused() {
    if (model.get("message")) boxes?.boxes.waiting(false);
    tell();
  }
  function leave() {
    alone = true;
    asking.leave();
    boxes?.boxes.leave();
    tell();
  }

  el.append(ownKeys(root));
  show();
  ask();
  tell();
  const events = { "change:position": [show, ask], "change:reached": [ask], "change:question": [ask], "comm_live_update": [leave] };
  if (boxes) Object.assign(events, { "change:svg": [redraw], "change:opened": [() => boxes.boxes.wait()] });
  for (const [event, handlers] of Object.entries(events)) for (const handler of handlers) model.on(event, handler);
  model.on("change:others", show);
  model.on("change:message", refused);
  model.send({ kind: "shown" }); // Python then looks whether a .grad was changed meanwhile
  return () => {
    clearInterval(timer);
    watcher.disconnect();
    picture.close();
    sight.close();
    boxes?.close();
    second?.close();
    for (const [event, handlers] of Object.entries(events)) for (const handler of handlers) model.off(event, handler);
    model.off("change:others", show);
    model.off("change:message", refused);
  };
}

// The size of the graph, from which stepper.css makes that of the parts.
// A folded one will be unfolded.
function roomFor(graph, fold) {
  const { width, height } = fold ? { width: UNFOLDED, height: UNFOLDED } : graph ?? { width: 0, height: 0 };
  return `--mg-graph-width: ${Math.round(width)}; --mg-graph-height: ${Math.round(height)}`;
}

function onKey(event, act, others) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  if (["SELECT", "TEXTAREA"].includes(target.tagName) || target.matches("input:not([type=range])")) return;
  if (event.key === " " && target.tagName === "BUTTON") {
    event.stopPropagation();
    return;
  }
  const does = {
    ArrowRight: act.forward, ArrowDown: act.forward, ArrowLeft: act.back, ArrowUp: act.back,
    PageDown: act.forward, PageUp: act.back, // a clicker's
    Home: act.start, End: act.end, " ": act.play, b: act.blank, B: act.blank,
  }[event.key];
  if (!scrolled(event) && !others.some((one) => one?.key(event))) {
    if (!does) return;
    does();
  }
  event.preventDefault();
  event.stopPropagation();
}

function render({ model, el }) {
  try {
    return build(model, el);
  } catch (error) {
    const text = model.get("data")?.words?.failed ?? "The stepper cannot be shown: {error}";
    el.replaceChildren(h("pre", { role: "alert" }, say(text, { error: error.message })));
    return undefined;
  }
}

export default { render };
