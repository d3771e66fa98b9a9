// chainrule train --device: the command says what the steps run on.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { lastSession } from "../../src/backends/webgpu/current.ts";
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

it("a GPU that is lost: the command says how to go on, and does so", async () => {
  // The GPU was opened by the command before.
  const device = lastSession()?.device;
  if (device === undefined) throw new Error("the GPU is not open");
  const { queue } = device;
  const submit = queue.submit.bind(queue);
  // An epoch is 17 to 26 submits, by how many steps are taken before a read.
  let left = 50;
  queue.submit = (commands) => {
    submit(commands);
    if (--left === 0) device.destroy();
  };
  const cwd = temporaryFolder();
  const lost = await chainrule([...args, "--epochs", "5", "--device", "gpu"], { cwd });
  expect(lost.code).toBe(2);
  expect(lost.stderr).toMatch(
    /^error: --device gpu: the GPU in software \(SwiftShader driver \S+\) was lost \(.*\)\. --resume m\.checkpoint\.safetensors goes on from the last checkpoint; --device cpu trains on the processor\n$/,
  );
  const { code, stdout } = await chainrule(["train", data, "--resume", "m.checkpoint.safetensors"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^test accuracy /m);
});
