// The vector functions as the interpreter of loop programs computes them, and as WebAssembly does: the same bits.
import { expect, it } from "vitest";
import { Module } from "../../../src/backends/wasm/assembler/assembler.ts";
import { inlineMath } from "../../../src/backends/wasm/math/inline.ts";
import { Block } from "../../../src/loops/block.ts";
import { variable } from "../../../src/loops/build.ts";
import { valueAfter } from "../../../src/loops/interpret.ts";
import { type MathName, vectorMath } from "../../../src/loops/math/functions.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
const floats = new Float32Array(memory.buffer);
const names = Object.keys(vectorMath) as MathName[];

/** The function on four x and four y. */
function compiled(name: MathName): (x: readonly number[], y: readonly number[]) => Float32Array {
  const module = new Module({ initial: 1, maximum: 1, shared: false });
  const callee = module.function("run", { parameters: [], results: [] }, (code) => {
    const [x, y] = [code.local("v128"), code.local("v128")];
    code.i32(0).memory("v128.load").set(x).i32(16).memory("v128.load").set(y).i32(32);
    inlineMath(code, name, vectorMath[name].operands === 2 ? [x, y] : [x]);
    code.memory("v128.store");
  });
  module.export("run", callee);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  return (x, y) => {
    floats.set([...x, ...y]);
    (exports.run as () => void)();
    return floats.slice(8, 12);
  };
}

it.each(names)("%s", (name) => {
  const run = compiled(name);
  const [x, y] = [variable("x", "f32x4"), variable("y", "f32x4")];
  const block = new Block();
  const result = vectorMath[name].formula(block, x, y);
  const draw = new Draw(firstSeed);
  const number = () =>
    Math.fround(
      draw.unit() < 0.1
        ? draw.pick([0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 1e-40])
        : (draw.unit() - 0.5) * 10 ** draw.whole(-6, draw.pick([1, 1, 2, 12])),
    );
  for (let i = 0; i < 50; i++) {
    const [a, b] = [0, 1].map(() => Array.from({ length: 4 }, number));
    const value = valueAfter(
      block.statements,
      result,
      new Map([
        [x, a],
        [y, b],
      ]),
    );
    expect([a, b, Float32Array.from(value, Number)]).toEqual([a, b, run(a, b)]);
  }
});
