// Writes the padding of convolutions (schedule/products/convolution/pad.ts) as a function for the writers that are not loop programs.
import { Block } from "../../../loops/block.ts";
import { constant, variable } from "../../../loops/build.ts";
import type { Memory } from "../../../loops/program.ts";
import { splitLoops } from "../../../loops/split.ts";
import { addPad, addZeros } from "../../../schedule/products/convolution/pad.ts";
import type { Padding } from "../../../schedule/products/convolution/padding.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { writeFunction, writeRoutine } from "../loops/write.ts";

const image: Memory = { name: "image", element: "f32" };
const padded: Memory = { name: "padded", element: "f32" };
const atStart = (memory: Memory) => ({ memory, first: constant("i32", 0) });

/** Writes a function (image, padded, row, count) that writes `count` padded rows from the row-th on; row 0 is the image's first row. */
export function writePad(module: Module, name: string, padding: Padding): WasmFunction {
  const [first, count] = [variable("first"), variable("count")];
  const block = new Block();
  addPad(block, padding, atStart(image), atStart(padded), { first, count });
  return writeFunction(module, {
    name,
    memories: [image, padded],
    parameters: [first, count],
    body: block.statements.flatMap((one) => (one.kind === "outline" ? one.body : [one])),
  });
}

/** Writes `count` zeros from `to` on. */
export function zeros(code: Code, to: Local, count: number): void {
  const block = new Block();
  addZeros(block, atStart(padded), count);
  const routine = { name: "zeros", memories: [padded], parameters: [], body: block.statements };
  writeRoutine(code, splitLoops(routine), [to], []);
}
