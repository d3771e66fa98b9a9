// The epilogue of a product at one complete sum.
import type { Epilogue } from "../../../compiler/kernel.ts";
import type { Block } from "../../../loops/block.ts";
import type { Expression } from "../../../loops/program.ts";
import { addStores, valuesOf } from "../../body/body.ts";
import type { Operands } from "../operands.ts";
import { type Indices, pointOf } from "../points.ts";

/** Adds the epilogue of a sum at the indices of the axes that are not reduced. */
export function addEpilogue(
  block: Block,
  { instructions, stores }: Epilogue,
  sum: Expression,
  indices: Indices,
  operands: Operands,
): void {
  const points = pointOf(block, indices, operands);
  const given = { value: block.named("sum", sum), dtype: "float32", uniform: true } as const;
  const values = valuesOf(points, instructions, [given]);
  addStores(points, stores, (value) => values[value]);
}

/** Asks for all buffers that the stores write, before the program reads one of them. */
export function declareWritten({ stores }: Epilogue, operands: Operands): void {
  for (const { access } of stores) operands.buffer(access.buffer, "write");
}
