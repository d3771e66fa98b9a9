// A part: a region of the graph with its nodes, its inputs and its one output.
import { ChainruleError } from "chainrule";
import type { OpName } from "chainrule/compiler";
import type { SymbolicGraph, SymbolicNode, SymbolicRegion } from "./symbolic.ts";

export interface Part {
  readonly region: SymbolicRegion;
  readonly nodes: readonly SymbolicNode[];
  /** Nodes from outside, in the order in which they are first read. */
  readonly inputs: readonly SymbolicNode[];
  readonly output: SymbolicNode;
}

/** The regions that have exactly one output, outer regions before the regions inside them. */
export function partsOf({ nodes, result }: SymbolicGraph): Part[] {
  const members = new Map<SymbolicRegion, SymbolicNode[]>();
  for (const n of nodes) {
    for (let region = n.region; region !== null; region = region.parent) {
      const inside = members.get(region);
      if (inside) inside.push(n);
      else members.set(region, [n]);
    }
  }
  const readers = new Map<SymbolicNode, SymbolicNode[]>(nodes.map((n) => [n, []]));
  for (const n of nodes) for (const x of n.inputs) readers.get(x)?.push(n);
  const parts = [...members].flatMap(([region, inside]) => {
    const own = new Set(inside);
    const outputs = inside.filter((n) => n === result || readers.get(n)?.some((reader) => !own.has(reader)));
    const inputs = new Set(inside.flatMap((n) => n.inputs).filter((n) => !own.has(n)));
    return outputs.length === 1 ? [{ region, nodes: inside, inputs: [...inputs], output: outputs[0] }] : [];
  });
  return parts.sort((a, b) => depth(a.region) - depth(b.region));
}

const depth = (region: SymbolicRegion): number => (region.parent === null ? 0 : 1 + depth(region.parent));

/** The node of an op in a part, if there is exactly one; else null. */
export function only<N extends OpName>(part: Part, op: N): Extract<SymbolicNode, { readonly op: N }> | null {
  const found = part.nodes.filter((n): n is Extract<SymbolicNode, { readonly op: N }> => n.op === op);
  return found.length === 1 ? found[0] : null;
}

/** Follows a node back through the part's reshapes and expands, to the node that has the same elements before them. */
export function unshaped(part: Part, n: SymbolicNode): SymbolicNode {
  let source = n;
  while (part.nodes.includes(source) && (source.op === "reshape" || source.op === "expand")) source = source.inputs[0];
  return source;
}

/** A region's attributes; null where one depends on the batch. */
export function settingsOf({ region: { attributes } }: Part): Settings | null {
  return hasOnlyFixed(attributes) ? new Settings(attributes) : null;
}

const hasOnlyFixed = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every(hasOnlyFixed)
    : typeof value === "object" && value !== null
      ? Object.values(value).every(hasOnlyFixed) && !("batch" in value)
      : true;

/** Reads a region's attributes by name and type. */
export class Settings {
  readonly #attributes: Readonly<Record<string, unknown>>;

  constructor(attributes: Readonly<Record<string, unknown>>) {
    this.#attributes = attributes;
  }
  number(name: string): number {
    return this.#read(name, (value) => typeof value === "number") as number;
  }
  flag(name: string): boolean {
    return this.#read(name, (value) => typeof value === "boolean") as boolean;
  }
  numbers(name: string): readonly number[] {
    return this.#read(name, Array.isArray) as readonly number[];
  }
  #read(name: string, fits: (value: unknown) => boolean): unknown {
    const attributes = this.#attributes;
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (!fits(value))
      throw new ChainruleError("internal", "internal", `a region's ${name} is ${JSON.stringify(value)}`);
    return value;
  }
}
