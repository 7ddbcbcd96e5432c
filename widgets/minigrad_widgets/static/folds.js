// Where the nodes and edges of a pass are seen when some nodes are folded into boxes. A box that is folded is one
// place in the picture; edges that run side by side are one.

import { brief } from "./dom.js";
import { readyAt } from "./state.js";

const BRIEF = 14; // characters of a value
const FLOW = 24; // and of several, as in still.py

export class Folds {
  constructor(data) {
    this.data = data;
    this.groups = data.fold?.groups ?? {};
    this.inside = data.fold?.inside ?? {};
    this.on = Object.keys(this.groups).length > 0;
    this.steps = new Map(); // of each group, the frames that run in it at any depth
    this.sends = new Map(); // of each edge, its frame and what it carries
    if (!this.on) return;
    data.frames.forEach((frame, place) => {
      for (const id of this.around(frame.node)) {
        if (!this.steps.has(id)) this.steps.set(id, []);
        this.steps.get(id).push(place);
      }
      for (const out of frame.outgoing) this.sends.set(out.edge, { place, source: frame.node, target: out.target, value: out.value });
    });
  }

  // A picture: the groups that are unfolded in it, and its edges by both their ends.
  take(drawn, svg) {
    if (!this.on) return;
    const open = new Set(drawn);
    this.places = new Map();
    this.edges = new Map(); // of each edge of the pass, the one in which it is seen
    this.members = new Map(); // of each edge that stands for others, those that carry something, in order
    const ends = new Map();
    for (const edge of svg.querySelectorAll("[data-source]")) ends.set(`${edge.dataset.source} ${edge.dataset.target}`, edge.dataset.edge);
    this.open = open;
    for (const [id, { source, target }] of this.sends) {
      const [from, to] = [this.placeOf(source), this.placeOf(target)];
      if (from === source && to === target) this.edges.set(id, id);
      else if (from !== to) {
        const seen = ends.get(`${from} ${to}`);
        this.edges.set(id, seen);
        if (!this.members.has(seen)) this.members.set(seen, []);
        this.members.get(seen).push(id);
      }
    }
  }

  // The groups around a node or a group, the innermost first.
  around(id) {
    const chain = [];
    for (let group = this.groups[id] ? this.groups[id].parent : this.inside[id]; group; group = this.groups[group].parent) chain.push(group);
    return chain;
  }

  // The outermost folded group around a node, or the node itself.
  placeOf(id) {
    if (!this.on) return id;
    let place = this.places.get(id);
    if (place === undefined) {
      place = this.around(id).findLast((group) => !this.open.has(group)) ?? id;
      this.places.set(id, place);
    }
    return place;
  }

  edgeOf(id) {
    return this.on ? this.edges.get(id) : id;
  }

  // How many of the steps in a group have been taken, and how many there are.
  count(group, position) {
    const steps = this.steps.get(group) ?? [];
    return [before(steps, position), steps.length];
  }

  isDone(group, position) {
    const [done, total] = this.count(group, position);
    return done === total;
  }

  // How many gradients a folded group still waits for.
  missing(group, position) {
    let missing = 0;
    for (const { place, source, target } of this.sends.values()) {
      if (place >= position && this.placeOf(target) === group && this.placeOf(source) !== group) missing += 1;
    }
    return missing;
  }

  // The changes of a step, as they are seen.
  seen({ nodes, edges }, position) {
    if (!this.on) return { nodes, edges };
    return {
      nodes: once(nodes, (id) => this.placeOf(id), (place, is) => (this.groups[place] ? this.stateOf(place, position) : is)),
      edges: once(edges, (id) => this.edges.get(id), (seen, is) => (this.members.has(seen) ? this.flowState(seen, position) : is)),
    };
  }

  stateOf(group, position) {
    const [done, total] = this.count(group, position);
    if (position && this.placeOf(this.data.frames[position - 1].node) === group) return "now";
    if (readyAt(this.data, position).some((id) => this.placeOf(id) === group)) return "ready";
    return !total || !done ? "" : done === total ? "done" : "part";
  }

  flowState(seen, position) {
    const members = this.members.get(seen);
    const flowed = this.flowed(members, position);
    const now = this.data.frames[position - 1];
    if (!flowed) return "";
    if (this.sends.get(members[flowed - 1]).place === position - 1) return "out";
    const arriving = now.incoming.flatMap((one) => one.parts).map((part) => part.edge);
    if (members.some((id) => arriving.includes(id))) return "in";
    return flowed === members.length ? "done" : "part";
  }

  flowed(members, position) {
    return before(members.map((id) => this.sends.get(id).place), position);
  }

  // What stands on an edge that stands for others: what has flowed over it, one after the other.
  flowText(seen, position) {
    const members = this.members.get(seen);
    return this.written(members, this.flowed(members, position));
  }

  widestFlow(seen) {
    const members = this.members.get(seen);
    const texts = members.map((_, nr) => this.written(members, nr + 1));
    return texts.reduce((one, other) => (other.length > one.length ? other : one), "");
  }

  written(members, flowed) {
    if (!flowed) return "";
    const total = members.length;
    const sent = members.map((id) => this.sends.get(id));
    const together = sent.every(({ target }) => target === sent[0].target);
    const text = sent.slice(0, flowed).map(({ value }) => brief(value, BRIEF)).join(together ? " + " : ", ");
    if (flowed > 1 && text.length > FLOW) return `${flowed} / ${total}`;
    return flowed === total ? text : `${text} (${flowed} / ${total})`;
  }

  // A step over the next box: one step, or the end of what runs in one folded box without a break.
  over(position) {
    const { frames } = this.data;
    if (position >= frames.length) return position;
    const place = this.placeOf(frames[position].node);
    let to = position + 1;
    if (this.groups[place]) while (to < frames.length && this.placeOf(frames[to].node) === place) to += 1;
    return to;
  }

  overBack(position) {
    const { frames } = this.data;
    if (!position) return 0;
    const place = this.placeOf(frames[position - 1].node);
    let to = position - 1;
    if (this.groups[place]) while (to > 0 && this.placeOf(frames[to - 1].node) === place) to -= 1;
    return to;
  }
}

// Several changes may be of one place: it changes once.
function once(changes, where, state) {
  const found = new Map();
  for (const [id, is] of changes) {
    const place = where(id);
    if (place !== undefined && !found.has(place)) found.set(place, state(place, is));
  }
  return [...found];
}

// How many of the numbers, which rise, are below a limit.
function before(numbers, limit) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
