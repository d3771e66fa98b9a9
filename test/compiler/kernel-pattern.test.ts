// Kernels have one pattern exactly if they do the same work, on whatever buffers; a program has one function for each pattern.
import { compile, Linear, manualSeed, Sequential, SGD, Tanh, type Tensor, tensor, zeros } from "chainrule";
import { expect, it } from "vitest";
import type { Access, Buffer, Loops } from "../../src/compiler/kernel.ts";
import { noEpilogue } from "../../src/compiler/kernel.ts";
import { fromOrigins, patternFromOrigins, patternOf } from "../../src/compiler/kernel-pattern.ts";
import { trainingStep } from "../training-step.js";

const buffer = (index: number, more: Partial<Buffer> = {}): Buffer => ({
  name: `t${index}`,
  kind: "temporary",
  index,
  dtype: "float32",
  shape: [10],
  ...more,
});
const at = (buffer: Buffer, stride = 1): Access => ({ buffer, offset: 0, strides: [stride] });

/** to[i] = from[i] · factor. */
const scaled = (to: Access, from: Access, factor = 2, name = "scaled"): Loops => ({
  kind: "loops",
  name,
  axes: [{ size: 10, kind: "each" }],
  body: [
    { kind: "load", access: from, dtype: from.buffer.dtype },
    { kind: "constant", value: factor, dtype: "float32" },
    { kind: "op", op: "mul", operands: [0, 1], dtype: "float32" },
  ],
  stores: [{ access: to, value: 2, mode: "set" }],
  reductions: [],
  epilogue: noEpilogue,
});

const [t1, t2, t3, t4] = [1, 2, 3, 4].map((index) => buffer(index));
const one = scaled(at(t2), at(t1));

it("names and buffers are no part of the pattern", () => {
  const other = scaled(at(t4), at(t3), 2, "other");
  expect(patternOf(other)).toBe(patternOf(one));
});

it.each([
  ["which buffers are one", scaled(at(t1), at(t1))],
  ["a buffer's dtype", scaled(at(t2), at(buffer(5, { dtype: "int32" })))],
  ["a stride", scaled(at(t2), at(t1, 2))],
  ["a constant", scaled(at(t2), at(t1), 3)],
  ["the size of an axis", { ...one, axes: [{ size: 11, kind: "each" as const }] }],
  ["the kind of an axis", { ...one, axes: [{ size: 10, kind: "serial" as const }] }],
])("%s is part of the pattern", (_, kernel) => expect(patternOf(kernel)).not.toBe(patternOf(one)));

it("constants that print alike as JSON are different: 0, -0, NaN and the infinities", () => {
  const patterns = [0, -0, Number.NaN, Infinity, -Infinity].map((factor) => patternOf(scaled(at(t2), at(t1), factor)));
  expect(new Set(patterns).size).toBe(5);
});

/** to[i] = 2 · from[offset + stride · i]. */
const beginningAt = (offset: number, stride = 1) =>
  scaled(at(t2), { buffer: buffer(1, { shape: [100] }), offset, strides: [stride] });

it("where in its buffers a kernel begins is its origins, multiples of 4, and not the pattern", () => {
  const [first, later] = [beginningAt(1), beginningAt(41)].map(patternFromOrigins);
  expect(later.text).toBe(first.text);
  expect([...first.origins.values(), ...later.origins.values()]).toEqual([40]);
  expect(patternFromOrigins(beginningAt(42)).text).not.toBe(first.text);
});

it("a kernel that goes backwards begins at the last element that it reads", () => {
  const { text, origins } = patternFromOrigins(beginningAt(29, -1));
  expect([...origins.values()]).toEqual([20]);
  expect(text).toBe(patternOf(beginningAt(9, -1)));
});

it("the origin of a buffer is that of the access that begins first", () => {
  const [one, other] = [beginningAt(80), beginningAt(44)];
  const both: Loops = { ...one, body: [...one.body, other.body[0]] };
  const shared = (kernel: Loops): Loops => ({
    ...kernel,
    body: kernel.body.map((line) =>
      line.kind === "load" ? { ...line, access: { ...line.access, buffer: t1 } } : line,
    ),
  });
  const { origins } = patternFromOrigins(shared(both));
  expect(origins).toEqual(new Map([[t1, 44]]));
  const counted = fromOrigins(shared(both), origins).body;
  expect(counted.flatMap((line) => (line.kind === "load" ? [line.access.offset] : []))).toEqual([36, 0]);
});

