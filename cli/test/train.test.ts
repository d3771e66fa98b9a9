import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors } from "chainrule/io";
import { describe, expect, test } from "vitest";
import { bars, temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { chainrule, chainruleProcess, events, shellStart } from "./command.ts";

const folder = temporaryFolder();
const data = writeIdxFolder(folder, { train: bars(2000), test: bars(300, { seed: 9 }) });
const small = writeIdxFolder(temporaryFolder(), {
  train: bars(200, { side: 12 }),
  test: bars(50, { side: 12 }),
  side: 12,
});

describe("chainrule train", () => {
  test("says what it does, reaches a good net, saves it under the data's name, and evaluate gives the same figure", async () => {
    const cwd = temporaryFolder();
    const trained = await chainruleProcess(["train", data, "--epochs", "2"], { cwd });
    expect(trained.stderr).toBe("");
    expect(trained.code).toBe(0);
    expect(trained.stdout).toMatch(/^.*: 2,000 pictures to learn from, 300 to test, 28×28, 10 classes$/m);
    expect(trained.stdout).toMatch(
      /^epoch 1\/2 {2}loss \d\.\d{4} {2}accuracy \d+\.\d\d % {2}[\d,]+ images\/s {2}[\d.]+ s$/m,
    );
    expect(trained.stdout.match(/^epoch /gm)).toHaveLength(2);
    const figure = /^test accuracy (\d+\.\d\d) %$/m.exec(trained.stdout)?.[1];
    expect(Number(figure)).toBeGreaterThan(95);
    expect(trained.stdout).toContain("rows: the true class; columns: what the net says");
    expect(trained.stdout).toMatch(/says \d \(\d+\.\d\d %\)/);
    expect(trained.stdout).not.toContain("\x1b");
    const [model, ...others] = readdirSync(cwd);
    expect(others).toEqual([]);
    expect(model).toMatch(/^chainrule-.*-cnn\.safetensors$/);

    const evaluated = await chainruleProcess(["evaluate", model, data], { cwd });
    expect(evaluated.code).toBe(0);
    expect(evaluated.stdout).toContain(`test accuracy ${figure} %`);
  });

  test("the model file holds everything that is needed to use it, and the options of its training", async () => {
    const cwd = temporaryFolder();
    await chainrule(["train", small, "--model", "mlp", "--epochs", "1", "--seed", "7", "--out", "m.safetensors"], {
      cwd,
    });
    const { tensors, metadata } = readSafetensors(readFileSync(join(cwd, "m.safetensors")));
    expect(JSON.parse(metadata.architecture)).toEqual([
      ["Flatten"],
      ["Linear", 144, 128],
      ["ReLU"],
      ["Linear", 128, 10],
    ]);
    expect(tensors.get("1.weight")?.shape).toEqual([128, 144]);
    expect(JSON.parse(metadata.classes)).toEqual([..."0123456789"]);
    expect(JSON.parse(metadata.input)).toEqual([1, 12, 12]);
    expect(JSON.parse(metadata.normalisation).mean).toHaveLength(1);
    expect(metadata.seed).toBe("7");
    expect(JSON.parse(metadata.training)).toMatchObject({
      model: "mlp",
      epochs: 1,
      batchSize: 64,
      lr: 0.003,
      epoch: 1,
      batch: 0,
    });
  });

  test("--json: an object a line, words on stderr, the last line with accuracy, seconds and model", async () => {
    const cwd = temporaryFolder();
    const trained = await chainrule(
      ["train", data, "--epochs", "2", "--batch-size", "20", "--json", "--out", "m.safetensors"],
      { cwd },
    );
    expect(trained.code).toBe(0);
    expect(trained.stderr).toContain("test accuracy");
    const told = events(trained);
    expect(told.map(({ event }) => event)).toEqual(["start", "step", "epoch", "step", "epoch", "test", "done"]);
    const epoch = told.filter(({ event }) => event === "epoch")[1];
    expect(epoch).toMatchObject({ epoch: 2, epochs: 2 });
    expect(epoch.accuracy).toBeGreaterThan(0.9);
    expect(epoch.accuracy).toBeLessThanOrEqual(1);
    const done = told[told.length - 1];
    expect(done).toEqual({
      event: "done",
      testAccuracy: expect.any(Number),
      seconds: expect.any(Number),
      model: "m.safetensors",
    });
    expect(done.testAccuracy).toBeGreaterThan(0.9);
    expect(done.testAccuracy).toBeLessThanOrEqual(1);

    const evaluated = await chainrule(["evaluate", "m.safetensors", data, "--json"], { cwd });
    const last = events(evaluated).pop();
    expect(last).toEqual({ ...done, seconds: expect.any(Number) });
    expect(evaluated.stderr).toContain("test accuracy");
  });

  test("--explain shows the compiled step: its graph, its kernels and its memory", async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await chainrule(["train", small, "--epochs", "1", "--explain"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}%0 = argument 0 : float32\[64,1,12,12\]$/m);
    expect(stdout).toMatch(/ = conv %.* @ conv2d\.1$/m);
    expect(stdout).toMatch(/^k0 convolution conv_.*: i0<64 /m);
    expect(stdout).toMatch(/^k0 conv_.*: tiles of /m);
    expect(stdout).toMatch(/^arena of \d+ bytes/m);
    expect(stdout).toMatch(/^test accuracy/m);
  });

  test("--profile shows once where the time of a warm step goes", async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await chainrule(["train", data, "--epochs", "2", "--profile"], { cwd });
    expect(code).toBe(0);
    // 2000 pictures are 31 batches of 64 and one of 16: the 51st step is within the second epoch.
    expect(stdout.match(/^where the time of a step goes, .*/gm)).toEqual([
      "where the time of a step goes, on one thread, after 50 steps:",
    ]);
    expect(stdout).toMatch(
      /^epoch 1\/2 [\s\S]*^limit of one thread: \d+\.\d GFLOP\/s.*\n +µs[\s\S]*^conv\w* +\d+ +\d+\.\d +\d+ % [\s\S]*^epoch 2\/2 /m,
    );
    expect(stdout).toMatch(/^total +\d+ +\d+\.\d +\d+ % +\d+\.\d$/m);
  });

  test.each([
    // 4 steps, of which the last has a smaller batch; and one step.
    [["--batch-size", "64"], 2],
    [["--batch-size", "200"], 0],
  ])("--profile of a training of few steps, %j: after %i", async (options, steps) => {
    const few = ["train", small, "--epochs", "1", "--profile", ...options];
    const { code, stdout } = await chainrule(few, { cwd: temporaryFolder() });
    expect(code).toBe(0);
    expect(stdout.match(/^where the time of a step goes, .*/gm)).toEqual([
      `where the time of a step goes, on one thread, after ${steps} steps:`,
    ]);
  });

  test("--threads sets the number of threads, and overrides CHAINRULE_THREADS", async () => {
    const told = async (args: readonly string[], threads: string) => {
      const training = ["train", small, "--model", "mlp", "--epochs", "1", "--json", ...args];
      const trained = await chainruleProcess(training, { cwd: temporaryFolder(), env: { CHAINRULE_THREADS: threads } });
      expect(trained.code, trained.stderr).toBe(0);
      expect(trained.stderr).toMatch(/seed 0; on (one thread|\d+ threads)$/m);
      return events(trained)[0].threads;
    };
    expect(await told([], "1")).toBe(1);
    expect(await told([], "3")).toBe(3);
    expect(await told(["--threads", "2"], "1")).toBe(2);
    expect(await told(["--threads", "1"], "several")).toBe(1);
  });

  test("--model cnn", async () => {
    const cwd = temporaryFolder();
    const trained = await chainrule(
      ["train", small, "--model", "cnn", "--epochs", "3", "--batch-size", "10", "--json"],
      { cwd },
    );
    expect(trained.code, trained.stderr).toBe(0);
    expect(events(trained).pop()?.testAccuracy).toBeGreaterThan(0.8);
    const { metadata } = readSafetensors(readFileSync(join(cwd, readdirSync(cwd)[0])));
    expect(JSON.parse(metadata.architecture)[0]).toEqual(["Conv2d", 1, 8, 5]);
  });

  test("a reader that leaves after the first line: the end comes quietly, and nothing is written", async () => {
    const cwd = temporaryFolder();
    const { code, stderr } = await chainruleProcess(["train", data, "--epochs", "50", "--json"], {
      cwd,
      watch: (stdout, child) => {
        if (stdout.includes("\n")) child.stdout?.destroy();
      },
    });
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|error/i);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

// util-linux's script runs a command on a terminal of its own.
test.skipIf(process.platform !== "linux" || !existsSync("/usr/bin/script"))(
  "on a terminal the bar is redrawn in place, and the pictures have greys",
  async () => {
    const cwd = temporaryFolder();
    const command = `${shellStart} train ${data} --epochs 1 --batch-size 10`;
    const shown = execFileSync("/usr/bin/script", ["-qec", command, "/dev/null"], {
      ...{ cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
      env: {
        ...process.env,
        TERM: "xterm-256color",
        NO_COLOR: undefined,
        NODE_DISABLE_COLORS: undefined,
        CI: undefined,
      },
    });
    const visible = shown.replaceAll("\u001b", "␛");
    const frames = visible.match(
      /␛\[1Gepoch 1\/1 [█░]{10} loss \d\.\d{4} {2}accuracy \d+\.\d\d % {2}[\d,]+ images\/s {2}\d+ s left/g,
    );
    expect(frames?.length).toBeGreaterThan(1);
    expect(visible).toMatch(/epoch 1\/1 █{10} .* images\/s {2}[\d.]+ s␛/);
    expect(visible).not.toMatch(/^epoch 1\/1 {2}loss/m);
    expect(visible).toMatch(/␛\[38;5;\d+m␛\[48;5;\d+m▀/);
  },
);

describe("one seed, one result, bit for bit", () => {
  const options = ["--epochs", "6", "--batch-size", "3", "--json", "--out", "m.safetensors"];
  const curve = (finished: Parameters<typeof events>[0]) =>
    events(finished)
      .filter(({ event }) => event === "step" || event === "epoch" || event === "test")
      .map(({ seconds: _, imagesPerSecond: __, ...rest }) => rest);
  const model = (cwd: string) => readFileSync(join(cwd, "m.safetensors"));

  test("again, it is the same file; with another seed it is not", async () => {
    const [one, two, three] = [0, 1, 2].map(temporaryFolder);
    const short = ["train", small, "--epochs", "2", "--json", "--out", "m.safetensors"];
    const first = await chainrule(short, { cwd: one });
    const second = await chainrule(short, { cwd: two });
    await chainrule([...short, "--seed", "1"], { cwd: three });
    expect(curve(second)).toEqual(curve(first));
    expect(model(two).equals(model(one))).toBe(true);
    expect(model(three).equals(model(one))).toBe(false);
  });

  test("on one thread and on several it is the same file, and evaluate and predict say the same", async () => {
    const counts = ["1", "3"];
    const answers = counts.map(async (threads) => {
      const cwd = temporaryFolder();
      const on = ["--threads", threads];
      // The batches are large enough to be shared by threads.
      const training = ["train", data, "--epochs", "1", "--batch-size", "500", "--out", "m.safetensors", ...on];
      const trained = await chainruleProcess([...training, "--explain"], { cwd });
      expect(trained.code, trained.stderr).toBe(0);
      expect(trained.stdout).toMatch(threads === "1" ? /^one thread: one was asked for$/m : /^up to 3 threads$/m);
      const evaluated = await chainruleProcess(["evaluate", "m.safetensors", data, ...on], { cwd });
      expect(evaluated.code, evaluated.stderr).toBe(0);
      return [model(cwd).toString("base64"), evaluated.stdout];
    });
    const [one, several] = await Promise.all(answers);
    expect(several).toEqual(one);
  });

  test.skipIf(process.platform === "win32")(
    "interrupted with Ctrl-C and resumed, it is the same curve and the same file as in one go",
    async () => {
      const [whole, parts] = [temporaryFolder(), temporaryFolder()];
      const uninterrupted = await chainrule(["train", small, ...options], { cwd: whole });
      let sent = false;
      const interrupted = await chainruleProcess(["train", small, ...options], {
        cwd: parts,
        watch: (stdout, child) => {
          // Within the second epoch: each has 67 steps.
          if (!sent && stdout.includes('"step":100')) sent = child.kill("SIGINT");
        },
      });
      expect(interrupted.code).toBe(130);
      const stopped = events(interrupted).pop();
      expect(stopped).toMatchObject({ event: "interrupted", model: "m.safetensors" });
      expect(interrupted.stderr).toContain(`to go on: chainrule train ${small} --resume m.safetensors`);
      expect(readdirSync(parts)).toEqual(["m.safetensors"]);
      // The saved file is a model already.
      expect((await chainrule(["evaluate", "m.safetensors", small], { cwd: parts })).code).toBe(0);

      const resumed = await chainrule(["train", small, "--resume", "m.safetensors", "--json"], { cwd: parts });
      expect(resumed.code, resumed.stderr).toBe(0);
      expect([...curve(interrupted), ...curve(resumed)]).toEqual(curve(uninterrupted));
      expect(model(parts).equals(model(whole))).toBe(true);
    },
  );

  test("--resume takes the options from the file, may raise the epochs, and refuses to change the rest", async () => {
    const cwd = temporaryFolder();
    await chainrule(["train", small, "--epochs", "1", "--seed", "3", "--out", "m.safetensors"], { cwd });
    const before = model(cwd);
    const resume = (...more: string[]) => chainrule(["train", small, "--resume", "m.safetensors", ...more], { cwd });
    for (const [flags, message] of [
      [["--seed", "4"], /--seed 4: m.safetensors was begun with --seed 3; leave --seed out/],
      [["--lr", "0.5"], /--lr 0.5: m.safetensors was begun with --lr 0.003/],
      [["--model", "mlp"], /--model mlp: m.safetensors was begun with --model cnn/],
      [["--batch-size", "8"], /--batch-size 8: .*--batch-size 64/],
      [[], /was already trained to the end of epoch 1; give --epochs 2 or more/],
    ] as [string[], RegExp][]) {
      const refused = await resume(...flags);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(message);
    }
    const elsewhere = writeIdxFolder(temporaryFolder(), {
      train: bars(201, { side: 12 }),
      test: bars(50, { side: 12 }),
      side: 12,
    });
    const other = await chainrule(["train", elsewhere, "--resume", "m.safetensors", "--epochs", "2"], { cwd });
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/m\.safetensors: .*other data/)]);
    expect(model(cwd).equals(before)).toBe(true);

    const extended = await resume("--epochs", "3", "--seed", "3", "--out", "longer.safetensors", "--json");
    const [{ resumedRate }] = events(extended);
    expect(resumedRate).toEqual({ last: expect.closeTo(0.003 / 4), next: expect.closeTo(0.002), jumps: true });
    expect(extended.stderr).toContain(
      "the learning rate jumps from 0.00075 in the last step to 0.002, because it now falls to 0 over 3 epochs",
    );
    expect(extended.code, extended.stderr).toBe(0);
    expect(
      events(extended)
        .filter(({ event }) => event === "epoch")
        .map(({ epoch }) => epoch),
    ).toEqual([2, 3]);
    expect(existsSync(join(cwd, "longer.safetensors"))).toBe(true);
    expect(model(cwd).equals(before)).toBe(true);
  });
});
