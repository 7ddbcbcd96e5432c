// Reads an answer that is plain numbers, and judges it as questions.py does: a number, a fraction, a nested list, None.
// Whatever else it is (an expression with names), only Python can compute it.

const ALIKE = { "−": "-", "–": "-", "⁄": "/", "÷": "/" };
const LONGEST_ANSWER = 2000; // characters
const DEEPEST_LIST = 40;
const PLAIN_NUMBER = /^([+-]?)\s*((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|nan)/i;

export class Unread extends Error {
  constructor(key) {
    super(key);
    this.key = key; // of the text that says why
  }
}

// `{ shape, numbers, slack }`; null for None. `slack`: by how much each may be off, being written with few digits.
export function readPlain(typed) {
  const text = typed.slice(0, LONGEST_ANSWER).normalize("NFKC").replace(/[−–⁄÷]/g, (sign) => ALIKE[sign]).trim();
  if (!text) throw new Unread("empty");
  if (text === "None") return null;
  const words = text.replace(/\d\.?e[+-]?\d/gi, "0").replace(/\b(?:inf|nan)\b/g, "0");
  if (/[\p{L}*@^()+]/u.test(words.replace(/(^|[[,/\s])\+/g, "$1"))) throw new Unread("not_judged");
  const reader = { text, place: 0, depth: 0 };
  const value = plainItem(reader);
  const rest = peek(reader);
  if (rest) throw new Unread("-+".includes(rest) ? "not_judged" : "not_numbers");
  return value;
}

function peek(reader) {
  while (/\s/.test(reader.text[reader.place] ?? "")) reader.place += 1;
  return reader.text[reader.place] ?? "";
}

function plainItem(reader) {
  if (peek(reader) !== "[") return plainNumber(reader);
  reader.place += 1;
  reader.depth += 1;
  if (reader.depth > DEEPEST_LIST) throw new Unread("not_numbers");
  const items = [];
  while (peek(reader) !== "]") {
    items.push(plainItem(reader));
    if (peek(reader) === ",") reader.place += 1;
    else if (peek(reader) !== "]") throw new Unread("not_numbers");
  }
  reader.place += 1;
  reader.depth -= 1;
  const shapes = new Set(items.map(({ shape }) => shape.join()));
  if (shapes.size > 1) throw new Unread("ragged");
  return {
    shape: [items.length, ...(items[0]?.shape ?? [])],
    numbers: items.flatMap(({ numbers }) => numbers),
    slack: items.flatMap(({ slack }) => slack),
  };
}

function plainNumber(reader) {
  const [top, slack] = plainDigits(reader);
  if (peek(reader) !== "/") return { shape: [], numbers: [top], slack: [slack] };
  reader.place += 1;
  const [bottom] = plainDigits(reader);
  return { shape: [], numbers: [top / bottom], slack: [0] };
}

function plainDigits(reader) {
  peek(reader);
  const found = PLAIN_NUMBER.exec(reader.text.slice(reader.place));
  if (!found) throw new Unread("not_numbers");
  reader.place += found[0].length;
  const [, sign, text] = found;
  const value = Number(text.toLowerCase().replace("inf", "Infinity").replace("nan", "NaN"));
  const [mantissa, exponent] = text.toLowerCase().split("e");
  const decimals = (mantissa.split(".")[1] ?? "").length;
  const telling = mantissa.replace(".", "").replace(/^0+/, "").length;
  return [sign === "-" ? -value : value, decimals && telling > 1 ? 0.5 * 10 ** (Number(exponent ?? 0) - decimals) : 0];
}

// Whether an answer is the wanted value, as precisely as it was written. `close`: what is close enough, relative, and
// in parts of the largest number.
export function samePlain(answer, wanted, { close, least }) {
  if (!answer || !wanted) return answer === wanted;
  if (answer.shape.join() !== wanted.shape.join()) return false;
  const numbers = wanted.numbers.map(Number);
  const largest = Math.max(0, ...numbers.map(Math.abs).filter(Number.isFinite));
  return numbers.every((number, place) => {
    const given = answer.numbers[place];
    if (Object.is(given, number) || given === number) return true;
    const room = answer.slack[place] + close * Math.abs(number) + least * largest;
    return Number.isFinite(number) && Math.abs(given - number) <= room;
  });
}
