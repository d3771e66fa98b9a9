// The imports of a program: finds each one in its text and puts the address of a module in the place of its name. Line numbers stay as
// they are.
import { type Node, parse } from "acorn";
import type { Failure } from "./messages.ts";

export interface Import {
  /** "chainrule/scalar" */
  readonly name: string;
  readonly line: number;
  /** Where the literal with its quotes begins and ends in the text. */
  readonly start: number;
  readonly end: number;
}

/** A program that cannot be run as it stands. */
export class Refused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

/** All imports in the text, in order: import and export declarations, and import() with a literal. Throws `Refused`. */
export function importsOf(text: string): readonly Import[] {
  const found: Import[] = [];
  for (const node of nodesOf(programOf(text))) {
    if (!isImporting(node)) continue;
    const { source } = node;
    if (source === null || source === undefined) continue;
    const line = lineAt(text, source.start);
    if (typeof source.value !== "string") throw new Refused({ kind: "computed import", line });
    found.push({ name: source.value, line, start: source.start, end: source.end });
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The text with the address of each import in the place of its name. */
export function withAddresses(text: string, imports: readonly Import[], addressOf: (name: string) => string): string {
  let [result, from] = ["", 0];
  for (const { name, start, end } of imports) {
    result += text.slice(from, start) + JSON.stringify(addressOf(name));
    from = end;
  }
  return result + text.slice(from);
}

function programOf(text: string): Node {
  try {
    return parse(text, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const place = (error as SyntaxError & { readonly loc?: { readonly line: number } }).loc;
    // acorn's words end with the place: "Unexpected token (3:5)".
    throw new Refused({ kind: "syntax", words: error.message.replace(/ \(\d+:\d+\)$/, ""), line: place?.line ?? null });
  }
}

interface Importing extends Node {
  readonly source: (Node & { readonly value?: unknown }) | null | undefined;
}

const importing: readonly string[] = [
  "ImportDeclaration",
  "ImportExpression",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
];

const isImporting = (node: Node): node is Importing => importing.includes(node.type);

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** The node and all nodes below it. */
function* nodesOf(root: Node): Generator<Node> {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    for (const value of Object.values(node)) {
      if (isNode(value)) waiting.push(value);
      else if (Array.isArray(value)) waiting.push(...value.filter(isNode));
    }
  }
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split(/\r\n|[\n\r\u2028\u2029]/).length;
