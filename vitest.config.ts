import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const source = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

const all = ["test/**/*.test.ts", "cli/test/**/*.test.ts", "onnx/test/**/*.test.ts", "web/test/**/*.test.ts"];
/** These change what a process has of its own, such as its pool of threads, its console or its environment. */
const alone = [
  "test/docs.test.ts",
  "test/io/mutate.test.ts",
  "test/train/{fit,resume}.test.ts",
  "test/backends/wasm/chains.test.ts",
  "test/backends/wasm/products/{depthwise,winograd}.test.ts",
  "test/backends/wasm/threads/*.test.ts",
];

/** The files that take longest, from 40 s to 8 s: they begin first, so that the last minute has work for all workers. */
const slowest = [
  "web/test/images",
  "test/environments/environments",
  "test/examples",
  "cli/test/train",
  "test/docs",
  "web/test/neuron",
  "cli/test/transfer",
  "test/model/backbones/pytorch",
  "cli/test/predict",
  "web/test/net",
  "test/browser/bundlers",
  "web/test/race",
  "cli/test/checkpoints",
  "web/test/story",
  "cli/test/predict-as-evaluate",
  "test/backends/wasm/threads/share",
  "web/test/trouble",
  "test/compiler/pytorch",
  "test/browser/threads",
  "test/nn/pytorch",
  "test/backends/wasm/products/winograd",
  "test/compiler/every-method",
  "cli/test/output",
].map((file) => `/${file}.test.ts`);

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = slowest.findIndex((file) => moduleId.endsWith(file));
      return at < 0 ? slowest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^chainrule$/, replacement: source("index.ts") },
      { find: /^chainrule\/(compiler|scalar|data|io|model|train|node)$/, replacement: source("$1/index.ts") },
      { find: /^chainrule-backbone$/, replacement: source("../backbone/index.js") },
      { find: /^chainrule-onnx$/, replacement: source("../onnx/src/index.ts") },
    ],
  },
  test: {
    projects: [
      // The others take each process as they find it, with the library loaded.
      { extends: true, test: { name: "together", include: all, exclude: alone, isolate: false } },
      { extends: true, test: { name: "alone", include: alone } },
    ],
    sequence: { sequencer: SlowestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page under test shares two cores with three workers: Vitest's one second is not enough for it.
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 3,
    // MiB: many small tensors live for a test, and the collector copies less of them from a larger nursery (a tenth of the time).
    execArgv: ["--max-semi-space-size=64"],
    setupFiles: ["test/equality.ts"],
  },
});
