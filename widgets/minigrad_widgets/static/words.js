// All text of the interface, and the sentence that says a step.

export const TEXT = {
  start: "Go to the start",
  back: "One step back",
  play: "Play",
  pause: "Pause",
  forward: "One step forward",
  end: "Go to the end",
  speed: "Speed",
  slider: "Position in the backward pass",
  graph: "Graph",
  noPicture: "There is no picture; the step and the table say the same.",
  step: "Step",
  steps: "Steps",
  widget: "Backward pass, step by step",
  keys: "Arrow keys step, Home and End jump, space plays.",
  now: "now",
  done: "done",
  ready: "ready",
  arrows: "→ the way gradients flow",
  comesIn: "Comes in",
  goesOut: "Goes out",
  added: "Added to .grad",
  kept: "Kept in .grad (retain_grad)",
  grads: ".grad now",
  next: "Ready next",
  changed: "(changed outside)",
  nothingReady: "Nothing is left to run.",
  summed: "summed over",
  broadcast: "because the forward pass broadcast it",
  hook: "a hook made it",
  output: "output",
  from: "from",
  seed: "the start",
  to: "to",
  before: "before",
  incoming: "incoming",
  after: "after",
  nothingIn: "No gradient arrived here.",
  nothingOut: "Nothing goes further from here.",
  head: ["#", "node", "in", "out"],
};

export function called(data, id) {
  const node = data.nodes[id];
  return node.kind === "leaf" ? node.label || `leaf ${id}` : node.name;
}

export function sentence(data, position) {
  const total = data.frames.length;
  if (!position) return `Start of ${total} steps. The pass starts with ${data.start.text}.`;
  const frame = data.frames[position - 1];
  const label = data.nodes[frame.node].label;
  const words = [`Step ${position} of ${total}: ${data.nodes[frame.node].name}${label ? ` (${label})` : ""}.`];
  words.push(`Receives ${frame.incoming.map((one) => (one.hooked ?? one.total).text).join("; ")}.`);
  if (frame.outgoing.length) {
    words.push(`Sends ${frame.outgoing.map((out) => `${out.value.text} to ${called(data, out.target)}`).join(", ")}.`);
  }
  for (const item of frame.accumulated) {
    words.push(`${item.name}.grad: ${item.before.text} plus ${item.incoming.text} is ${item.after.text}.`);
  }
  return words.join(" ");
}

export function sentenceCase(text) {
  return text ? `${text[0].toUpperCase()}${text.slice(1)}.` : "";
}
