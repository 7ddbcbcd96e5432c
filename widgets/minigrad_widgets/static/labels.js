// Where the small labels in the picture stand: each takes, of the places it may have, the one that hides least.

const HEIGHT = 14;
const ABOVE = 10.5; // of the line that the text stands on
const BORDER = 3; // of a node that a label may lie over
const CELL = 90; // things are looked up by squares of this size
const WEIGHTS = { node: 8, label: 8, mark: 4, text: 1.5, line: 0.8 }; // of an area that is hidden

export function widthOf(text) {
  return 6.1 * [...text].length + 8;
}

// The box of a label of that width, left or right of a point, or around it.
export function labelBox({ x, y, side }, width) {
  const left = { left: -width - 6, middle: -width / 2, right: 1 }[side];
  return { x: x + left, y: y - ABOVE, width, height: HEIGHT };
}

// What is in the picture, by squares, so that a label is compared with its neighbours only.
export class Layout {
  constructor() {
    this.cells = new Map();
  }

  add(kind, box, owner) {
    for (const cell of squares(box)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push({ kind, box, owner });
    }
  }

  addNode(box, owner) {
    this.add("node", inset(box, BORDER), owner);
  }

  // Places come in the order of preference; `extra` is the price of a place that is a worse one.
  choose(places, width, owner) {
    let best = null;
    for (const place of places) {
      const price = (place.extra ?? 0) + this.price(labelBox(place, width), owner);
      if (!best || price < best.price) best = { place, price };
      if (!price) break;
    }
    this.add("label", labelBox(best.place, width), owner);
    return best.place;
  }

  price(box, owner) {
    const near = new Set([...squares(box)].flatMap((cell) => this.cells.get(cell) ?? []));
    let sum = 0;
    for (const other of near) {
      if (other.owner === owner && other.kind !== "node") continue;
      sum += WEIGHTS[other.kind] * shared(box, other.box);
    }
    return sum;
  }
}

// Beside a node's corners and sides, or at its lower edge: the .grad that the node keeps.
export function placesAtNode(box, retained) {
  const [right, low, middle] = [box.x + box.width, box.y + box.height, box.x + box.width / 2];
  const under = low + (retained ? 10.5 : 8);
  const beside = box.y + box.height / 2 + 4;
  const below = [
    { x: middle, y: under, side: "middle" },
    { x: right - 12, y: under, side: "left", extra: 1 },
    { x: box.x + 12, y: under, side: "right", extra: 1 },
  ];
  const corners = [
    { x: right - 22, y: under, side: "right", extra: 2 },
    { x: box.x + 22, y: under, side: "left", extra: 3 },
  ];
  const sides = [
    { x: right, y: beside, side: "right", extra: 10 },
    { x: box.x + 5, y: beside, side: "left", extra: 12 },
    { x: right - 2, y: low - 2, side: "right", extra: 14 },
    { x: box.x + 7, y: low - 2, side: "left", extra: 16 },
    { x: box.x + 22, y: box.y - 4, side: "left", extra: 20 },
  ];
  return retained ? [...corners, ...sides] : [...below, ...corners, ...sides];
}

// Beside an edge, on the side that is asked for if there is room; else on the other side, or on the line.
export function* placesAtEdge(path, left) {
  const length = path.getTotalLength();
  for (const part of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]) {
    const { x, y } = path.getPointAtLength(part * length);
    const extra = 60 * Math.abs(part - 0.5);
    yield { x: left ? x + 1 : x + 4, y: y + 3.5, side: left ? "left" : "right", extra };
    yield { x: left ? x + 4 : x + 1, y: y + 3.5, side: left ? "right" : "left", extra: extra + 12 };
    yield { x, y: y + 3.5, side: "middle", extra: extra + 40 };
  }
}

// Small boxes along a line.
export function boxesAlong(path) {
  const length = path.getTotalLength();
  const count = Math.min(30, Math.max(1, Math.ceil(length / 8)));
  return Array.from({ length: count }, (_, index) => {
    const { x, y } = path.getPointAtLength(((index + 0.5) / count) * length);
    return { x: x - 4, y: y - 4, width: 8, height: 8 };
  });
}

// The box around all the boxes.
export function around(boxes) {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  return { x, y, width: right - x, height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
}

export function inset({ x, y, width, height }, by) {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}

function shared(one, other) {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function* squares({ x, y, width, height }) {
  for (let row = Math.floor(y / CELL); row <= Math.floor((y + height) / CELL); row += 1) {
    for (let column = Math.floor(x / CELL); column <= Math.floor((x + width) / CELL); column += 1) {
      yield `${row} ${column}`;
    }
  }
}
