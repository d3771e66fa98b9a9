// Parses the visitor's formula by recursive descent: statements of names, numbers, + - * / ** and five functions. The error about a text
// that cannot be parsed says what was expected and where, so that the page can mark the place.
//
//   statement = [name "="] sum          sum   = product {("+" | "-") product}       product = sign {("*" | "/") sign}
//   sign      = {"-" | "+"} power       power = atom ["**" sign]                    atom    = number | name | function "(" sum ")" | "(" sum ")"
import { ExpressionError, type Fault } from "./faults.ts";
import { type Token, tokensOf } from "./tokens.ts";

export const functions = ["tanh", "sigmoid", "relu", "exp", "log"] as const;
export type FunctionName = (typeof functions)[number];
export type Operator = "+" | "-" | "*" | "/" | "**";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "negative"; readonly of: Expression }
  | { readonly kind: "call"; readonly call: FunctionName; readonly of: Expression }
  | { readonly kind: "binary"; readonly operator: Operator; readonly left: Expression; readonly right: Expression };

export interface Statement {
  readonly name: string;
  readonly expression: Expression;
  /** Where the expression stands in the text: [from, to). */
  readonly from: number;
  readonly to: number;
}

const isFunction = (name: string): name is FunctionName => functions.some((one) => one === name);

/** The statements of a text, in order; there is at least one. Throws ExpressionError. */
export function parse(text: string): readonly Statement[] {
  const parser = new Parser(text);
  return parser.statements();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  statements(): Statement[] {
    const result: Statement[] = [];
    while (true) {
      while (this.#peek().kind === "end of statement") this.#next++;
      if (this.#peek().kind === "end") break;
      result.push(this.#statement());
    }
    if (result.length === 0) throw this.#error({ kind: "nothing" }, this.#peek());
    return result;
  }

  #statement(): Statement {
    const first = this.#peek();
    const second = this.#tokens[this.#next + 1];
    let name = "L";
    if (first.kind === "name" && second?.text === "=") {
      if (isFunction(first.text)) throw this.#error({ kind: "function as name", name: first.text }, first);
      name = first.text;
      this.#next += 2;
    }
    const { from } = this.#peek();
    const expression = this.#sum();
    const { to } = this.#tokens[this.#next - 1];
    const after = this.#peek();
    if (after.kind !== "end" && after.kind !== "end of statement") throw this.#leftOver(after);
    return { name, expression, from, to };
  }

  #leftOver(token: Token): ExpressionError {
    if (token.text === ")") return this.#error({ kind: "closing alone" }, token);
    if (token.text === "=") return this.#error({ kind: "one name" }, token);
    const before = this.#tokens[this.#next - 1];
    return this.#error({ kind: "operator missing", before: before.text, after: token.text }, token);
  }

  #sum(): Expression {
    let left = this.#product();
    for (let operator = this.#take("+", "-"); operator !== null; operator = this.#take("+", "-"))
      left = { kind: "binary", operator, left, right: this.#product() };
    return left;
  }

  #product(): Expression {
    let left = this.#sign();
    for (let operator = this.#take("*", "/"); operator !== null; operator = this.#take("*", "/"))
      left = { kind: "binary", operator, left, right: this.#sign() };
    return left;
  }

  #sign(): Expression {
    if (this.#take("+") !== null) return this.#sign();
    if (this.#take("-") === null) return this.#power();
    const of = this.#sign();
    return of.kind === "number" ? { kind: "number", value: -of.value } : { kind: "negative", of };
  }

  /** ** binds tighter than the sign before it, and associates to the right: -x ** y ** z is -(x ** (y ** z)). */
  #power(): Expression {
    const left = this.#atom();
    return this.#take("**") === null ? left : { kind: "binary", operator: "**", left, right: this.#sign() };
  }

  #atom(): Expression {
    const token = this.#peek();
    if (token.kind === "number") {
      this.#next++;
      return { kind: "number", value: Number(token.text) };
    }
    if (token.kind === "name") return this.#name(token);
    if (token.text !== "(") throw this.#error({ kind: "value missing" }, token);
    this.#next++;
    return this.#closed();
  }

  #name(token: Token): Expression {
    this.#next++;
    const call = this.#peek().text === "(";
    if (isFunction(token.text)) {
      if (!call) throw this.#error({ kind: "opening missing", name: token.text }, this.#peek());
      this.#next++;
      return { kind: "call", call: token.text, of: this.#closed() };
    }
    if (call) throw this.#error({ kind: "no function", name: token.text, functions }, token);
    return { kind: "name", name: token.text };
  }

  /** The expression after a ( that was taken, up to its ). */
  #closed(): Expression {
    const inside = this.#sum();
    const token = this.#peek();
    if (token.text !== ")") {
      if (token.kind === "name" || token.kind === "number" || token.text === "(") throw this.#leftOver(token);
      throw this.#error({ kind: "closing missing" }, token);
    }
    this.#next++;
    return inside;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)];
  }

  #take<T extends Operator>(...operators: readonly T[]): T | null {
    const taken = operators.find((operator) => operator === this.#peek().text);
    if (taken !== undefined) this.#next++;
    return taken ?? null;
  }

  #error(fault: Fault, { from, to }: Token): ExpressionError {
    return new ExpressionError(fault, this.#text, from, to);
  }
}

/** The precedence of an operator: an operand whose operator has a lower one is written in parentheses. */
const precedence = { "+": 1, "-": 1, "*": 2, "/": 2, "**": 4 } as const satisfies Record<Operator, number>;

/** An expression as text, with the parentheses that it needs. */
export function write(expression: Expression, atLeast = 0): string {
  const closed = (text: string, own: number) => (own < atLeast ? `(${text})` : text);
  switch (expression.kind) {
    case "number":
      return closed(String(expression.value), expression.value < 0 ? 3 : 5);
    case "name":
      return expression.name;
    case "call":
      return `${expression.call}(${write(expression.of)})`;
    case "negative":
      return closed(`-${write(expression.of, 3)}`, 3);
    case "binary": {
      const { operator, left, right } = expression;
      const own = precedence[operator];
      const [before, after] = operator === "**" ? [own + 1, own - 1] : [own, own + 1];
      const space = own === 1 ? " " : "";
      return closed(`${write(left, before)}${space}${operator}${space}${write(right, after)}`, own);
    }
    default:
      return expression satisfies never;
  }
}
