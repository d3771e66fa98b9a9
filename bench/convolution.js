// The convolutions of two nets on one thread, in all three passes, as a share of the physical limit (limit-loops.js) measured in the same
// rounds. The input gradient is a convolution with the flipped kernel; the kernel gradient is a convolution whose channels are the images
// of the batch. Each is checked against plain loops first. Rounds alternate between the cases; figures are medians. One layer is also
// computed with Winograd's algorithm (compile's option `winograd`). Its operations are counted as those of the direct convolution, so its
// share may pass 100 %.
//
//   node bench/convolution.js [rounds] [--separate]      without fused multiply-add
import { register } from "tsx/esm/api";
import { countIn } from "./arguments.js";

register();
const { hasRelaxed } = await import("./limit-loops.js");
const { measureShares } = await import("./shares.js");
const { Module } = await import("../src/backends/wasm/assembler/assembler.ts");
const { writeFunction } = await import("../src/backends/wasm/loops/write.ts");
const { Block } = await import("../src/loops/block.ts");
const { constant, variable } = await import("../src/loops/build.ts");
const { addConvolution } = await import("../src/schedule/products/convolution/build.ts");
const { describeConvolution, planConvolution } = await import("../src/schedule/products/convolution/plan.ts");

const rounds = countIn(process.argv.slice(2), { name: "rounds", fallback: 15 });
const relaxed = hasRelaxed() && !process.argv.includes("--separate");
const minOperations = 2e7; // floating-point operations in a sample

const layers = [
  { batch: 64, from: 1, to: 8, size: 28, kernel: 5, padding: 2 },
  { batch: 64, from: 8, to: 16, size: 14, kernel: 5, padding: 2 },
  { batch: 32, from: 3, to: 32, size: 32, kernel: 3, padding: 1 },
  { batch: 32, from: 32, to: 32, size: 32, kernel: 3, padding: 1, winograd: true },
  { batch: 32, from: 32, to: 64, size: 16, kernel: 3, padding: 1 },
  { batch: 32, from: 32, to: 64, size: 32, kernel: 3, padding: 1, stride: 2 },
];

const one = [1, 1];
const pair = (value) => [value, value];
const common = { groups: 1, stride: one, inputDilation: one, kernelDilation: one, relaxed };

/** The passes of one layer. `kernelOffset` is the offset of the kernel's first element: its last one, where the kernel is read backwards. */
function passes({ winograd, ...layer }) {
  const direct = directPasses(layer);
  return winograd ? { ...direct, "forward by Winograd": { ...direct.forward, winograd } } : direct;
}

const stridesOf = (channels, width) => ({ image: channels * width ** 2, group: 0, row: width, column: 1 });

function directPasses({ batch, from, to, size, kernel, padding, stride = 1 }) {
  const out = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const taps = kernel * kernel;
  const x = (channels, width) => ({ ...stridesOf(channels, width), channel: width ** 2 });
  const y = (channels, width) => ({ ...stridesOf(channels, width), output: width ** 2 });
  return {
    forward: {
      ...common,
      batch,
      channels: from,
      outputs: to,
      size: pair(size),
      kernel: pair(kernel),
      positions: pair(out),
      padding: pair(padding),
      stride: pair(stride),
      x: x(from, size),
      w: { group: 0, output: from * taps, channel: taps, row: kernel, column: 1 },
      y: y(to, out),
    },
    "input gradient": {
      ...common,
      batch,
      channels: to,
      outputs: from,
      size: pair(out),
      kernel: pair(kernel),
      positions: pair(size),
      padding: pair(kernel - 1 - padding),
      inputDilation: pair(stride),
      x: x(to, out),
      w: { group: 0, output: taps, channel: from * taps, row: -kernel, column: -1 },
      y: y(from, size),
      kernelOffset: taps - 1,
    },
    "kernel gradient": {
      ...common,
      batch: from,
      channels: batch,
      outputs: to,
      size: pair(size),
      kernel: pair(out),
      positions: pair(kernel),
      padding: pair(padding),
      kernelDilation: pair(stride),
      x: { image: size ** 2, group: 0, channel: from * size ** 2, row: size, column: 1 },
      w: { group: 0, output: out ** 2, channel: to * out ** 2, row: out, column: 1 },
      y: { image: taps, group: 0, output: from * taps, row: kernel, column: 1 },
    },
  };
}

