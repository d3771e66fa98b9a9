// The assembler: engines accept its modules, and its instructions do what their names say.
import { describe, expect, it } from "vitest";
import { type Code, type Local, Module, type ValueType } from "../../../../src/backends/wasm/assembler/assembler.ts";
import { type Instruction, opcodes } from "../../../../src/backends/wasm/assembler/opcodes.ts";

const pages = { initial: 1, maximum: 1, shared: false };

function build(write: (module: Module) => void) {
  const module = new Module(pages);
  write(module);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const math = Object.fromEntries(["exp", "sin"].map((name) => [name, Math[name as "exp" | "sin"]]));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory }, math });
  return { memory, call: exports as Record<string, (...args: number[]) => number> };
}

function evaluate(results: readonly ValueType[], body: (code: Code) => void): number {
  return build((module) => module.export("f", module.function("f", { parameters: [], results }, body))).call.f();
}

describe("constants keep their bits", () => {
  it.each([0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)])("i32 %d", (value) => {
    expect(evaluate(["i32"], (code) => code.i32(value))).toBe(value);
  });
  it.each([0, -0, 1.5, Number.NaN, Infinity, Math.fround(Math.PI)])("f32 %d", (value) => {
    expect(evaluate(["f32"], (code) => code.f32(value))).toBe(value);
    expect(evaluate(["f32"], (code) => code.f32x4(value).lane("f32x4.extract_lane", 3))).toBe(value);
  });
  it("f64 and i64", () => {
    expect(evaluate(["f64"], (code) => code.f64(Math.PI))).toBe(Math.PI);
    expect(evaluate(["i64"], (code) => code.i64(-(2n ** 63n)))).toBe(-(2n ** 63n));
  });
});

it("loops, branches, locals and memory: the sum of squares below n, stored and read back", () => {
  const { call, memory } = build((module) => {
    const f = module.function("squares", { parameters: ["i32"], results: ["i32"] }, (code: Code, n: Local) => {
      const [i, sum] = [code.local("i32"), code.local("i32")];
      code.for(
        i,
        () => code.i32(0),
        () => code.get(n),
        1,
        () => code.get(sum).get(i).get(i).op("i32.mul", "i32.add").set(sum),
      );
      code.i32(8).get(sum).memory("i32.store", 4);
      code.i32(12).memory("i32.load");
    });
    module.export("squares", f);
  });
  expect([0, 1, 5].map((n) => call.squares(n))).toEqual([0, 0, 30]);
  expect(new Int32Array(memory.buffer)[3]).toBe(30);
});

it("calls functions, its own and imported ones", () => {
  const { call } = build((module) => {
    const exp = module.import("math", "exp", { parameters: ["f64"], results: ["f64"] });
    const twice = module.function("twice", { parameters: ["f64"], results: ["f64"] }, (code, x) =>
      code.get(x).call(exp).call(exp),
    );
    module.export(
      "f",
      module.function("f", { parameters: ["f64"], results: ["f64"] }, (code, x) => code.get(x).call(twice)),
    );
  });
  expect(call.f(0)).toBe(Math.exp(1));
});

it("if runs one of its branches", () => {
  const { call } = build((module) => {
    module.export(
      "sign",
      module.function("sign", { parameters: ["i32"], results: ["i32"] }, (code, x) => {
        const result = code.local("i32");
        code
          .get(x)
          .i32(0)
          .op("i32.lt_s")
          .if(
            () => code.i32(-1).set(result),
            () => code.get(x).i32(0).op("i32.ne").set(result),
          );
        code.get(result);
      }),
    );
  });
  expect([-5, 0, 7].map((x) => call.sign(x))).toEqual([-1, 0, 1]);
});

/** The operands and results of an instruction, by its name. */
function signature(name: Instruction): { parameters: ValueType[]; results: ValueType[] } | null {
  const [type, what] = name.split(".");
  if (what === undefined) return null;
  const vector = /x|v128/.test(type);
  const self = (vector ? "v128" : type) as ValueType;
  if (/splat$/.test(what))
    return {
      parameters: [type.startsWith("f") ? (type.slice(0, 3) as ValueType) : type.startsWith("i64") ? "i64" : "i32"],
      results: ["v128"],
    };
  const from = /_(i32|i64|f32|f64)(x\d)?(_|$)/.exec(what);
  if (from && !vector) return { parameters: [from[1] as ValueType], results: [self] };
  if (vector && /convert|trunc_sat|demote|promote|extend/.test(what))
    return { parameters: ["v128"], results: ["v128"] };
  if (/^(any_true|all_true|bitmask)$/.test(what)) return { parameters: ["v128"], results: ["i32"] };
  if (/bitselect|relaxed/.test(what)) return { parameters: ["v128", "v128", "v128"], results: ["v128"] };
  if (/^(shl|shr)/.test(what) && vector) return { parameters: ["v128", "i32"], results: ["v128"] };
  if (/^(abs|neg|ceil|floor|trunc|nearest|sqrt|not|clz|ctz)$/.test(what))
    return { parameters: [self], results: [self] };
  if (what === "eqz") return { parameters: [self], results: ["i32"] };
  return { parameters: [self, self], results: [!vector && /^(eq|ne|lt|gt|le|ge)/.test(what) ? "i32" : self] };
}

it("an engine accepts each instruction with the types that its name says", () => {
  const names = Object.keys(opcodes) as Instruction[];
  const refused = names.filter((name) => {
    const types = signature(name);
    if (types === null || name.includes("relaxed")) return false;
    const module = new Module(pages);
    module.export(
      "f",
      module.function(name, types, (code, ...parameters) => {
        for (const parameter of parameters) code.get(parameter);
        code.op(name);
      }),
    );
    return !WebAssembly.validate(module.bytes());
  });
  expect(refused).toEqual([]);
});
