// Typed arrays of all kinds and of every realm become tensors where a dtype has their numbers exactly.
import { runInNewContext } from "node:vm";
import { compile, type Tensor, tensor } from "chainrule";
import { readIdx } from "chainrule/data";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { describe, expect, it } from "vitest";

const kinds: [make: string, dtype: string, values: number[]][] = [
  ["new Float32Array([0.5, -1])", "float32", [0.5, -1]],
  ["new Float64Array([0.1, -1])", "float64", [0.1, -1]],
  ["new Int32Array([-5, 7])", "int32", [-5, 7]],
  ["new Uint8Array([0, 255])", "uint8", [0, 255]],
  ["new Uint8ClampedArray([0, 300])", "uint8", [0, 255]],
  ["new Int8Array([-128, 127])", "int32", [-128, 127]],
  ["new Int16Array([-32768, 32767])", "int32", [-32768, 32767]],
  ["new Uint16Array([0, 65535])", "int32", [0, 65535]],
  ["new Uint32Array([0, 2147483647])", "int32", [0, 2147483647]],
  ["new BigInt64Array([-2147483648n, 3n])", "int32", [-2147483648, 3]],
  ["new BigUint64Array([2147483647n, 3n])", "int32", [2147483647, 3]],
  ...("Float16Array" in globalThis
    ? ([["new Float16Array([0.5, 65504])", "float32", [0.5, 65504]]] as [string, string, number[]][])
    : []),
];

describe.each([
  ["this realm", (code: string): never => new Function(`return ${code}`)() as never],
  ["another realm", (code: string): never => runInNewContext(code) as never],
])("of %s", (_, make) => {
  it.each(kinds)("%s is %s", (code, dtype, values) => {
    const x = tensor(make(code));
    expect([x.dtype, x.toArray()]).toEqual([dtype, values]);
    expect(tensor(make(code), { dtype: "float64", shape: [1, 2] }).toArray()).toEqual([values]);
    expect(tensor(make(code), { dtype: "bool" }).toArray()).toEqual(values.map((value) => value !== 0));
  });

  it("integers that int32 cannot hold are named; with a dtype they become float64 or wrap around", () => {
    for (const code of ["new Uint32Array([1, 4294967295])", "new BigUint64Array([1n, 4294967295n])"]) {
      expect(() => tensor(make(code))).toThrow(/tensor: \w+ has 4294967295 at 1, which int32 cannot hold; pass/);
      expect(tensor(make(code), { dtype: "float64" }).toArray()).toEqual([1, 4294967295]);
      expect(tensor(make(code), { dtype: "int32" }).toArray()).toEqual([1, -1]);
    }
    expect(() => tensor(make("new BigInt64Array([-2147483649n])"))).toThrow("has -2147483649 at 0");
    // 2⁶³ - 1 is no float64
    expect(tensor(make("new BigInt64Array([9223372036854775807n])"), { dtype: "int32" }).toArray()).toEqual([-1]);
  });

  it("a DataView is refused", () => {
    expect(() => tensor(make("new DataView(new ArrayBuffer(4))"))).toThrow("tensor: DataView holds no numbers");
  });

  it("files are read from it", async () => {
    const bytes = writeSafetensors(new Map([["w", tensor([1, 2])]]));
    expect(readSafetensors(make(`new Uint8Array([${bytes}])`)).tensors.get("w")).toEqual(tensor([1, 2]));
    const idx = await readIdx(make("new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 5, 6])"));
    expect([idx.dtype, idx.toArray()]).toEqual(["uint8", [5, 6]]);
    const words = "expected a Uint8Array, not ArrayBuffer; new Uint8Array(buffer) makes one";
    expect(() => readSafetensors(make("new ArrayBuffer(8)"))).toThrow(`readSafetensors: ${words}`);
    await expect(readIdx(make("new ArrayBuffer(8)"))).rejects.toThrow(`readIdx: ${words}`);
  });

  it("lists, records and maps that hold the arguments of a compiled function are searched for tensors", () => {
    const x = tensor([1, 2]);
    const f = compile((given: never): unknown => {
      const { record, map } = given as { record: { x: Tensor }; map: Map<string, Tensor> };
      return { sum: record.x.add(map.get("y") as Tensor) };
    });
    const wrap = make("((x, y) => ({ record: { x }, map: new Map([['y', y]]) }))") as (x: Tensor, y: Tensor) => never;
    for (const scale of [1, 10]) {
      const { sum } = f(wrap(x, x.mul(scale))) as { sum: Tensor };
      expect(sum.toArray()).toEqual([1 + scale, 2 + 2 * scale]);
    }
    const promise = make("(async () => 1)") as () => never;
    expect(() => compile(promise)()).toThrow("compile: the function returned a promise");
  });
});
