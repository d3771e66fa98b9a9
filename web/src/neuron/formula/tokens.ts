// The tokens of a formula and their places. Other common signs of an operation, such as × or ^, are read as that operation.
import { ExpressionError } from "./faults.ts";

export interface Token {
  readonly kind: "number" | "name" | "sign" | "end of statement" | "end";
  readonly text: string;
  /** [from, to) in the text. */
  readonly from: number;
  readonly to: number;
}

const patterns = [
  { kind: "number", of: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y },
  { kind: "name", of: /[\p{L}_][\p{L}\p{N}_]*/uy },
  { kind: "sign", of: /\*\*|[-+*/^()=×·÷−]/y },
  { kind: "end of statement", of: /[;\n]/y },
] as const;

const synonyms: ReadonlyMap<string, string> = new Map([
  ["^", "**"],
  ["×", "*"],
  ["·", "*"],
  ["÷", "/"],
  ["−", "-"],
]);

/** All tokens, with an "end" after the last. Throws ExpressionError about a sign that starts no token, or a number that is too large. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const blank = /[^\S\n]*/y;
  while (true) {
    blank.lastIndex = at;
    at += blank.exec(text)?.[0].length ?? 0;
    if (at >= text.length) break;
    const token = tokenAt(text, at);
    if (token === null) {
      const sign = String.fromCodePoint(text.codePointAt(at) ?? 0);
      throw new ExpressionError({ kind: "no meaning", sign }, text, at, at + sign.length);
    }
    if (token.kind === "number" && !Number.isFinite(Number(token.text)))
      throw new ExpressionError({ kind: "too large", number: token.text }, text, token.from, token.to);
    tokens.push(token);
    at = token.to;
  }
  return [...tokens, { kind: "end", text: "", from: text.length, to: text.length }];
}

function tokenAt(text: string, from: number): Token | null {
  for (const { kind, of } of patterns) {
    of.lastIndex = from;
    const found = of.exec(text)?.[0];
    if (found !== undefined) return { kind, text: synonyms.get(found) ?? found, from, to: from + found.length };
  }
  return null;
}
