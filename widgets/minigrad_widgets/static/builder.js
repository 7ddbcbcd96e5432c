// The builder's page side. Python sends the picture and all lines once; from then on a step is a change of states.

import { controls } from "./controls.js";
import { h, ownKeys, reachable, scrolled } from "./dom.js";
import { Growing, SIGNS } from "./growing.js";
import { Foot } from "./foot.js";
import { panel } from "./panel.js";
import { say, sentence } from "./words.js";

const PAUSE = 1600; // milliseconds that a line is shown at speed 1

function build(model, el) {
  const data = model.get("data");
  const text = data.words;
  const last = data.steps.length - 1;
  for (const pass of Object.values(data.passes)) pass.words = text;
  let timer = null;
  let moving = false;
  let speed = 1;

  const at = () => Math.min(last, model.get("position"));
  const passNow = () => data.passes[at()];
  const inner = () => Math.min(passNow()?.frames.length ?? 0, model.get("inner"));
  const set = (position, within) => {
    if (position === at() && within === inner()) return;
    moving = true; // two changes, one move
    model.set("inner", within);
    if (position !== at()) model.set("position", position);
    moving = false;
    show();
    model.save_changes();
  };
  const goTo = (position) => set(Math.min(last, Math.max(0, position)), 0);
  // Within a backward pass, forward and back take its nodes; beyond its end the code goes on.
  const forward = () => (inner() && inner() < passNow().frames.length ? set(at(), inner() + 1) : goTo(at() + 1));
  const back = () => (inner() ? set(at(), inner() - 1) : goTo(at() - 1));
  const atEnd = () => at() === last && (!inner() || inner() === passNow().frames.length);
  const stop = () => {
    clearInterval(timer);
    timer = null;
    show();
  };
  const start = () => {
    if (atEnd()) goTo(0);
    clearInterval(timer);
    timer = setInterval(() => (atEnd() ? stop() : forward()), PAUSE / speed);
    show();
  };
  const take = (go) => (...where) => {
    if (timer) stop();
    go(...where);
  };
  const act = {
    start: take(() => goTo(0)),
    back: take(back),
    play: () => (timer ? stop() : start()),
    forward: take(forward),
    end: take(() => goTo(last)),
    goTo: take(goTo),
    into: take(() => (passNow() ? set(at(), 1) : undefined)),
    out: take(() => set(at(), 0)),
    blank: () => {
      curtain.hidden = !curtain.hidden;
      live.textContent = curtain.hidden ? spoken(data, at(), inner()) : text.blanked;
    },
    speed: (value) => {
      speed = value;
      if (timer) start();
    },
  };
  // A click on a line goes to the next time that it runs, or else to the first.
  const toLine = (number) => {
    const places = data.steps.flatMap((step, place) => (place && step.line <= number && number <= step.end ? [place] : []));
    if (places.length) act.goTo(places.find((place) => place > at()) ?? places[0]);
  };
  // A click on a node goes to where it came into being; in a backward pass, to its step.
  const toNode = (id) => {
    if (!inner()) return data.nodes[id].born ? act.goTo(data.nodes[id].born) : undefined;
    const step = passNow().frames.findIndex((frame) => frame.node === id);
    return step >= 0 ? take(() => set(at(), step + 1))() : undefined;
  };

  const bar = controls({ ...text, count: text.line_count, slider: text.line_slider }, last, act);
  const picture = new Growing(data, model.get("svg"), toNode);
  if (!Object.keys(data.nodes).length) picture.scroll.replaceChildren(h("p", { class: "quiet" }, text.no_graph));
  const code = codeList(data, toLine);
  const body = h("div", { class: "panel-body" });
  const panelScroll = h("div", { class: "panel-scroll", tabindex: "0", role: "group", "aria-label": text.line }, body);
  const panelFoot = h("div", {});
  const feet = new Map(); // by line: a pass has one of its own
  const live = h("div", { class: "live", "aria-live": "polite" });
  const message = h("div", { class: "message", role: "status" });
  const curtain = h("div", { class: "blank", hidden: "", onclick: () => act.blank() }, text.blank);
  const findLine = () => code.find(at());
  const watcher = new ResizeObserver(() => {
    findLine();
    reachable(body);
  });
  for (const element of [code.element, body]) watcher.observe(element);
  const { width, height } = picture.size ?? { width: 0, height: 0 };
  const root = h("div", {
    class: data.presenter ? "mg mg-build presenter" : "mg mg-build", tabindex: "0", role: "group", lang: text.lang,
    "aria-label": text.build_widget, onanimationstart: findLine, // see Picture: the scroll position may be lost
    onkeydown: (event) => onKey(event, act, inner()),
    style: `--mg-graph-width: ${Math.round(width)}; --mg-graph-height: ${Math.round(height)}; --mg-lines: ${data.code.length}`,
  },
    h("div", { class: "frame" }, bar.element, message,
      h("div", { class: "body" }, code.element, picture.element,
        h("section", { class: "panel", "aria-label": text.line }, panelScroll, panelFoot)), live), curtain);

  let shown = null;
  function show() {
    if (moving) return;
    const [position, within] = [at(), inner()];
    bar.show(position, timer !== null);
    const state = `${position} ${within} ${timer !== null}`;
    if (state === shown) return;
    shown = state;
    code.show(position);
    picture.showAt(position, within);
    const focused = body.contains(document.activeElement);
    const pass = data.passes[position];
    if (within) {
      body.replaceChildren(h("div", { class: "pass-head" }, h("p", { class: "count" }, passTitle(text, pass)), pushButton(text.out_of, "leave", act.out)),
        ...panel(pass, within).filter(Boolean));
      if (!feet.has(position)) feet.set(position, new Foot(pass));
      feet.get(position).show(within, new Map());
      panelFoot.replaceChildren(feet.get(position).element);
    } else {
      body.replaceChildren(...linePanel(data, position, act).filter(Boolean));
      panelFoot.replaceChildren();
    }
    panelFoot.hidden = !within;
    reachable(body);
    panelScroll.scrollTop = 0;
    if (focused) (body.querySelector(".push") ?? root).focus(); // the button that was pressed is gone
    live.textContent = spoken(data, position, within);
  }
  let alone = false; // without a kernel
  function tell() {
    message.textContent = [model.get("message"), alone ? text.build_gone : ""].filter(Boolean).join(" ");
  }
  function leave() {
    alone = true;
    tell();
  }

  el.append(ownKeys(root));
  show();
  tell();
  const events = { "change:position": show, "change:inner": show, "change:message": tell, "comm_live_update": leave };
  for (const [event, handler] of Object.entries(events)) model.on(event, handler);
  return () => {
    clearInterval(timer);
    watcher.disconnect();
    picture.close();
    for (const [event, handler] of Object.entries(events)) model.off(event, handler);
  };
}

