// The GPU of this machine, in Node: its peak and the speed of its memory, matrix products, training steps, and PyTorch's recorded results. Run it
// where there is a GPU with a Vulkan, Metal or Direct3D driver; it takes less than five minutes.
//
//   node scripts/webgpu.js && node bench/gpu.js        --small: what SwiftShader can do, to try the script      --no-fixtures
//
// Each product is checked at 64 places, and the first losses of the nets are those of PyTorch in works.js, or of WebAssembly. The peak is that of a
// loop of independent multiply-adds.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { softwareVulkan } from "../scripts/webgpu.js";
import { machine, percent, short, table } from "./markdown.js";
import { median } from "./statistics.js";
import { workOf } from "./training.js";
import { nets, operationsOf, questionOf, transformer } from "./works.js";

const { values: options } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    "no-fixtures": { type: "boolean", default: false },
    again: { type: "boolean", default: false },
  },
});

// The loader of libraries reads its path when a process starts.
if (options.small && !options.again) {
  const env = { ...process.env, ...softwareVulkan() };
  const { status } = spawnSync(process.execPath, [...process.argv.slice(1), "--again"], { stdio: "inherit", env });
  process.exit(status ?? 1);
}

const chainrule = await import("../dist/index.js");
const { currentSession } = await import("../dist/backends/webgpu/current.js");

const sizes = options.small ? [128, 256] : [512, 1024, 2048, 4096];
const gpt = options.small
  ? { symbols: 65, length: 16, width: 48, heads: 3, blocks: 2 }
  : { symbols: 65, length: 256, width: 384, heads: 6, blocks: 6 };
const big = {
  name: `GPT ${gpt.blocks}×${gpt.width}`,
  title: `transformer of ${gpt.blocks} blocks, width ${gpt.width}, ${gpt.heads} heads, length ${gpt.length}, AdamW`,
  input: [options.small ? 4 : 16, gpt.length],
  sequences: gpt,
  layers: transformer(gpt),
  optimizer: { kind: "adamw", lr: 1e-3 },
};
const works = [...(options.small ? nets.slice(0, 1) : nets), big];
const tolerance = 1e-4; // of a loss
const measuredMs = options.small ? 300 : 1500;

const began = performance.now();
const { available, adapter, software, reason } = await chainrule.gpuReady();
if (!available) throw new Error(reason);
const { device } = currentSession();
const whenDone = () => device.queue.onSubmittedWorkDone();

/** The median time of `run`, which asks the GPU for work, in milliseconds. */
async function timeOf(run) {
  const once = async (count) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) run();
    await whenDone();
    return (performance.now() - start) / count;
  };
  await once(2);
  const count = Math.min(Math.max(Math.round(measuredMs / 5 / (await once(1))), 1), 200);
  const times = [];
  for (let i = 0; i < 5; i++) times.push(await once(count));
  return median(times);
}

/** A function that runs a shader on some buffers. */
async function shader(code, buffers, workgroups) {
  const compute = { module: device.createShaderModule({ code }), entryPoint: "main" };
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
}
const bufferOf = (bytes) => device.createBuffer({ size: bytes, usage: 0x80 });

/** Multiply-adds a second in FLOP/s: eight independent vectors a thread. */
async function peakOf() {
  const [groups, rounds] = software ? [64, 256] : [4096, 2048];
  const names = Array.from({ length: 8 }, (_, i) => `a${i}`);
  const code = `@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4f(f32(id.x & 7u) * 1e-4 + 0.999);
  ${names.map((name, i) => `var ${name} = vec4f(${i + 1}.0);`).join(" ")}
  for (var i = 0; i < ${rounds}; i++) { ${names.map((name) => `${name} = fma(${name}, x, x);`).join(" ")} }
  y[id.x] = ${names.join(" + ")};
}`;
  const ms = await timeOf(await shader(code, [bufferOf(groups * 256 * 16)], groups));
  return (groups * 256 * rounds * names.length * 8) / (ms / 1e3);
}

