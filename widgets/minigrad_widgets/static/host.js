
// The stand-in for Jupyter on a saved page: a model that remembers, and tells who listens.
const packed = Uint8Array.from(atob(document.getElementById("state").textContent), (char) => char.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
const state = await new Response(unpacked).json();
const listeners = {};
const model = {
  get: (name) => state[name],
  set(name, value) {
    state[name] = value;
    for (const listener of [...(listeners[`change:${name}`] ?? [])]) listener();
  },
  save_changes() {},
  send(content) { answers?.(content); },
  on(event, listener) { (listeners[event] ??= []).push(listener); },
  off(event, listener) { listeners[event] = (listeners[event] ?? []).filter((one) => one !== listener); },
};
// Of some widgets somebody stands in for Python too, and answers what the page sends.
const answers = typeof standIn === "undefined" ? null : standIn(model);
widget.render({ model, el: document.getElementById("stepper") });