// ---- the code, each line once; how often it has run stands beside it

function codeList(data, toLine) {
  const { words: text, code, steps } = data;
  const runs = new Set(steps.flatMap((step) => (step.line ? [step.line] : [])));
  const lines = code.map((line, index) => {
    const number = index + 1;
    const runnable = runs.has(number);
    const content = [h("span", { class: "number" }, String(number)), h("span", { class: "sign-at", "aria-hidden": "true" }),
      h("code", {}, line || " "), h("span", { class: "times" })];
    if (!runnable) return h("li", { onclick: () => toLine(number) }, h("div", { class: "row" }, content));
    return h("li", { class: "runs" },
      h("button", { type: "button", class: "row", tabindex: "-1", onclick: () => toLine(number) }, content));
  });
  const list = h("ol", { class: "lines" }, lines);
  const element = h("section", { class: "code-part", tabindex: "0", "aria-label": text.code }, list);
  const show = (position) => {
    const now = steps[position];
    const times = new Map();
    for (const step of steps.slice(1, position + 1)) if (step.line) times.set(step.line, step.time);
    lines.forEach((line, index) => {
      const number = index + 1;
      const here = now.line > 0 && now.line <= number && number <= now.end;
      const head = here && number === now.line;
      line.classList.toggle("here", here);
      line.classList.toggle("struck", here && now.kind === "error");
      if (head) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
      line.querySelector(".sign-at").textContent = head ? (now.kind === "error" ? SIGNS.struck : SIGNS.now) : "";
      line.querySelector(".times").textContent = times.get(number) > 1 ? `×${times.get(number)}` : "";
      const button = line.querySelector("button");
      if (button) button.tabIndex = head ? 0 : -1;
    });
    const entry = now.line ? null : element.querySelector("button"); // where Tab comes in before the first line
    if (entry) entry.tabIndex = 0;
    find(position);
  };
  const find = (position) => {
    const current = lines[steps[position].line - 1];
    if (!current) {
      if (!position) element.scrollTop = 0;
      return;
    }
    const room = element.clientHeight - current.offsetHeight;
    if (current.offsetTop < element.scrollTop + 20) element.scrollTop = current.offsetTop - 20;
    else if (current.offsetTop > element.scrollTop + room - 20) element.scrollTop = current.offsetTop - room + 20;
  };
  return { element, show, find };
}

// ---- what a line did