const pages = 1024;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const numbers = new Float32Array(memory.buffer);
const at = [0, 1, 2, 3].map((place) => place * 16 * 2 ** 20 + place * 1024);
for (let i = 0; i < at[2] / 4; i++) numbers[i] = Math.sin(i * 0.37) + 0.1;

const cases = layers.flatMap((layer) =>
  Object.entries(passes(layer)).map(([pass, { kernelOffset = 0, ...spec }]) => {
    const label = `${layer.from} → ${layer.to}, ${layer.kernel}×${layer.kernel}, ${layer.size}×${layer.size}${layer.stride ? `, stride ${layer.stride}` : ""}, ${pass}`;
    const module = new Module({ initial: pages, maximum: pages, shared: false });
    const plan = planConvolution(spec);
    module.export("convolve", writeFunction(module, routineOf(spec, plan)));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
    if (at[3] + plan.scratchBytes > memory.buffer.byteLength) throw new Error(`${label} does not fit`);
    const [x, w, y, scratch] = [at[0], at[1] + kernelOffset * 4, at[2], at[3]];
    const run = () => exports.convolve(x, w, y, scratch, 0, plan.units);
    run();
    check(label, spec, kernelOffset);
    const { batch, channels, outputs, kernel, positions, inputDilation } = spec;
    // Multiplications with the zeros between the elements of a dilated input are not counted.
    const gaps = inputDilation[0] * inputDilation[1];
    const operations = (2 * batch * channels * outputs * kernel[0] * kernel[1] * positions[0] * positions[1]) / gaps;
    const repeats = Math.max(1, Math.ceil(minOperations / operations));
    return { label, operations, repeats, run, plan: describeConvolution(plan) };
  }),
);

/** The loops of a convolution; its memories are x, w, y and scratch. */
function routineOf(spec, plan) {
  const [x, w, y, scratch] = ["x", "w", "y", "scratch"].map((name) => ({ name, element: "f32" }));
  const [from, to] = [variable("from"), variable("to")];
  const block = new Block();
  const at = (memory) => ({ memory, first: constant("i32", 0) });
  addConvolution(block, { spec, x: at(x), w: at(w), y: at(y), scratch, finish: null }, plan.parts, from, to);
  return { name: "convolve", memories: [x, w, y, scratch], parameters: [from, to], body: block.statements };
}

/** Throws where the result differs from plain loops in float64 by more than rounding allows. */
function check(label, spec, kernelOffset) {
  const { batch, channels, outputs, size, kernel, positions, padding, stride, x, w, y } = spec;
  const place = (position, tap, dim) =>
    (position * stride[dim] + tap * spec.kernelDilation[dim] - padding[dim]) / spec.inputDilation[dim];
  const inside = (at, dim) => Number.isInteger(at) && at >= 0 && at < size[dim];
  for (let sample = 0; sample < 60; sample++) {
    const [image, output] = [(sample * 31) % batch, (sample * 17) % outputs];
    const [row, column] = [(sample * 7) % positions[0], (sample * 5) % positions[1]];
    let [sum, total, products] = [0, 0, 0];
    for (let c = 0; c < channels; c++) {
      let [window, taps] = [0, 0];
      for (let i = 0; i < kernel[0]; i++) {
        for (let j = 0; j < kernel[1]; j++) {
          const [h, v] = [place(row, i, 0), place(column, j, 1)];
          const to = kernelOffset + output * w.output + c * w.channel + i * w.row + j * w.column;
          taps += Math.abs(numbers[at[1] / 4 + to]);
          if (!inside(h, 0) || !inside(v, 1)) continue;
          const from = image * x.image + c * x.channel + h * x.row + v;
          window += Math.abs(numbers[at[0] / 4 + from]);
          const term = numbers[at[0] / 4 + from] * numbers[at[1] / 4 + to];
          sum += term;
          total += Math.abs(term);
        }
      }
      products += window * taps;
    }
    const error = Math.abs(sum - numbers[at[2] / 4 + image * y.image + output * y.output + row * y.row + column]);
    const bound = spec.winograd
      ? 2 ** -24 * Math.sqrt(channels + 10) * products
      : 2 ** -23 * Math.sqrt(channels * kernel[0] * kernel[1]) * total;
    if (!(error <= bound)) throw new Error(`${label}: off by ${error} at ${image}, ${output}, ${row}, ${column}`);
  }
}

measureShares(cases, { kind: "convolution", rounds, relaxed, digits: 0 });
