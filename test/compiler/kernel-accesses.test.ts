// What kernels of all kinds read and write, and kernels with other accesses, as the text of kernels shows them.
import { expect, it } from "vitest";
import {
  type Access,
  type Axis,
  type Buffer,
  type Kernel,
  type Kind,
  noEpilogue,
  noLines,
  productLines,
} from "../../src/compiler/kernel.ts";
import { collide, mapAccesses, mayFail, readsOf, writesOf } from "../../src/compiler/kernel-accesses.ts";
import { printKernel } from "../../src/compiler/kernel-text.ts";

const buffer = (kind: Buffer["kind"], index: number, dtype: Buffer["dtype"] = "float32"): Buffer => {
  const name = `${kind[0]}${index}`;
  return { name, kind, index, dtype, shape: [24] };
};
const [a, b, c] = [0, 1, 2].map((i) => buffer("argument", i));
const [t, u] = [0, 1].map((i) => buffer("temporary", i));
const key = buffer("state", 0, "int32");
const at = (buffer: Buffer, ...strides: number[]): Access => ({ buffer, offset: 0, strides });
const each = (...sizes: number[]): Axis[] => sizes.map((size) => ({ size, kind: "each" }));
const load = (access: Access) => ({ kind: "load", access, dtype: access.buffer.dtype }) as const;
/** Adds b to the sums, and stores them in t. */
const plusB = {
  instructions: [load(at(b, 1)), { kind: "op", op: "add", operands: [0, 1], dtype: "float32" }],
  stores: [{ access: at(t, 1), value: 2, mode: "set" }],
} as const;

const kernels: { readonly [K in Kind]: Kernel & { readonly kind: K } } = {
  loops: {
    kind: "loops",
    name: "k",
    axes: each(4),
    body: [
      load(at(a, 2)),
      { kind: "position", offset: 0, strides: [3], dtype: "int32" },
      {
        kind: "randomBits",
        key: at(key, 0),
        counter: at(key, 0),
        first: at(key, 0),
        bits: 8,
        position: 1,
        dtype: "int32",
      },
    ],
    stores: [
      { access: at(t, 1), value: 0, mode: "set" },
      { access: at(u, 1), value: 0, mode: "add", indirection: { value: 2, stride: 1, size: 4 } },
    ],
    reductions: [],
    epilogue: noEpilogue,
  },
  scan: {
    kind: "scan",
    name: "k",
    axes: [...each(4), { size: 6, kind: "serial" }],
    ...noLines,
    body: [load(at(a, 6, 1))],
    reductions: [{ combine: "sum", value: 0, dtype: "float32" }],
    store: at(t, 6, 1),
  },
  matmul: {
    kind: "matmul",
    name: "k",
    axes: [...each(2, 2), { size: 3, kind: "reduce" }],
    ...productLines,
    a: at(a, 3, 0, 1),
    b: at(c, 0, 3, 1),
    epilogue: plusB,
  },
  convolution: {
    kind: "convolution",
    name: "k",
    axes: each(1, 1, 1, 3, 5),
    ...productLines,
    channels: 1,
    ...({ size: [4, 6], kernel: [2, 2], stride: [1, 1], padding: [0, 0] } as const),
    ...({ inputDilation: [1, 1], kernelDilation: [1, 1] } as const),
    x: at(a, 0, 0, 0, 6, 1),
    w: at(c, 0, 0, 0, 2, 1),
    epilogue: plusB,
  },
  topk: { kind: "topk", name: "k", axes: each(4), ...noLines, x: at(a, 6, 1), y: at(t, 2, 1), size: 6, k: 2 },
};

const names = (accesses: readonly Access[]) => accesses.map(({ buffer: { name } }) => name).join(" ");

it.each<[Kind, string, string]>([
  ["loops", "a0 s0 s0 s0 t1", "t0 t1"],
  ["scan", "a0", "t0"],
  ["matmul", "a0 a2 a1", "t0"],
  ["convolution", "a0 a2 a1", "t0"],
  ["topk", "a0", "t0"],
])("%s reads %s and writes %s", (kind, reads, writes) => {
  expect(names(readsOf(kernels[kind]))).toBe(reads);
  expect(names(writesOf(kernels[kind]))).toBe(writes);
});

it("an index that data decides may be out of range", () => {
  expect(Object.values(kernels).filter(mayFail)).toEqual([kernels.loops]);
});

it("kernels collide where one writes what the other reads or writes", () => {
  const { scan, topk } = kernels;
  expect(collide(scan, topk)).toBe(true);
  expect(collide(scan, { ...topk, y: at(u, 2, 1) })).toBe(false);
  expect(collide(scan, { ...topk, x: at(t, 6, 1), y: at(u, 2, 1) })).toBe(true);
});

it.each(Object.values(kernels))("each access of a $kind changes, and nothing else", (kernel) => {
  const next = (buffer: Buffer): Buffer => ({ ...buffer, name: buffer.name.replace(/\d/, (n) => `${Number(n) + 5}`) });
  const changed = mapAccesses(kernel, (access) => ({ ...access, buffer: next(access.buffer) }));
  expect(printKernel(changed)).toBe(
    printKernel(kernel).replace(/\b([ast])(\d)\[/g, (_, kind, n) => `${kind}${Number(n) + 5}[`),
  );
  expect(mapAccesses(kernel, (access) => access)).toEqual(kernel);
});

it("the strides of positions change, too", () => {
  const doubled = mapAccesses(
    kernels.loops,
    (access) => access,
    (strides) => strides.map((stride) => 2 * stride),
  );
  expect(printKernel(doubled)).toBe(printKernel(kernels.loops).replace("v1 = i0*3", "v1 = i0*6"));
});
