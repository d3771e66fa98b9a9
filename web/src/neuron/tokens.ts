// The words of a formula and where they stand. Signs that people also write for an operation, as × or ^, count as it.

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

const same: Readonly<Record<string, string>> = { "^": "**", "×": "*", "·": "*", "÷": "/", "−": "-" };

/** All tokens, an "end" after the last. What is no token, and a number past all others, are thrown as `error` makes them. */
export function tokensOf(text: string, error: (what: string, from: number, to: number) => Error): readonly Token[] {
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
      throw error(`${sign} means nothing here`, at, at + sign.length);
    }
    if (token.kind === "number" && !Number.isFinite(Number(token.text)))
      throw error(`${token.text} is too large`, token.from, token.to);
    tokens.push(token);
    at = token.to;
  }
  return [...tokens, { kind: "end", text: "", from: text.length, to: text.length }];
}

function tokenAt(text: string, from: number): Token | null {
  for (const { kind, of } of patterns) {
    of.lastIndex = from;
    const found = of.exec(text)?.[0];
    if (found !== undefined) return { kind, text: same[found] ?? found, from, to: from + found.length };
  }
  return null;
}
