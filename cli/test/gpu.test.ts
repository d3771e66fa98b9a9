// chainrule train --device: the command says what the steps run on.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { it } from "../../test/backends/webgpu/gpu.ts";
import { bars, temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { chainrule, chainruleProcess } from "./command.ts";

const data = writeIdxFolder(temporaryFolder(), {
  train: bars(200, { side: 12 }),
  test: bars(50, { side: 12 }),
  side: 12,
});
const args = [
  "train",
  data,
  "--from",
  "none",
  "--model",
  "mlp",
  "--epochs",
  "2",
  "--batch-size",
  "20",
  "--out",
  "m.safetensors",
];

it("gpu trains there, shows its dispatches, and ends as on the processor", async () => {
  const cwd = temporaryFolder();
  const { code, stdout, stderr } = await chainruleProcess([...args, "--device", "gpu", "--profile"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/; on SwiftShader driver \S+, a GPU in software, which computes on the processor$/m);
  expect(stdout).toMatch(/^where the time of a step goes, on the GPU, after 1\d steps:$/m);
  expect(stdout).toMatch(
    /^the GPU in software \(.*\): \d+ µs from the call to its end, \d+ dispatches in one submit$/m,
  );
  const figures = (text: string) => text.match(/^(epoch \d.*accuracy \S+ %|test accuracy .*)/gm);
  expect(existsSync(join(cwd, "m.safetensors"))).toBe(true);
  const host = await chainrule(args, { cwd: temporaryFolder() });
  expect(figures(stdout)).toEqual(figures(host.stdout));
  expect(figures(stdout)).toHaveLength(3);
});

it("auto takes no adapter that computes on the processor, and says so", async () => {
  const { stdout } = await chainrule([...args, "--device", "auto"], { cwd: temporaryFolder() });
  expect(stdout).toMatch(/; on one thread \(no GPU: SwiftShader driver \S+ computes on the processor\)$/m);
});
