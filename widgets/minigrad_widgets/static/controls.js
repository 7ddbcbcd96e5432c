// Buttons, slider and speed.

import { h, icon } from "./dom.js";
import { say } from "./words.js";

const SPEEDS = [0.5, 1, 2, 4];

export function controls(text, last, act) {
  const button = (name) =>
    h("button", { type: "button", class: `do-${name}`, title: text[name], "aria-label": text[name], onclick: act[name] }, icon(name));
  const slider = h("input", { type: "range", min: 0, max: last, value: 0, step: 1, "aria-label": text.slider, oninput: (event) => act.goTo(Number(event.target.value)) });
  const count = h("output", { class: "position" });
  const speed = h("select", { "aria-label": text.speed, title: text.speed, onchange: (event) => act.speed(Number(event.target.value)) },
    SPEEDS.map((value) => h("option", { value, ...(value === 1 ? { selected: "" } : {}) }, `${value}×`)));
  const play = button("play");
  const engine = h("button", { type: "button", class: "do-engine", title: text.show_engine, "aria-label": text.show_engine, "aria-pressed": "false", onclick: act.engine }, icon("engine"));
  const element = h("div", { class: "bar" },
    h("div", { class: "buttons" }, button("start"), button("back"), button("forward"), button("end")),
    slider, count, h("div", { class: "buttons" }, play, speed, engine));
  const find = (name) => element.querySelector(`.do-${name}`);
  return {
    element,
    engine: (on) => engine.setAttribute("aria-pressed", on),
    show(position, playing) {
      slider.value = position;
      slider.setAttribute("aria-valuetext", say(text.count, { n: position, total: last }));
      count.textContent = `${position} / ${last}`;
      // A disabled button would lose the focus, and with it the keys.
      for (const name of ["start", "back"]) find(name).setAttribute("aria-disabled", position === 0);
      for (const name of ["forward", "end"]) find(name).setAttribute("aria-disabled", position === last);
      const name = playing ? "pause" : "play";
      play.replaceChildren(icon(name));
      play.title = text[name];
      play.setAttribute("aria-label", text[name]);
    },
  };
}
