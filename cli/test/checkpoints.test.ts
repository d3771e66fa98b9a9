// A training can be resumed after an early end and after its process was killed, and is refused where the file does not allow it.
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { describe, expect, test } from "vitest";
import { bars, temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { checkpointOf, modelOf } from "../src/train/checkpoints.ts";
import { resumeCommand } from "../src/train/job.ts";
import { chainrule, events } from "./command.ts";
import { killAndResume, undisturbed } from "./kill.ts";

const data = writeIdxFolder(temporaryFolder(), {
  ...{ train: bars(300, { side: 12 }), test: bars(50, { side: 12 }), side: 12 },
});

test("a checkpoint's name is made of the model's, and the other way round", () => {
  expect(checkpointOf("a/m.safetensors")).toBe("a/m.checkpoint.safetensors");
  expect(modelOf("a/m.checkpoint.safetensors")).toBe("a/m.safetensors");
  expect(modelOf("a/m.safetensors")).toBe("a/m.safetensors");
  expect(modelOf(checkpointOf("m"))).toBe("m");
});

test.skipIf(process.platform === "win32")(
  "killed at three moments, the last checkpoint loads, and the curve and the file are those of an undisturbed training",
  async () => {
    const nets = [
      "--model",
      "conv-bn",
      "--epochs",
      "8",
      "--batch-size",
      "5",
      "--validation",
      "0.2",
      "--augment",
      "--jitter",
      "0.1",
      "--mixup",
      "0.3",
    ];
    const options = [...nets, "--checkpoint", "0.05"];
    const whole = await undisturbed(data, options);
    for (const part of [0.35, 0.6, 0.85]) await killAndResume({ data, options, whole, lives: [part * whole.seconds] });
  },
);

test("a checkpoint from the moment before the model was saved gives that model, and the report", async () => {
  const cwd = temporaryFolder();
  const [model, checkpoint] = ["m.safetensors", "m.checkpoint.safetensors"].map((name) => join(cwd, name));
  expect((await chainrule(["train", data, "--epochs", "1", "--out", model], { cwd })).code).toBe(0);
  const whole = readFileSync(model);
  renameSync(model, checkpoint);
  const args = ["train", data, "--resume", checkpoint, "--report", "r.html"];
  const clash = await chainrule([...args.slice(0, -1), model], { cwd });
  expect([clash.code, clash.stderr]).toEqual([2, expect.stringMatching(/is the file of the model/)]);
  const { code, stderr } = await chainrule(args, { cwd });
  expect(code, stderr).toBe(0);
  expect(readFileSync(model).equals(whole)).toBe(true);
  expect(readdirSync(cwd).sort()).toEqual(["m.safetensors", "r.html"]);
});

test("the command that goes on has the backend and the processes that were typed", () => {
  const together = { backend: "xla", processes: 2, threads: 1 } as const;
  expect(resumeCommand("my pictures", together, "m.safetensors")).toMatch(
    /chainrule train 'my pictures' --backend xla --processes 2 --resume m\.safetensors$/,
  );
  const several = { backend: "xla", coordinator: "host0:9000", processes: 4, process: 0 } as const;
  expect(resumeCommand("data", several, "m")).toMatch(
    /train data --backend xla --processes 4 --coordinator host0:9000 --process 0 --resume m$/,
  );
});

describe("early stopping", () => {
  const cwd = temporaryFolder();
  const options = [
    "--epochs",
    "40",
    "--validation",
    "0.3",
    "--patience",
    "2",
    "--lr",
    "0.03",
    "--out",
    "m.safetensors",
  ];

  test("ends when nothing gets better, keeps the best weights, and goes on where --patience is raised", async () => {
    const stopped = await chainrule(["train", data, ...options, "--json"], { cwd });
    expect(stopped.code, stopped.stderr).toBe(0);
    const told = events(stopped);
    const validations = told.filter(({ event }) => event === "validation");
    expect(validations.length).toBeLessThan(40);
    const best = told.find(({ event }) => event === "best");
    expect(best).toMatchObject({ reason: "patience", epoch: validations.length - 2 });
    expect(Math.min(...validations.map(({ loss }) => Number(loss)))).toBe(best?.loss);
    expect(stopped.stderr).toContain(
      `2 epochs had no lower validation loss, so training ends early; of ${validations.length} epochs`,
    );

    const resume = ["train", data, "--resume", "m.safetensors"];
    const refused = await chainrule(resume, { cwd });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/stopped early, .* --patience 3 or more/),
    ]);
    const further = await chainrule([...resume, "--patience", "5", "--out", "n.safetensors", "--json"], { cwd });
    expect(further.code, further.stderr).toBe(0);
    const first = events(further).find(({ event }) => event === "epoch");
    expect(first?.epoch).toBe(validations.length + 1);
  });

  test("a file that an older chainrule saved is a model, but its training cannot be resumed", async () => {
    const { tensors, metadata } = readSafetensors(readFileSync(join(cwd, "m.safetensors")));
    const training = { model: "cnn", epochs: 4, batchSize: 64, lr: 0.003, epoch: 1, batch: 3, pictures: 192 };
    const old = { ...metadata, training: JSON.stringify({ ...training, lossSum: 1.5, correct: 100, data: "0123" }) };
    writeFileSync(join(cwd, "old.safetensors"), writeSafetensors(tensors, old));
    const { code, stderr } = await chainrule(["train", data, "--resume", "old.safetensors"], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/old\.safetensors: was saved by an older chainrule/)]);
    expect((await chainrule(["evaluate", "old.safetensors", data], { cwd })).code).toBe(0);
  });
});
