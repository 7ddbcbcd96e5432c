// The words of the interface come from Python, in the language that was asked for: `data.words`.

// A text with its words in braces filled in.
export function say(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export function called(data, id) {
  const node = data.nodes[id];
  return node.kind === "leaf" ? node.label || say(data.words.leaf, { id }) : node.name;
}

// One step in sentences, for the live region.
export function sentence(data, position) {
  const text = data.words;
  const total = data.frames.length;
  if (!position) return say(text.say_start, { total, value: data.start.text });
  const frame = data.frames[position - 1];
  const { name, label } = data.nodes[frame.node];
  const words = [say(text.say_step, { n: position, total, node: label ? `${name} (${label})` : name })];
  words.push(say(text.say_receives, { values: frame.incoming.map((one) => (one.hooked ?? one.total).text).join("; ") }));
  if (frame.outgoing.length) {
    const sent = frame.outgoing.map((out) => say(text.say_sent, { value: out.value.text, node: called(data, out.target) }));
    words.push(say(text.say_sends, { values: sent.join(", ") }));
  }
  for (const item of frame.accumulated) {
    const [before, incoming, after] = [item.before, item.incoming, item.after].map((value) => value.text);
    words.push(say(text.say_added, { name: item.name, before, incoming, after }));
  }
  return words.join(" ");
}

// Plain words as a sentence of their language.
export function sentenceCase({ lang }, text) {
  return text ? `${text[0].toUpperCase()}${text.slice(1)}${lang === "zh" ? "。" : "."}` : "";
}