function linePanel(data, position, act) {
  const text = data.words;
  const step = data.steps[position];
  const pass = data.passes[position];
  const count = h("p", { class: "count" }, say(text.line_count, { n: position, total: data.steps.length - 1 }));
  const into = pass ? h("p", { class: "into" }, pushButton(`${text.into} ▸`, "into main", act.into), " ", h("span", { class: "small" }, passTitle(text, pass))) : null;
  if (!position) {
    const total = data.steps.length - 1;
    return [h("header", {}, count, h("h3", {}, text.line_beginning)),
      h("p", { class: "says" }, total ? say(text.before_all, { total }) : text.nothing_ran), namesTable(data, step), h("p", { class: "quiet" }, text.build_keys)];
  }
  const kind = text[`kind_${step.kind}`];
  const title = h("h3", {}, step.line ? placeOf(text, step) : kind,
    step.function ? h("span", { class: "small" }, ` ${say(text.in_function, { function: step.function })}`) : null,
    step.line && kind ? h("span", { class: `kind kind-${step.kind}` }, kind) : null);
  const did = step.says.length
    ? h("ul", { class: "did" }, step.says.map((one) => h("li", { class: `did-${one.kind}` }, one.text)))
    : h("p", { class: "quiet" }, text.nothing);
  return [
    h("header", {}, count, title),
    step.code ? h("pre", { class: "present" }, step.code) : null,
    into,
    h("div", { class: "block" }, h("h4", {}, text.did), did),
    step.printed ? h("div", { class: "block" }, h("h4", {}, text.printed), h("pre", { class: "printed", tabindex: "0", role: "group", "aria-label": text.printed }, step.printed)) : null,
    step.grad ? null : h("p", { class: "no-grad" }, text.grad_off),
    namesTable(data, step),
  ];
}

function namesTable(data, step) {
  const text = data.words;
  if (!step.names.length) return h("div", { class: "block" }, h("h4", {}, text.names), h("p", { class: "quiet" }, text.no_names));
  const rows = step.names.map((place) => data.states[place]).map((state) => {
    const left = step.left[state.name];
    const node = state.node ? `${state.made} (${state.node})` : state.made;
    const facts = [state.facts, state.version ? say(text.version, { n: state.version }) : null, state.plain ? text.no_gradient : null];
    return h("tr", { class: left ? "moved" : null },
      h("th", { scope: "row" }, h("span", { class: "label" }, state.name)),
      h("td", {}, left ? h("s", {}, left) : null, left ? " → " : null, node),
      h("td", {}, h("div", { class: "text" }, state.value ?? ""), h("div", { class: "shape" }, facts.filter(Boolean).join(", ")),
        state.grad === null ? null : h("div", { class: "text" }, `.grad = ${state.grad}`)));
  });
  return h("div", { class: "block" }, h("h4", {}, text.names), h("table", { class: "names-table" }, h("tbody", {}, rows)));
}

function placeOf(text, step) {
  return say(step.time > 1 ? text.place_again : text.place, { line: step.line, time: step.time });
}

function passTitle(text, pass) {
  const root = pass.nodes[pass.root];
  return say(text.pass_of, { root: root.label || root.name });
}

function pushButton(name, kind, action) {
  return h("button", { type: "button", class: `push ${kind}`, onclick: action }, name);
}

// One step in sentences, for the live region.
function spoken(data, position, within) {
  const text = data.words;
  if (within) return sentence(data.passes[position], within);
  const step = data.steps[position];
  if (!position) return text.line_beginning;
  const place = step.line ? placeOf(text, step) : text[`kind_${step.kind}`];
  const said = step.says.length ? step.says.map((one) => one.text).join("; ") : text.nothing;
  const kind = step.line && text[`kind_${step.kind}`] ? `${text[`kind_${step.kind}`]}. ` : "";
  return `${say(text.say_line, { place, code: step.code })} ${kind}${said}${step.printed ? ` ${text.printed}: ${step.printed}` : ""}`;
}

function onKey(event, act, within) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  if (["SELECT", "TEXTAREA"].includes(target.tagName) || target.matches("input:not([type=range])")) return;
  if ([" ", "Enter"].includes(event.key) && target.tagName === "BUTTON") {
    event.stopPropagation();
    return;
  }
  const does = {
    ArrowRight: act.forward, ArrowDown: act.forward, ArrowLeft: act.back, ArrowUp: act.back,
    PageDown: act.forward, PageUp: act.back, // a clicker's
    Home: act.start, End: act.end, " ": act.play, b: act.blank, B: act.blank, Enter: act.into,
    ...(within ? { Escape: act.out } : {}),
  }[event.key];
  const moved = scrolled(event);
  if (!moved && !does) return;
  event.preventDefault();
  event.stopPropagation();
  if (!moved) does();
}

function render({ model, el }) {
  try {
    return build(model, el);
  } catch (error) {
    const text = model.get("data")?.words?.failed ?? "The builder cannot be shown: {error}";
    el.replaceChildren(h("pre", { role: "alert" }, say(text, { error: error.message })));
    return undefined;
  }
}

export default { render };
