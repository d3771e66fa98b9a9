// Attributes as text: {dims: [1, 0], value: -0}. An attribute is a number, a string, a bool, null, or a list or record of attributes. A
// number reads back as exactly the same float64, including -0, inf, -inf and nan.
import { ChainruleError, internal } from "../errors/error.ts";

export type Attribute =
  | number
  | string
  | boolean
  | null
  | readonly Attribute[]
  | { readonly [name: string]: Attribute };

const word = /[A-Za-z_$][\w$]*/y;
const number = /-?(?:inf\b|\d+(?:\.\d+)?(?:e[+-]?\d+)?)|nan\b/y;
const quoted = /"(?:[^"\\]|\\.)*"/y;
const constants: ReadonlyMap<string, Attribute> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

function printNumber(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (Object.is(x, -0)) return "-0";
  return Math.abs(x) === Infinity ? (x > 0 ? "inf" : "-inf") : String(x);
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** A name as text: a word, or in quotes. There are few names, and they are asked for with each attribute. */
function printName(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  if (names.size < maxNames) names.set(name, text);
  return text;
}

const names = new Map<string, string>();
const maxNames = 256;

/** The text of an attribute. Throws for a value that is none: undefined, functions, typed arrays. */
export function printAttribute(value: unknown): string {
  if (typeof value === "number") return printNumber(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean" || value === null) return String(value);
  if (Array.isArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i++) text += (i === 0 ? "" : ", ") + printAttribute(value[i]);
    return `${text}]`;
  }
  if (typeof value === "object" && isPlain(value)) {
    let text = "{";
    for (const [key, x] of Object.entries(value))
      text += `${text.length === 1 ? "" : ", "}${printName(key)}: ${printAttribute(x)}`;
    return `${text}}`;
  }
  // The body of a loop: in a printed graph it has a number of its own (graph-text.ts).
  if (typeof value === "object" && "id" in value && typeof value.id === "number") return `body ${value.id}`;
  throw internal(`an attribute of type ${typeof value} has no text`);
}

/** Reads a line token by token, from left to right. */
export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skip();
  }

  get isDone(): boolean {
    return this.#at === this.#text.length;
  }
  /** The text that has not been read yet. */
  get rest(): string {
    return this.#text.slice(this.#at);
  }

  /** Reads what the (sticky) pattern matches here, and the spaces after it; null, and nothing is read, if it does not match. */
  match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at += found[0].length;
    this.#skip();
    return found[0];
  }
  /** Reads this text and the spaces after it; false, and nothing is read, if other text stands here. */
  take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    this.#skip();
    return true;
  }
  /** Reads what the pattern matches, or throws that `what` was expected. */
  expect(what: string, pattern: RegExp): string {
    const found = this.match(pattern);
    if (found === null) throw this.missing(what);
    return found;
  }
  /** Reads this text, or throws. */
  require(text: string): void {
    if (!this.take(text)) throw this.missing(`"${text}"`);
  }
  /** The error that says what was expected, and what stands here instead. */
  missing(what: string): ChainruleError {
    return new ChainruleError(
      "file",
      "parse",
      `${what} expected, not ${this.isDone ? "the end of the line" : `"${this.rest}"`}`,
    );
  }

  #skip(): void {
    while (this.#text[this.#at] === " ") this.#at++;
  }
}

export function parseAttribute(scanner: Scanner): Attribute {
  if (scanner.take("[")) return listOf(scanner, "]", parseAttribute);
  if (scanner.take("{")) {
    return Object.fromEntries(
      listOf(scanner, "}", (s): [string, Attribute] => {
        const key = s.match(word) ?? JSON.parse(s.expect("a name", quoted));
        s.require(":");
        return [key, parseAttribute(s)];
      }),
    );
  }
  const string = scanner.match(quoted);
  if (string !== null) return JSON.parse(string);
  const digits = scanner.match(number);
  if (digits !== null) return digits === "nan" ? Number.NaN : Number(digits.replace("inf", "Infinity"));
  const constant = constants.get(scanner.match(word) ?? "");
  if (constant === undefined) throw scanner.missing("a value");
  return constant;
}

/** Reads a list whose items are separated by commas, up to and with the closing bracket. */
export function listOf<T>(scanner: Scanner, close: string, item: (scanner: Scanner) => T): T[] {
  const items: T[] = [];
  if (scanner.take(close)) return items;
  do items.push(item(scanner));
  while (scanner.take(","));
  scanner.require(close);
  return items;
}
