// WebAssembly does what the interpreter of loop programs says, on random routines and numbers.
import { expect, it } from "vitest";
import { Module } from "../../../../src/backends/wasm/assembler/assembler.ts";
import { instructions } from "../../../../src/backends/wasm/loops/instructions.ts";
import { writeFunction } from "../../../../src/backends/wasm/loops/write.ts";
import { type Contents, interpret } from "../../../../src/loops/interpret.ts";
import type { LanewiseName } from "../../../../src/loops/operations.ts";
import type { Element, Routine } from "../../../../src/loops/program.ts";
import { print } from "../../../../src/loops/text.ts";
import { faultsOf } from "../../../../src/loops/verify.ts";
import { length, memories, randomRoutine } from "../../../loops/random-routine.ts";
import { Draw, firstSeed } from "../../../tensor/draw.ts";

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, u8: Uint8Array } as const satisfies Record<
  Element,
  unknown
>;
/** Bytes from one memory to the next. */
const distance = 256;

/** Random contents of each memory; numbers of every size, and NaN and infinities where there are any. */
const randomContents = (draw: Draw): Contents[] =>
  memories.map(({ element }) => {
    const special = element === "i32" || element === "u8" ? [0, 255, -1] : [-0, Number.NaN, Infinity];
    return new arrays[element](length).map(() => (draw.unit() < 0.2 ? draw.pick(special) : 20 * draw.unit() - 10));
  });

function run(routine: Routine, contents: readonly Contents[], parameters: readonly number[]): Contents[] {
  const module = new Module({ initial: 1, maximum: 1, shared: false });
  module.export("run", writeFunction(module, routine));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  const views = contents.map((values, i) => {
    const view = new arrays[memories[i].element](memory.buffer, (i + 1) * distance, length);
    view.set(values);
    return view;
  });
  (exports.run as (...numbers: number[]) => void)(...views.map(({ byteOffset }) => byteOffset), ...parameters);
  return views.map((view) => view.slice());
}

/** Whether all engines round the result alike. */
const isExact = (name: LanewiseName): boolean => name !== "multiplyAdd";

it("random routines leave the same numbers in memory", () => {
  let stores = 0;
  for (let seed = firstSeed; seed < firstSeed + 300; seed++) {
    const draw = new Draw(seed);
    const routine = randomRoutine(draw, (name, first) => isExact(name) && instructions[name][first] !== undefined);
    const before = randomContents(draw);
    const parameters = [draw.whole(-3, 3), draw.whole(-3, 20)];
    const expected = before.map((values) => values.slice());
    try {
      expect(faultsOf(routine)).toEqual([]);
      interpret(routine, new Map(memories.map((one, i) => [one, expected[i]])), parameters);
      expect(run(routine, before, parameters)).toEqual(expected);
    } catch (error) {
      throw new Error(`seed ${seed}:\n${print(routine)}`, { cause: error });
    }
    stores += Number(JSON.stringify(before) !== JSON.stringify(expected));
  }
  // Routines that change nothing would prove nothing.
  expect(stores).toBeGreaterThan(150);
});
