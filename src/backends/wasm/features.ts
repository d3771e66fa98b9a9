// Detects features of this engine's WebAssembly: the engine validates a module whose one function uses the feature.
import { ChainruleError } from "../../errors/error.ts";
import { type Code, type Local, Module } from "./assembler/assembler.ts";

/** Whether the engine accepts a function with this body. */
function accepts(body: (code: Code, x: Local) => void): boolean {
  if (typeof WebAssembly === "undefined") return false;
  const module = new Module({ initial: 1, maximum: 1, shared: false });
  module.function("f", { parameters: ["v128"], results: ["v128"] }, body);
  return WebAssembly.validate(module.bytes());
}

/** A function that calls `ask` once and remembers the answer. */
const once = (ask: () => boolean): (() => boolean) => {
  let answer: boolean | null = null;
  return () => (answer ??= ask());
};

/** Whether there are vectors of 128 bits (SIMD). */
export const hasVectors: () => boolean = once(() => accepts((code, x) => code.get(x).get(x).op("f32x4.add")));

/** Whether there is relaxed multiply-add: the engine rounds product and sum together on processors that can, and separately on others. */
export const hasFusedMultiplyAdd: () => boolean = once(() =>
  accepts((code, x) => code.get(x).get(x).get(x).op("f32x4.relaxed_madd")),
);

/** Throws a ChainruleError "platform" if the engine has no vectors. */
export function requireVectors(has: () => boolean = hasVectors): void {
  if (!has())
    throw new ChainruleError(
      "platform",
      "compile",
      'this engine has no WebAssembly SIMD; use { backend: "reference" } or a newer engine (Node 20, a browser from 2023)',
    );
}

/** Whether programs run here: the engine has vectors, and code may be compiled, which a page's Content-Security-Policy can forbid. */
export const runsPrograms: () => boolean = once(() => {
  if (!hasVectors()) return false;
  try {
    return new WebAssembly.Module(new Module({ initial: 1, maximum: 1, shared: false }).bytes()) !== null;
  } catch {
    return false;
  }
});
