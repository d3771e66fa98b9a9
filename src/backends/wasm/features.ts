// What this engine's WebAssembly can do: found out by asking it to accept a module of one function that does it.
import { ChainruleError } from "../../errors/error.ts";
import { type Code, type Local, Module } from "./assembler/assembler.ts";

function accepts(body: (code: Code, x: Local) => void): boolean {
  if (typeof WebAssembly === "undefined") return false;
  const module = new Module({ initial: 1, maximum: 1, shared: false });
  module.function("f", { parameters: ["v128"], results: ["v128"] }, body);
  return WebAssembly.validate(module.bytes());
}

const once = (ask: () => boolean): (() => boolean) => {
  let answer: boolean | null = null;
  return () => (answer ??= ask());
};

/** Vectors of 128 bits. */
export const hasVectors: () => boolean = once(() => accepts((code, x) => code.get(x).get(x).op("f32x4.add")));

/** A product and a sum rounded at once, where the processor can; or twice, as the engine likes. */
export const hasFusedMultiplyAdd: () => boolean = once(() =>
  accepts((code, x) => code.get(x).get(x).get(x).op("f32x4.relaxed_madd")),
);

/** Throws where programs cannot run. */
export function requireVectors(has: () => boolean = hasVectors): void {
  if (!has())
    throw new ChainruleError(
      "platform",
      "compile",
      'this engine has no WebAssembly SIMD; use { backend: "reference" } or a newer engine (Node 20, a browser from 2023)',
    );
}
