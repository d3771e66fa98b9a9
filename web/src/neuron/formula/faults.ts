// The reasons why a text cannot be drawn as a graph. Their words are in the texts of the page's language.
import type { Texts } from "../../texts/language.svelte.ts";

export type Fault =
  | { readonly kind: "nothing" }
  | { readonly kind: "function as name"; readonly name: string }
  | { readonly kind: "closing alone" }
  | { readonly kind: "closing missing" }
  | { readonly kind: "one name" }
  | { readonly kind: "operator missing"; readonly before: string; readonly after: string }
  | { readonly kind: "value missing" }
  | { readonly kind: "opening missing"; readonly name: string }
  | { readonly kind: "no function"; readonly name: string; readonly functions: readonly string[] }
  | { readonly kind: "no meaning"; readonly sign: string }
  | { readonly kind: "too large"; readonly number: string }
  | { readonly kind: "value already"; readonly name: string }
  | { readonly kind: "used before"; readonly name: string }
  | { readonly kind: "too many"; readonly nodes: number; readonly max: number };

/** A fault and its place in the text, [from, to). Line and column count from 1; line is null where there is only one. */
export class ExpressionError extends Error {
  readonly fault: Fault;
  readonly from: number;
  readonly to: number;
  readonly line: number | null;
  readonly column: number;

  constructor(fault: Fault, text: string, from: number, to: number) {
    super(`a formula cannot be drawn: ${fault.kind}`);
    this.fault = fault;
    this.from = from;
    this.to = to;
    const lines = text.slice(0, from).split("\n");
    this.line = text.includes("\n") ? lines.length : null;
    this.column = (lines.at(-1) ?? "").length + 1;
  }
}

type FaultWords = Texts["neuron"]["faults"];

/** The fault in words. The place is left out where the whole formula is at fault. */
export function wordsOf({ fault, line, column }: ExpressionError, words: FaultWords): string {
  const said = saidOf(fault, words);
  return fault.kind === "too many" ? said : words.at(said, line, column);
}

function saidOf(fault: Fault, words: FaultWords): string {
  switch (fault.kind) {
    case "nothing":
      return words.nothing;
    case "function as name":
      return words.functionAsName(fault.name);
    case "closing alone":
      return words.closingAlone;
    case "closing missing":
      return words.closingMissing;
    case "one name":
      return words.oneName;
    case "operator missing":
      return words.operatorMissing(fault.before, fault.after);
    case "value missing":
      return words.valueMissing;
    case "opening missing":
      return words.openingMissing(fault.name);
    case "no function":
      return words.noFunction(fault.name, fault.functions);
    case "no meaning":
      return words.noMeaning(fault.sign);
    case "too large":
      return words.tooLarge(fault.number);
    case "value already":
      return words.valueAlready(fault.name);
    case "used before":
      return words.usedBefore(fault.name);
    case "too many":
      return words.tooMany(fault.nodes, fault.max);
    default:
      return fault satisfies never;
  }
}
