// What the state of each node and edge is at a position. More than a colour tells the states apart.

export const MARKS = { now: "▶", done: "✓", ready: "…" };

// Says whether anything changed: with a thousand nodes, only the few that do may cost anything.
export function changeState(element, is) {
  if (element.dataset.state === is) return false;
  element.dataset.state = is;
  return true;
}

export function stateAt(data, position) {
  const nodes = {};
  const edges = {};
  for (let index = 0; index < position; index += 1) {
    const frame = data.frames[index];
    nodes[frame.node] = "done";
    for (const out of frame.outgoing) edges[out.edge] = "done";
  }
  const now = data.frames[position - 1];
  if (now) {
    nodes[now.node] = "now";
    for (const out of now.outgoing) edges[out.edge] = "out";
    for (const part of now.incoming.flatMap((one) => one.parts)) if (part.edge) edges[part.edge] = "in";
  }
  const ready = now ? now.ready : [data.root];
  for (const node of ready) nodes[node] = "ready";
  return { nodes, edges, ready };
}
