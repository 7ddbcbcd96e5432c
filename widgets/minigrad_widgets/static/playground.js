// The playground's page side. Python runs the function; the page asks for one run at a time, and shows what came out.

import { Channel } from "./channel.js";
import { h, ownKeys, put, s } from "./dom.js";
import { leafControls } from "./leafcontrols.js";
import { LivePicture } from "./livepicture.js";
import { Plot } from "./plot.js";
import { Reel } from "./reel.js";
import { say } from "./words.js";

const REST = 250; // milliseconds after the last movement: then a better curve is asked for
const BREATH = 500; // milliseconds of rest before something is read out: a slider on its way is not

function build(model, el) {
  const data = model.get("data");
  const text = data.words;
  const live = h("div", { class: "live", "aria-live": "polite" });
  const message = h("div", { class: "message", role: "status" });
  const output = h("output", { class: "output" });
  const shape = h("span", { class: "shape" });
  const note = h("span", { class: "quiet small" });
  const channel = new Channel(model, (late) => tell(late));
  const reel = new Reel(show);
  let rest = null;
  let breath = null;

  // Without Python, because the page was saved or the kernel is gone, what needs it is disabled, and that is said.
  const along = model.get("along") ?? {};
  let alone = "";
  const moves = (leaf, index) => !alone || (leaf === along.leaf && index === along.index);

  // What is due to be read out is read out with the answer.
  function ask(question) {
    clearTimeout(breath);
    channel.ask(question);
  }

  const act = {
    set: (leaf, index, value) => {
      if (!moves(leaf, index)) return;
      clearTimeout(rest);
      ask({ kind: "set", leaf, index, value, rough: true });
    },
    choose: (leaf, index) => (alone ? undefined : ask({ kind: "choose", leaf, index })),
    forget: () => ask({ kind: "forget" }),
    busy: (leaf) => channel.busy(leaf) || reel.waiting.length > 0,
    choosing: () => channel.choosing() || reel.waiting.length > 0,
  };
  const controls = data.leaves.map((leaf) => [leaf, leafControls(leaf, text, act, `plot ${channel.token}`)]);
  const plot = new Plot(text, (number) => {
    const { plotted, leaves } = model.get("state");
    const { step, low, high } = leaves[plotted[0]];
    const rounded = Math.min(high, Math.max(low, Number((Math.round(number / step) * step).toPrecision(12))));
    act.set(plotted[0], plotted[1], rounded);
  });
  const picture = new LivePicture(text, data.presenter);
  const reset = h("button", { type: "button", class: "do-reset", title: text.reset, "aria-label": text.reset, onclick: () => (alone && !along.leaf ? undefined : ask({ kind: "reset" })) },
    s("svg", { viewBox: "0 0 24 24", class: "icon back", "aria-hidden": "true" }, s("path", { d: "M5 5v5h5M5.6 10a8 8 0 1 1-1 5" })));
  const kinds = [data.presenter && "presenter", data.leaves.every(({ shape }) => !shape.length) && "numbers"];
  const root = h("div", {
    class: ["mg mg-playground", ...kinds.filter(Boolean)].join(" "), tabindex: "0", role: "group", lang: text.lang, "aria-label": text.widget,
    style: `--lines: ${lines(data.leaves)}`, onkeydown: keep,
  },
    h("div", { class: "frame" },
      h("div", { class: "bar" }, h("div", { class: "result" }, h("span", { class: "code" }, `${data.title} =`), output, shape, note), h("div", { class: "buttons" }, reset)),
      message,
      h("div", { class: "body" },
        h("section", { class: "leaves", "aria-label": text.leaves }, controls.map(([, control]) => control.element), h("p", { class: "quiet small help" }, text.keys)),
        plot.element, picture.element), live));

  let shown = model.get("state");
  let { changes } = shown;
  let curve = model.get("curve");
  function tell(late = channel.late) {
    put(message, [late && !alone ? text.waiting : "", shown.message, alone].filter(Boolean).join("\n"));
  }

  // A frame is what Python saw at one place of the leaves; `svg` is null where the page was not given its picture.
  function show(frame) {
    const { state, svg } = frame;
    if (svg === null && picture.number !== state.picture) return;
    shown = state;
    curve = frame.curve ?? curve;
    for (const [leaf, control] of controls) {
      control.show(state.leaves[leaf.name], state.plotted, state.refused?.leaf === leaf.name ? state.refused : null);
    }
    put(output, state.output.text);
    put(shape, state.output.shape);
    put(note, state.output.note);
    const [name, index] = state.plotted;
    const element = data.leaves.find((leaf) => leaf.name === name)?.elements[index] ?? "";
    plot.show(curve, state, element);
    picture.show(state, svg);
    tell();
    clearTimeout(breath);
    if (channel.asked) return; // more is to come
    const changed = state.changes !== changes ? state.changes : "";
    breath = setTimeout(() => {
      changes = state.changes;
      live.textContent = [state.say, changed, state.old ? text.say_old : ""].filter(Boolean).join(" ");
    }, BREATH);
  }

  const last = () => ({ state: model.get("state"), curve: model.get("curve"), svg: model.get("svg") });

  // An answer: where the slider was on its way, and where it came to.
  function hear() {
    const { state, svg, curve: end } = last();
    const done = channel.heard(state.answered);
    const before = state.before.map((one) => ({ state: one, curve: one.curve, svg: one.picture === state.picture ? svg : null }));
    reel.play([...before, { state, curve: end, svg }]);
    if (!done) return;
    clearTimeout(rest);
    if (state.rough) rest = setTimeout(() => ask({ kind: "refine" }), REST);
  }

  function leave() {
    if (alone) return;
    alone = along.leaf ? say(text.saved_one, { name: along.name }) : model.get("saved") ? text.saved_none : text.gone;
    for (const [leaf, control] of controls) {
      for (const input of control.element.querySelectorAll("input")) {
        const slides = input.type === "range" && leaf.name === along.leaf;
        if (slides) continue;
        if (input === document.activeElement) root.focus({ preventScroll: true }); // or the keys were lost
        input.disabled = true;
      }
    }
    if (!along.leaf) {
      reset.setAttribute("aria-disabled", "true");
      plot.element.classList.add("still");
    }
    tell();
  }

  el.append(ownKeys(root));
  show(last());
  if (model.get("saved")) leave();
  model.on("change:state", hear);
  model.on("comm_live_update", leave);
  return () => {
    for (const timer of [rest, breath]) clearTimeout(timer);
    channel.close();
    reel.close();
    plot.close();
    picture.close();
    model.off("change:state", hear);
    model.off("comm_live_update", leave);
  };
}

// About how high the leaves are, in em, from which playground.css makes the height of their part.
function lines(leaves) {
  return leaves.map(({ shape }) => (shape.length ? 5.7 + 3.9 * (shape.length > 1 ? shape[0] : 1) : 5.3)).reduce((sum, more) => sum + more, 4.6);
}

// Keys that a control uses do not reach the notebook.
function keep(event) {
  if (event.ctrlKey || event.metaKey || event.altKey ? event.target.matches("input[type=text]") : event.target.matches("input, .scroll")) {
    if (event.key !== "Tab") event.stopPropagation();
  } else if (event.target.tagName === "BUTTON" && [" ", "Enter"].includes(event.key)) event.stopPropagation();
}

function render({ model, el }) {
  try {
    return build(model, el);
  } catch (error) {
    const text = model.get("data")?.words?.failed ?? "The playground cannot be shown: {error}";
    el.replaceChildren(h("pre", { role: "alert" }, say(text, { error: error.message })));
    return undefined;
  }
}

export default { render };
