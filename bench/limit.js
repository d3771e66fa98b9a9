// The physical limit of one thread: a WebAssembly loop of f32x4 multiply-adds, sum = sum · x + y, in 8 to 13 chains that depend on nothing
// but themselves; the best of these. What a kernel reaches is reported as a share of it.
import { Module } from "../src/backends/wasm/assembler/assembler.ts";

const rounds = 1 << 20;

/** A function that runs once and returns how many floating-point operations it did. */
function chains(count, relaxed) {
  const module = new Module({ initial: 1, maximum: 1, shared: false });
  const run = module.function("limit", { parameters: ["i32"], results: ["f32"] }, (code, left) => {
    const sums = Array.from({ length: count }, () => code.local("v128"));
    const [x, y] = [code.local("v128"), code.local("v128")];
    code.f32x4(0.5).set(x).f32x4(0.25).set(y);
    code.loop((again) => {
      for (const sum of sums) {
        if (relaxed) code.get(sum).get(x).get(y).op("f32x4.relaxed_madd").set(sum);
        else code.get(sum).get(x).op("f32x4.mul").get(y).op("f32x4.add").set(sum);
      }
      code.get(left).i32(1).op("i32.sub").tee(left).brIf(again);
    });
    for (const [i, sum] of sums.entries()) {
      code.get(sum).lane("f32x4.extract_lane", i % 4);
      if (i > 0) code.op("f32.add");
    }
  });
  module.export("limit", run);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  return () => {
    exports.limit(rounds);
    return rounds * count * 8;
  };
}

/** Whether this engine has fused multiply-add. */
export function hasRelaxed() {
  const module = new Module({ initial: 1, maximum: 1, shared: false });
  module.function("f", { parameters: ["v128"], results: ["v128"] }, (code, x) =>
    code.get(x).get(x).get(x).op("f32x4.relaxed_madd"),
  );
  return WebAssembly.validate(module.bytes());
}

export const limitsOf = (relaxed) => [8, 10, 12, 13].map((count) => chains(count, relaxed));
