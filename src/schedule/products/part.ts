// Parts of a product's loops that become functions of their own.
import type { Block } from "../../loops/block.ts";
import type { Operand } from "./tile.ts";

/** A part with the places of operands as variables, so that parts at other places are the same function. */
export function addPart<Operands extends readonly Operand[]>(
  block: Block,
  name: string,
  operands: Operands,
  body: (inner: Block, operands: { readonly [K in keyof Operands]: Operand }) => void,
): void {
  const own = operands.map(({ memory, first }) => ({ memory, first: block.named(`${memory.name}First`, first) }));
  block.outline(name, (inner) => body(inner, own as { readonly [K in keyof Operands]: Operand }));
}
