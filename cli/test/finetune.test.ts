// train --finetune: what it trains, that it is undone where it does not help, and that it goes on after an interruption.
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors } from "chainrule/io";
import { readModel } from "chainrule/model";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { findData } from "../src/data.ts";
import { Screen } from "../src/terminal/screen.ts";
import type { TrainOptions } from "../src/train/job.ts";
import { chooseBeginning, resumedBeginning } from "../src/transfer/beginning.ts";
import {
  checkTuning,
  chooseTuning,
  resumedTuning,
  type SavedTuning,
  savedTuning,
} from "../src/transfer/tuning-plan.ts";
import { writeBackbone } from "./backbone-file.ts";
import { chainrule, chainruleProcess, events, type Finished } from "./command.ts";
import { writePictures } from "./pictures.ts";

const cwd = temporaryFolder();
const cache = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);
const classes = ["across", "along", "below"];
const options = [
  "--from",
  "net.safetensors",
  "--finetune",
  "--epochs",
  "6",
  "--validation",
  "0.3",
  "--batch-size",
  "4",
  "--no-augment",
];
const where = { cwd, env: { CHAINRULE_CACHE: cache } };
const command = (args: readonly string[]) => ["train", "pictures", ...args, "--json"];
const run = (args: readonly string[]) => chainrule(command(args), where);

beforeAll(() => {
  // Nine kinds of bars in three classes: no linear classifier on so few of them is right about all.
  const kinds = Array.from({ length: 9 }, (_, n) => String(n));
  writePictures(at("kinds"), { classes: kinds, each: 4, side: 40, coloured: true });
  for (const [n, kind] of kinds.entries())
    for (const name of readdirSync(at("kinds", kind))) {
      mkdirSync(at("pictures", classes[n % 3]), { recursive: true });
      renameSync(at("kinds", kind, name), at("pictures", classes[n % 3], name));
    }
  writeBackbone(at("net.safetensors"), { name: "squeezenet1_1", side: 32 });
});

describe("train --finetune", () => {
  let [whole, stopped, resumed]: Finished[] = [];
  beforeAll(async () => {
    whole = await run([...options, "--out", "whole.safetensors", "--report", "r.html"]);
    let asked = false;
    // The first step is compiled when the signal comes, so that the training stops after it.
    const watch = (stdout: string, process: ChildProcess) => {
      if (!asked && stdout.includes('"event":"finetune"')) asked = process.kill("SIGINT");
    };
    stopped = await chainruleProcess(command([...options, "--out", "part.safetensors"]), { ...where, watch });
    resumed = await run(["--resume", "part.safetensors"]);
  }, 120_000);

  test("fits the classifier, trains the last blocks, judges each epoch, saves the best one and tests it", async () => {
    expect(whole.code, whole.stderr).toBe(0);
    const told = events(whole);
    const epoch = ["epoch", "validation"];
    expect(told.map(({ event }) => event)).toEqual([
      "start",
      "head",
      "finetune",
      ...Array(5).fill(epoch).flat(),
      "best",
      "test",
      "done",
    ]);
    const { before, parameters } = told[2] as unknown as { before: { loss: number }; parameters: number };
    const best = told.find(({ event }) => event === "best");
    expect(best?.finetuned).toBe(Number(best?.loss) < before.loss);
    expect(best?.finetuned, "a case in which it helps").toBe(true);
    expect(whole.stderr).toMatch(
      /fine-tuning trains .* parameters further, those of the last blocks and of the classifier/,
    );
    expect(whole.stderr).toMatch(/before, the validation loss is \d\.\d+, the accuracy/);
    const [tuned, original] = [at("whole.safetensors"), at("net.safetensors")].map((file) => readFileSync(file));
    const { net, description } = readModel(tuned);
    expect(net.parameters().reduce((sum, { size }) => sum + size, 0)).toBeGreaterThan(parameters);
    expect(description.architecture).toEqual([["squeezenet1_1"], ["Linear", 512, 3]]);
    // The first half of the blocks have the weights that they had.
    const before0 = readSafetensors(original).tensors;
    const isSame = (name: string) => String(net.stateDict().get(`0.${name}`)?.data) === String(before0.get(name)?.data);
    expect(isSame("features.6.squeeze.weight")).toBe(true);
    expect(isSame("features.7.squeeze.weight")).toBe(false);
    const evaluated = await chainrule(["evaluate", "whole.safetensors", "pictures", "--json"], {
      cwd,
      env: { CHAINRULE_CACHE: cache },
    });
    expect(events(evaluated).pop()?.testAccuracy).toBe(told[told.length - 1].testAccuracy);
    expect(readFileSync(at("r.html"), "utf8")).toContain("squeezenet1_1, fine-tuned, on pictures");
  });

  test("goes on after Ctrl-C with the same result, bit for bit", () => {
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/stopped in epoch \d .* to go on: .*train pictures --resume part\.safetensors/);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/fine-tuning goes on with squeezenet1_1 \(net\.safetensors;/);
    expect(readFileSync(at("part.safetensors")).equals(readFileSync(at("whole.safetensors")))).toBe(true);
  });

  test("is undone where it does not help, and the classifier then learns from all pictures", async () => {
    const worse = await run([...options, "--lr", "0.5", "--out", "worse.safetensors"]);
    expect(worse.code, worse.stderr).toBe(0);
    expect(worse.stderr).toMatch(
      /fine-tuning did not help: no validation loss was below .*, so the pretrained net stays/,
    );
    const told = events(worse);
    expect(told.find(({ event }) => event === "best")).toMatchObject({ finetuned: false });
    expect(told.filter(({ event }) => event === "head")).toHaveLength(2);
    expect(worse.stderr).toMatch(/computed the features of \d pictures in .*; those of \d+ were kept/);
    expect(statSync(at("worse.safetensors")).size).toBeLessThan(statSync(at("net.safetensors")).size * 1.1);
    const refused = await run(["--resume", "whole.safetensors"]);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/was fine-tuned to its end; leave --resume out/),
    ]);
  });
}, 120_000);

