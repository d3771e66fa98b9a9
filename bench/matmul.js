// Matrix products on one thread, as a share of the physical limit (limit-loops.js) measured in the same rounds: square matrices, and the
// products of a training step of the net 784-128-10 with a batch of 64. Each product is checked against plain loops first. Every round
// measures all products and the limit, so that a busy machine slows all of them; figures are medians.
//
//   node bench/matmul.js [rounds]
import { register } from "tsx/esm/api";
import { countIn } from "./arguments.js";

register();
const { hasRelaxed } = await import("./limit-loops.js");
const { measureShares } = await import("./shares.js");
const { Module } = await import("../src/backends/wasm/assembler/assembler.ts");
const { writeFunction } = await import("../src/backends/wasm/loops/write.ts");
const { Block } = await import("../src/loops/block.ts");
const { constant, variable } = await import("../src/loops/build.ts");
const { addMatmul } = await import("../src/schedule/products/matmul/build.ts");
const { describeMatmul, planMatmul } = await import("../src/schedule/products/matmul/plan.ts");

const rounds = countIn(process.argv.slice(2), { name: "rounds", fallback: 15 });
const relaxed = hasRelaxed() && !process.argv.includes("--separate");
const minOperations = 4e7; // floating-point operations in a sample

const square = (size) => ({ name: `${size}³`, m: size, n: size, k: size });
const products = [
  square(64),
  square(256),
  square(512),
  square(1024),
  { name: "x · Wᵀ, Linear(784, 128)", m: 64, n: 128, k: 784, transposed: "b" },
  { name: "dyᵀ · x, its weights", m: 128, n: 784, k: 64, transposed: "a" },
  { name: "x · Wᵀ, Linear(128, 10)", m: 64, n: 10, k: 128, transposed: "b" },
  { name: "dyᵀ · x, its weights", m: 10, n: 128, k: 64, transposed: "a" },
  { name: "dy · W, its input", m: 64, n: 128, k: 10 },
  { name: "one row", m: 1, n: 784, k: 784 },
  { name: "one row · Wᵀ", m: 1, n: 784, k: 784, transposed: "b" },
  { name: "one column", m: 784, n: 1, k: 784 },
];

const pages = 512;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const numbers = new Float32Array(memory.buffer);

const cases = products.map(({ name, m, n, k, transposed }) => {
  const a = transposed === "a" ? { row: 1, inner: m } : { row: k, inner: 1 };
  const b = transposed === "b" ? { inner: 1, column: k } : { inner: n, column: 1 };
  const spec = { m, n, k, a, b, c: { row: n }, relaxed };
  const module = new Module({ initial: pages, maximum: pages, shared: false });
  const plan = planMatmul(spec);
  module.export("multiply", writeFunction(module, routineOf(spec, plan)));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  const line = (count) => Math.ceil((count * 4) / 64) * 64 + 64;
  const at = [0, line(m * k), line(m * k) + line(k * n)];
  at.push(at[2] + line(m * n));
  if (at[3] + 4 * plan.scratch.elements > memory.buffer.byteLength) throw new Error(`${name} does not fit`);
  const run = () => exports.multiply(...at, 0, plan.units);
  const label = `${name} [${m},${k}]·[${k},${n}]`;
  check(label, spec, run, at);
  const operations = 2 * m * n * k;
  const repeats = Math.max(1, Math.ceil(minOperations / operations));
  return { label, operations, repeats, run, plan: describeMatmul(plan) };
});

/** The product as a routine (a, b, c, scratch, from, to). */
function routineOf(spec, plan) {
  const [a, b, c, scratch] = ["a", "b", "c", "scratch"].map((name) => ({ name, element: "f32" }));
  const [from, to] = [variable("from"), variable("to")];
  const at = (memory) => ({ memory, first: constant("i32", 0) });
  const block = new Block();
  addMatmul(block, { spec, plan, a: at(a), b: at(b), c: at(c), scratch, finish: null }, from, to);
  return { name: "matmul", memories: [a, b, c, scratch], parameters: [from, to], body: block.statements };
}

function check(label, { m, n, k, a, b }, run, [, atB, atC]) {
  for (let i = 0; i < atC / 4; i++) numbers[i] = Math.sin(i * 0.37) + 0.1;
  run();
  for (let sample = 0; sample < 200; sample++) {
    const i = sample < 2 ? (m - 1) * sample : (sample * 7919) % m;
    const j = sample < 2 ? (n - 1) * sample : (sample * 104729) % n;
    let [sum, size] = [0, 0];
    for (let p = 0; p < k; p++) {
      const term = numbers[i * a.row + p * a.inner] * numbers[atB / 4 + p * b.inner + j * b.column];
      sum += term;
      size += Math.abs(term);
    }
    const error = Math.abs(sum - numbers[atC / 4 + i * n + j]);
    if (!(error <= 2 ** -23 * Math.sqrt(k) * size)) throw new Error(`${label}: off by ${error} at ${i}, ${j}`);
  }
}

measureShares(cases, { kind: "product", rounds, relaxed, digits: 1 });
