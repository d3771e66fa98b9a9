import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { optimiseLater } from "./scripts/optimise-later.js";
import { softwareVulkan } from "./scripts/webgpu.js";

const source = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

// Processes of tests find a Vulkan driver when they start: theirs computes on the processor.
Object.assign(process.env, softwareVulkan());

const all = [
  "test/**/*.test.ts",
  "cli/test/**/*.test.ts",
  "onnx/test/**/*.test.ts",
  "xla/test/**/*.test.ts",
  "web/test/**/*.test.ts",
];
/** These change what a process has of its own, such as its pool of threads, its console or its environment. */
const alone = [
  "test/docs.test.ts",
  "test/io/mutate.test.ts",
  "test/tensor/device.test.ts",
  "xla/test/runner.test.ts",
  "test/train/{fit,resume}.test.ts",
  "test/backends/wasm/chains.test.ts",
  "test/backends/webgpu/ready.test.ts",
  "test/schedule/products/{depthwise,winograd}-programs.test.ts",
  "test/backends/wasm/threads/*.test.ts",
];

/**
 * These run command lines, pages, bundles and pretrained nets. They have processes of their own, because a trace watches every module that is
 * alive in its process: after pretrained nets, with their hundreds of modules, the many traces of the other files took five times as long.
 */
const large = [
  "cli/test/**/*.test.ts",
  "web/test/{keyboard,tree,trouble}.test.ts",
  "web/test/{classes,code,hero,images,net,neuron,race,share}/{classes,code,hero,images,net,neuron,race,share}.test.ts",
  "web/test/gpu.test.ts",
  "web/test/story/{offline,story}.test.ts",
  "test/{browser,environments}/*.test.ts",
  "test/examples.test.ts",
  "test/model/backbone-model.test.ts",
  "test/model/backbones/*.test.ts",
  "test/train/grad-cam.test.ts",
];

/** The files that take longest, from 40 s to 8 s: in each project they begin first, so that the last minute has work for all workers. */
const slowest = [
  "web/test/images/images",
  "test/environments/environments",
  "test/examples",
  "cli/test/train",
  "web/test/neuron/neuron",
  "web/test/classes/classes",
  "cli/test/transfer",
  "test/model/backbones/pytorch",
  "cli/test/predict",
  "cli/test/finetune",
  "web/test/story/story",
  "web/test/net/net",
  "web/test/trouble",
  "test/browser/bundlers",
  "cli/test/checkpoints",
  "web/test/keyboard",
  "web/test/race/race",
  "web/test/story/offline",
  "cli/test/predict-as-evaluate",
  "web/test/code/code",
  "web/test/tree",
  "test/browser/threads",
  "cli/test/tune",
  "cli/test/output",
  "test/docs",
  "test/backends/wasm/threads/share",
  "test/train/resume",
  "web/test/lookups",
  "web/test/images/familiar",
  "test/schedule/products/winograd",
  "test/compiler/pytorch",
  "test/nn/pytorch",
  "test/compiler/every-method",
].map((file) => `/${file}.test.ts`);

/** One project after another: a process serves one project, and a change costs a start. */
const order = ["large", "alone", "together"];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification) => {
      const at = slowest.findIndex((file) => moduleId.endsWith(file));
      return order.indexOf(project.name) * (slowest.length + 1) + (at < 0 ? slowest.length : at);
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

const root = fileURLToPath(new URL(".", import.meta.url));

/**
 * Tests import the sources; Node runs the modules that are built from them, as users do. Each process would transform all sources again
 * otherwise, which took a sixth of the time, and calls between transformed modules are slower.
 */
const builtModules: Plugin = {
  name: "built-modules",
  enforce: "pre",
  async resolveId(id, importer) {
    const resolved = await this.resolve(id, importer, { skipSelf: true });
    if (!resolved?.id.startsWith(root)) return null;
    const source = /^((?:onnx\/|xla\/|cli\/)?)src\/(.*)\.ts$/.exec(resolved.id.slice(root.length));
    return source && { id: `${root}${source[1]}dist/${source[2]}.js` };
  },
};

export default defineConfig({
  plugins: [builtModules],
  resolve: {
    alias: [
      { find: /^chainrule$/, replacement: source("index.ts") },
      {
        find: /^chainrule\/(compiler|scalar|data|distributions|io|model|train|node)$/,
        replacement: source("$1/index.ts"),
      },
      { find: /^chainrule-backbone$/, replacement: source("../backbone/index.js") },
      { find: /^chainrule-onnx$/, replacement: source("../onnx/src/index.ts") },
      { find: /^chainrule-xla$/, replacement: source("../xla/src/index.ts") },
    ],
  },
  test: {
    projects: [
      // The files of a process take it as they find it, with the library loaded.
      { extends: true, test: { name: "large", include: large, isolate: false } },
      { extends: true, test: { name: "together", include: all, exclude: [...alone, ...large], isolate: false } },
      { extends: true, test: { name: "alone", include: alone } },
    ],
    sequence: { sequencer: SlowestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page under test shares two cores with three workers: Vitest's one second is not enough for it.
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 3,
    // MiB: many small tensors live for a test, and the collector copies less of them from a larger nursery (a tenth of the time).
    execArgv: ["--max-semi-space-size=64", ...optimiseLater],
    server: { deps: { external: [/\/dist\/.*\.js$/] } },
    globalSetup: ["test/build.ts"],
    setupFiles: ["test/equality.ts"],
  },
});