test("the options of fine-tuning: defaults, the changes of pictures, and what is refused", async () => {
  const shape = [10, 3, 224, 224];
  expect(chooseTuning({}, shape)).toMatchObject({ batchSize: 16, augment: { shift: 16, crop: 0.1, flip: false } });
  expect(chooseTuning({ augment: false }, shape).augment).toBe(null);
  expect(chooseTuning({ flip: true, mixup: 0.2, lr: 0.01 }, shape)).toMatchObject({
    lr: 0.01,
    augment: { flip: true, mixup: 0.2 },
  });
  expect(() => checkTuning({ validation: 0 })).toThrow(/^--validation 0: --finetune needs pictures to judge by/);
  const fetching = { screen: new Screen(true), signal: new AbortController().signal };
  const begin = async (more: TrainOptions) =>
    chooseBeginning(await findData(at("pictures")), { finetune: true, ...more }, fetching);
  expect((await begin({ epochs: 3, lr: 0.1, jitter: 0.1 })).backbone?.name).toBe("tf_efficientnet_lite0");
  await expect(begin({ from: "none" })).rejects.toThrow(/--from none begins with none; leave one of them out/);
  await expect(begin({ model: "mlp" })).rejects.toThrow(/^--model: is for a net that begins with nothing/);
  await expect(begin({ resume: "m.safetensors" })).rejects.toThrow(/leave --finetune out to go on/);
});

test("a fine-tuning goes on with the options that it began with; epochs and patience may be raised", async () => {
  const plan = chooseTuning({}, [10, 3, 224, 224]);
  const saved = { plan, seed: 1, validation: 0.2 } as SavedTuning;
  expect(resumedTuning("m", saved, { epochs: 30, seed: 1 })).toEqual({ ...plan, epochs: 30 });
  expect(() => resumedTuning("m", saved, { lr: 1 })).toThrow(/^--lr 1: m was begun with --lr 0\.00003; leave --lr out/);
  expect(() => resumedTuning("m", saved, { flip: true })).toThrow(/^--flip: m was begun with --no-flip/);
  expect(() => resumedTuning("m", saved, { augment: false })).toThrow(/^--no-augment: m was begun with --augment/);
  expect(() => resumedTuning("m", saved, { skipBroken: true })).toThrow(
    /^--skip-broken: m was begun with no --skip-broken/,
  );
  const tuning = { file: "m", saved: {}, record: saved } as unknown as Parameters<typeof resumedBeginning>[0];
  for (const more of [{ model: "mlp" }, { from: "none" }, { finetune: true }] as const)
    await expect(resumedBeginning(tuning, more)).rejects.toThrow(
      /m goes on with its own net; leave --\w+ out to go on/,
    );
  const damaged = { training: { finetune: {}, position: {} }, description: { seed: 0 } } as unknown as Parameters<
    typeof savedTuning
  >[1];
  expect(() => savedTuning("m", damaged)).toThrow(/has no record of its training/);
  expect(savedTuning("m", { ...damaged, training: { epoch: 1 } })).toBe(null);
});