/** Bytes a second that a copy reads and writes. */
async function memorySpeed() {
  const bytes = software ? 2 ** 24 : 2 ** 27;
  const code = `@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@compute @workgroup_size(256) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  for (var i = 0u; i < 4u; i++) { let at = (group.x * 4u + i) * 256u + local.x; y[at] = x[at]; }
}`;
  const ms = await timeOf(await shader(code, [bufferOf(bytes), bufferOf(bytes)], bytes / 16 / 1024));
  return (2 * bytes) / (ms / 1e3);
}

async function product(size, peak) {
  const { compile, rand, zeros } = chainrule;
  const [a, b] = [rand([size, size]).sub(0.5), rand([size, size]).sub(0.5)];
  const y = zeros([size, size]);
  const multiply = compile(() => void y.assign(a.matmul(b)), { backend: "webgpu" });
  multiply();
  const result = await y.read();
  for (let i = 0; i < 64; i++) {
    const [row, column] = [(i * 7919) % size, (i * 104729) % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += a.data[row * size + k] * b.data[k * size + column];
    const found = result[row * size + column];
    if (!(Math.abs(found - sum) <= 1e-6 * size))
      throw new Error(`matmul ${size}: ${found} at ${row}, ${column}, not ${sum}`);
  }
  const ms = await timeOf(multiply);
  const rate = (2 * size ** 3) / (ms / 1e3);
  return [`matmul ${size}`, short(ms), (rate / 1e9).toFixed(rate < 1e11 ? 1 : 0), percent(rate / peak), "", ""];
}

async function training(work, peak) {
  const question = questionOf(work);
  const { train, batch } = workOf(chainrule, question);
  const step = chainrule.compile(train, { backend: "webgpu" });
  const start = performance.now();
  const losses = [(await step(...batch(0)).read())[0]];
  const first = performance.now() - start;
  losses.push((await step(...batch(1)).read())[0]);
  const expected = work.losses ?? lossesOnProcessor(question);
  for (const [i, loss] of losses.entries())
    if (!(Math.abs(loss - expected[i]) <= tolerance * expected[i]))
      throw new Error(`${work.name}: loss ${loss} in step ${i + 1}, not ${expected[i]}`);
  let i = 2;
  const ms = await timeOf(() => step(...batch(i++)));
  const rate = operationsOf(work) / (ms / 1e3);
  const dispatches = step.chapters().find(({ name }) => name === "functions").parts.length;
  return [
    work.name,
    short(ms),
    (rate / 1e9).toFixed(rate < 1e11 ? 1 : 0),
    percent(rate / peak),
    `${dispatches}`,
    short(first),
  ];
}

function lossesOnProcessor(question) {
  const { train, batch } = workOf(chainrule, question);
  const step = chainrule.compile(train);
  return [0, 1].map((i) => step(...batch(i)).item());
}

const peak = await peakOf();
const memory = await memorySpeed();
console.log(`${adapter}${software ? " (software)" : ""}, ${machine}`);
console.log(`peak ${(peak / 1e12).toFixed(3)} TFLOP/s of float32, memory ${(memory / 1e9).toFixed(1)} GB/s\n`);
const rows = [];
for (const size of sizes) rows.push(await product(size, peak));
for (const work of works) rows.push(await training(work, peak));
console.log(table(["work", "ms", "GFLOP/s", "of the peak", "dispatches", "first step"], rows, 1).join("\n"));
console.log(`\n${((performance.now() - began) / 1e3).toFixed(0)} s`);
if (!options["no-fixtures"]) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const words = options.small ? ["losses", "pooling"] : [];
  const command = ["tsx", "test/backends/webgpu/prove.ts", "fixtures", ...words, "--hardware"];
  const { status } = spawnSync("npx", command, { cwd: root, stdio: "inherit", timeout: 200_000 });
  if (status !== 0) process.exitCode = 1;
}
process.exit();
