// The words of the interface come from Python, in the language that was asked for: `data.words`.

// A text with its words in braces filled in.
export function say(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export function called(data, id) {
  const node = data.nodes[id];
  return node.kind === "leaf" ? node.label || say(data.words.leaf, { id }) : node.name;
}

// The bare point of `1.` would be heard as the end of a sentence.
function aloud({ text }) {
  return text.replace(/\.(?=$|[\],; ])/g, "");
}

// One step in sentences, for the live region.
export function sentence(data, position) {
  const text = data.words;
  const total = data.frames.length;
  if (!position) return say(text.say_start, { total, value: aloud(data.start) });
  const frame = data.frames[position - 1];
  const { name, label } = data.nodes[frame.node];
  const words = [say(text.say_step, { n: position, total, node: label ? `${name} (${label})` : name })];
  words.push(say(text.say_receives, { values: frame.incoming.map((one) => aloud(one.hooked ?? one.total)).join("; ") }));
  if (frame.outgoing.length) {
    const sent = frame.outgoing.map((out) => say(text.say_sent, { value: aloud(out.value), node: called(data, out.target) }));
    words.push(say(text.say_sends, { values: sent.join(", ") }));
  }
  for (const item of frame.accumulated) {
    const [before, incoming, after] = [item.before, item.incoming, item.after].map(aloud);
    words.push(say(text.say_added, { name: item.name, before, incoming, after }));
  }
  return words.join(" ");
}

// Plain words as a sentence of their language.
export function sentenceCase({ lang }, text) {
  return text ? `${text[0].toUpperCase()}${text.slice(1)}${lang === "zh" ? "。" : "."}` : "";
}
