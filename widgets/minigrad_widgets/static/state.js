// What the state of each node and edge is at a position. More than a colour tells the states apart.

export const MARKS = { now: "▶", done: "✓", ready: "…" };

// Says whether anything changed: with a thousand nodes, only the few that do may cost anything.
export function changeState(element, is) {
  if (element.dataset.state === is) return false;
  element.dataset.state = is;
  return true;
}

// When each node runs, and each edge carries its gradient: read once from the frames.
const indexes = new WeakMap();

function indexOf(data) {
  if (!indexes.has(data)) {
    const index = { ran: new Map(), sent: new Map() };
    data.frames.forEach((frame, place) => {
      index.ran.set(frame.node, place);
      for (const out of frame.outgoing) index.sent.set(out.edge, place);
    });
    indexes.set(data, index);
  }
  return indexes.get(data);
}

export function readyAt(data, position) {
  return position ? data.frames[position - 1].ready : [data.root];
}

// The edges that matter in one step, those that bring something in last.
function edgesOf(frame) {
  if (!frame) return [];
  const arriving = frame.incoming.flatMap((one) => one.parts).map((part) => part.edge).filter(Boolean);
  return [...frame.outgoing.map((out) => [out.edge, "out"]), ...arriving.map((edge) => [edge, "in"])];
}

// What a step from one position to another changes: the states of some nodes and edges, as pairs.
export function changes(data, from, to) {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const passed = data.frames.slice(Math.max(0, low - 1), high);
  const ready = readyAt(data, to);
  const waits = new Set(ready);
  const nodes = new Set([...readyAt(data, from), ...ready, ...passed.map((frame) => frame.node)]);
  const now = new Map(edgesOf(data.frames[to - 1]));
  const { ran, sent } = indexOf(data);
  const edges = new Set(passed.flatMap((frame) => edgesOf(frame).map(([edge]) => edge)));
  const nodeState = (id) => {
    const place = ran.get(id) ?? Infinity;
    return waits.has(id) ? "ready" : place === to - 1 ? "now" : place < to ? "done" : "";
  };
  const edgeState = (id) => now.get(id) ?? ((sent.get(id) ?? Infinity) < to ? "done" : "");
  return { nodes: [...nodes].map((id) => [id, nodeState(id)]), edges: [...edges].map((id) => [id, edgeState(id)]) };
}

// The same for the whole graph, as if it had been walked to from the start.
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