it("the steps of a recurrent net, which read different parts of a tensor, have the functions of few", () => {
  const net = (length: number) => {
    manualSeed(4);
    const [entry, state] = [new Linear(8, 24), new Linear(12, 24)];
    const loss = (x: Tensor) => {
      let h = zeros([3, 12]);
      for (let t = 0; t < length; t++) {
        const sum = entry.forward(x.slice(t)).add(state.forward(h.flip([1])));
        h = sum
          .slice(null, [0, 12])
          .tanh()
          .mul(sum.slice(null, [12, 24]).sigmoid());
      }
      return h.square().mean();
    };
    return trainingStep(loss, new SGD([...entry.parameters(), ...state.parameters()], { lr: 0.1 }));
  };
  const functionsOf = (length: number) => {
    const x = tensor(
      Float32Array.from({ length: 3 * 8 * length }, (_, i) => Math.sin(i)),
      { shape: [length, 3, 8] },
    );
    const [step, eager] = [compile(net(length), { threads: 1 }), net(length)];
    for (let i = 0; i < 2; i++) expect(step(x).item()).toBeCloseTo(eager(x).item(), 6);
    return step.chapters().find(({ name }) => name === "loops")?.parts.length;
  };
  expect(functionsOf(9)).toBe(functionsOf(6));
});

it("eight equal layers have the functions of few, and train as each layer by itself", () => {
  const bytesOf = (layers: number) => {
    manualSeed(3);
    const model = new Sequential(...Array.from({ length: layers }, () => [new Linear(24, 24), new Tanh()]).flat());
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const loss = trainingStep((x: Tensor, y: Tensor) => model.forward(x).sub(y).square().mean(), optimizer);
    const x = tensor(
      Float32Array.from({ length: 24 * 8 }, (_, i) => Math.sin(i)),
      { shape: [8, 24] },
    );
    const step = compile(loss, { threads: 1 });
    const losses = [0, 1, 2].map(() => step(x, x).item());
    manualSeed(3);
    const again = new Sequential(...Array.from({ length: layers }, () => [new Linear(24, 24), new Tanh()]).flat());
    const other = new SGD(again.parameters(), { lr: 0.1 });
    const eager = trainingStep((x: Tensor, y: Tensor) => again.forward(x).sub(y).square().mean(), other);
    expect(losses[2]).toBeCloseTo([0, 1, 2].map(() => eager(x, x).item())[2], 5);
    return Number(/module of (\d+) bytes/.exec(step.explain())?.[1]);
  };
  const [four, eight] = [bytesOf(4), bytesOf(8)];
  // The additional layers take only the calls of their functions.
  expect(eight - four).toBeLessThan(four / 5);
});

it("explain() has the loops of kernels that are alike once, and says of which they are", () => {
  const twice = compile((x: Tensor, y: Tensor) => x.matmul(y).matmul(y).sum(), { threads: 1 });
  const x = tensor(new Float32Array(64), { shape: [8, 8] });
  twice(x, x.add(1));
  const chapters = twice.chapters();
  const loops = chapters.find(({ name }) => name === "loops");
  const kernels = chapters.find(({ name }) => name === "kernels");
  expect(loops?.parts.map(({ kernels }) => kernels)).toEqual([[0, 1], [2]]);
  expect(loops?.parts[0].text).toMatch(
    /^k0, and alike k1, matmul: one unit, about .*\n( {2}.*\n)+matmul\(a0: f32\[\], a1: f32\[\], t\d: f32\[\], scratch: f32\[\],/,
  );
  expect(kernels?.parts.map(({ kernels }) => kernels)).toEqual([[0], [1], [2]]);
  for (const { text, parts } of chapters) for (const part of parts) expect(text).toContain(part.text);
  expect(twice.explain()).toContain("── The loops: how each function runs, 2 of them");
});
