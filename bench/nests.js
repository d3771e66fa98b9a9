// The loop nests that nets consist of, as WebAssembly against plain JavaScript loops over the same float32 numbers. Both have to agree
// before they are timed. Rounds alternate between the two; figures are medians.
//
//   node bench/nests.js [rounds]
import { Module } from "../dist/backends/wasm/assembler/assembler.js";
import { mathImports, writeKernel } from "../dist/backends/wasm/emit.js";
import { kernelContext } from "../dist/backends/wasm/kernel-context.js";
import { scheduleNest } from "../dist/schedule/nest/schedule.js";
import { describe } from "../dist/schedule/text.js";
import { countIn, fail } from "./arguments.js";

const rounds = countIn(process.argv.slice(2), { name: "rounds", fallback: 15 });

const pages = 512;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const numbers = new Float32Array(memory.buffer);

const axes = (kind, ...sizes) => sizes.map((size) => ({ size, kind }));
const load = (buffer, ...strides) => ({ kind: "load", access: { buffer, offset: 0, strides }, dtype: "float32" });
const op = (name, ...operands) => ({ kind: "op", op: name, operands, dtype: "float32" });
const constant = (value) => ({ kind: "constant", value, dtype: "float32" });
const store = (value, buffer, ...strides) => ({ access: { buffer, offset: 0, strides }, value, mode: "set" });
const nothing = { instructions: [], stores: [] };
const pointwise = (sizes, body, stored) => ({
  axes: axes("each", ...sizes),
  body,
  stores: [stored],
  reductions: [],
  epilogue: nothing,
});
const reduction = (each, reduced, combine, x, stored) => ({
  axes: [...axes("each", ...each), ...axes("reduce", ...reduced)],
  body: [x],
  stores: [],
  reductions: [{ combine, value: 0, dtype: "float32" }],
  epilogue: { instructions: [], stores: [stored] },
});

/** The sizes of the inputs and of the result, the kernel over these buffers, and the same computation as plain loops. */
const million = 1 << 20;
const cases = {
  "a + b, 1M": {
    sizes: [million, million, million],
    kernel: (a, b, y) => pointwise([million], [load(a, 1), load(b, 1), op("add", 0, 1)], store(2, y, 1)),
    plain: (y, a, b) => {
      for (let i = 0; i < million; i++) y[i] = a[i] + b[i];
    },
  },
  "exp, 64K": {
    sizes: [65536, 65536],
    kernel: (a, y) => pointwise([65536], [load(a, 1), op("exp", 0)], store(1, y, 1)),
    plain: (y, a) => {
      for (let i = 0; i < 65536; i++) y[i] = Math.exp(a[i]);
    },
  },
  "bias and relu, 64×128": {
    sizes: [8192, 128, 8192],
    kernel: (a, b, y) =>
      pointwise(
        [64, 128],
        [load(a, 128, 1), load(b, 0, 1), op("add", 0, 1), constant(0), op("maximum", 2, 3)],
        store(4, y, 128, 1),
      ),
    plain: (y, a, b) => {
      for (let i = 0; i < 8192; i++) y[i] = Math.max(a[i] + b[i % 128], 0);
    },
  },
  "sum of columns, 1024×1024": {
    sizes: [million, 1024],
    kernel: (a, y) => reduction([1024], [1024], "sum", load(a, 1, 1024), store(1, y, 1)),
    plain: (y, a) => {
      const sums = new Float64Array(1024);
      for (let i = 0; i < million; i++) sums[i % 1024] += a[i];
      y.set(sums);
    },
  },
  "sum of rows, 1024×1024": {
    sizes: [million, 1024],
    kernel: (a, y) => reduction([1024], [1024], "sum", load(a, 1024, 1), store(1, y, 1)),
    plain: (y, a) => {
      for (let i = 0; i < 1024; i++) {
        let sum = 0;
        for (let j = 0; j < 1024; j++) sum += a[i * 1024 + j];
        y[i] = sum;
      }
    },
  },
  "max pooling, 64×8×28×28": {
    sizes: [512 * 784, 512 * 196],
    kernel: (a, y) => reduction([512 * 14, 14], [2, 2], "max", load(a, 56, 2, 28, 1), store(1, y, 14, 1)),
    plain: (y, a) => {
      for (let i = 0; i < 512 * 14; i++)
        for (let j = 0; j < 14; j++) {
          const at = i * 56 + 2 * j;
          y[i * 14 + j] = Math.max(a[at], a[at + 1], a[at + 28], a[at + 29]);
        }
    },
  },
  "transposed, 512×512": {
    sizes: [512 * 512, 512 * 512],
    kernel: (a, y) => pointwise([512, 512], [load(a, 1, 512)], store(0, y, 512, 1)),
    plain: (y, a) => {
      for (let i = 0; i < 512; i++) for (let j = 0; j < 512; j++) y[i * 512 + j] = a[j * 512 + i];
    },
  },
};

console.log("µs                              wasm         JS   plan");
for (const [name, { sizes, kernel, plain }] of Object.entries(cases)) {
  let end = 1024;
  const buffers = sizes.map((size, index) => ({
    name: `s${index}`,
    kind: "state",
    index,
    dtype: "float32",
    shape: [size],
  }));
  const places = sizes.map((size) => {
    const place = end;
    end += Math.ceil(size / 16) * 16 + 16;
    return place;
  });
  const views = sizes.map((size, i) => numbers.subarray(places[i], places[i] + size));
  for (const view of views) for (let i = 0; i < view.length; i++) view[i] = Math.sin(i * 12.9898) * 4;
  const module = new Module({ initial: pages, maximum: pages, shared: false });
  const loops = { kind: "loops", name: "nest", ...kernel(...buffers) };
  const schedule = scheduleNest(loops);
  module.export("run", writeKernel(kernelContext(module, { kernels: [loops] }), schedule));
  const imports = { env: { memory }, math: mathImports };
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), imports).exports;
  const pointers = schedule.buffers.map(({ index }) => places[index] * 4);
  const result = views[views.length - 1];
  const want = new Float32Array(result.length);
  const inputs = views.slice(0, -1);
  const ways = [() => run(...pointers, 0, 0, schedule.units, 0), () => plain(want, ...inputs)];
  for (const way of ways) way();
  const wrong = want.findIndex((value, i) => !(Math.abs(result[i] - value) <= 2e-6 * Math.max(Math.abs(value), 1e-3)));
  if (wrong >= 0) fail(`${name}: [${wrong}] is ${result[wrong]}, not ${want[wrong]}`);

  const repeats = Math.ceil(million / Math.max(...sizes));
  const times = ways.map(() => []);
  for (let round = -3; round < rounds; round++) {
    for (const [k, way] of ways.entries()) {
      const start = performance.now();
      for (let i = 0; i < repeats; i++) way();
      if (round >= 0) times[k].push(((performance.now() - start) * 1e3) / repeats);
    }
  }
  console.log(name.padEnd(26), ...times.map((each) => median(each).toFixed(1).padStart(10)), " ", describe(schedule));
}

function median(values) {
  return values.toSorted((p, q) => p - q)[Math.floor(values.length / 2)];
}
