// chainrule tune: what is searched, when a trial ends early, and that a search goes on where it was broken off.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { readSafetensors } from "chainrule/io";
import { describe, expect, test } from "vitest";
import { bars, temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { Journal, journalOf, type TrialRecord } from "../src/tune/journal.ts";
import { isBehind, median } from "../src/tune/median.ts";
import { settingsOf, spaceOf } from "../src/tune/space.ts";
import { chainrule, chainruleProcess, events } from "./command.ts";
import { writePictures } from "./pictures.ts";

const cwd = temporaryFolder();
const at = (name: string) => join(cwd, name);
const train = bars(120, { side: 12 });
const data = writeIdxFolder(temporaryFolder(), { train, test: bars(40, { side: 12, seed: 5 }), side: 12 });

/** The trials of a journal, without their times. */
const trialsOf = (file: string) =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => ({ ...JSON.parse(line), seconds: 0 }));

describe("the median rule", () => {
  const others = [
    [4, 2],
    [3, 3],
    [5, 1],
  ];
  test("a trial ends where its lowest loss is above the median of the others' means", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    // All three means of the first two epochs are 3.
    expect(isBehind([9, 3.1], others)).toBe(true);
    expect(isBehind([9, 3], others)).toBe(false);
    expect(isBehind([2.9, 9], others)).toBe(false);
  });

  test("not in the first epoch, and not before three others came as far", () => {
    expect(isBehind([9], others)).toBe(false);
    expect(isBehind([9, 9], others.slice(1))).toBe(false);
    expect(isBehind([9, 9, 9], others)).toBe(false);
  });
});

describe("what is searched", () => {
  const wanted = { kind: "pictures", model: undefined, size: undefined, natural: [96, 72], seed: 0 } as const;
  const space = spaceOf(wanted);
  const points = (count: number, of = space) => Array.from({ length: count }, (_, n) => settingsOf(of, n));

  test("train's own settings first, then points that cover the nets, the sizes and the rates evenly", () => {
    expect(points(1)).toEqual([{ model: "conv-bn", size: [64, 48], lr: 0.003 }]);
    expect(space.sizes).toEqual([
      [32, 24],
      [48, 36],
      [64, 48],
      [96, 72],
    ]);
    const many = points(241).slice(1);
    for (const model of ["mlp", "cnn", "conv-bn"]) {
      const share = many.filter((point) => point.model === model).length / 240;
      expect([share > 0.3, share < 0.37], model).toEqual([true, true]);
    }
    for (const size of space.sizes) expect(many.filter((point) => point.size === size).length).toBeGreaterThan(54);
    const rates = many.map(({ lr }) => lr);
    expect([Math.min(...rates) >= 0.0003, Math.max(...rates) <= 0.03]).toEqual([true, true]);
    for (const [low, high] of [
      [0.0003, 0.001],
      [0.001, 0.003],
      [0.003, 0.01],
      [0.01, 0.03],
    ])
      expect(rates.filter((lr) => lr >= low && lr <= high).length).toBeGreaterThan(50);
  });

  test("another seed gives other points; a typed net or size is kept; small pictures are not enlarged", () => {
    expect(points(8, spaceOf({ ...wanted, seed: 1 })).slice(1)).not.toEqual(points(8).slice(1));
    const fixed = points(30, spaceOf({ ...wanted, model: "cnn", size: [20, 20] }));
    expect(new Set(fixed.map(({ model, size }) => `${model} ${size}`))).toEqual(new Set(["cnn 20,20"]));
    expect(spaceOf({ ...wanted, natural: [28, 28] }).sizes).toEqual([[28, 28]]);
    expect(spaceOf({ ...wanted, natural: [3, 9] }).models).toEqual(["mlp"]);
    expect(spaceOf({ ...wanted, kind: "idx", natural: null }).first).toEqual({ model: "cnn", size: null, lr: 0.003 });
  });
});

describe("the journal", () => {
  const search = { data: "a", epochs: 3 };
  const settings = { model: "mlp", size: null, lr: 0.01 } as const;
  const record = (trial: number, loss: number): TrialRecord => ({
    ...{ trial, settings, losses: [loss], end: "epochs", seconds: 1 },
    best: { epoch: 1, loss, accuracy: 0.5 },
  });
  const begun = (name: string): string => {
    const file = at(name);
    const journal = Journal.begin(file, search, null);
    for (const [trial, loss] of [2, 1, 1].entries()) journal.add(record(trial, loss));
    return file;
  };

  test("is read again, with the first of the best trials; a line that was cut off is cut away", () => {
    expect(journalOf("a.b/m.safetensors")).toBe("a.b/m.tune.jsonl");
    expect(Journal.find(at("none.jsonl"), search)).toBeNull();
    const file = begun("cut.jsonl");
    expect(Journal.find(file, search)?.best).toEqual(record(1, 1));
    truncateSync(file, readFileSync(file).length - 7);
    const found = Journal.find(file, search);
    expect(found?.trials).toEqual([record(0, 2), record(1, 1)]);
    found?.add(record(2, 3));
    expect(Journal.find(file, search)?.trials[2]).toEqual(record(2, 3));
    // Killed while the first line was written: nothing was searched yet.
    truncateSync(file, 20);
    expect(Journal.find(file, search)).toBeNull();
  });

  test("of other data or options, damaged, foreign, or written by another process, is refused with the cure", () => {
    const file = begun("refused.jsonl");
    const refusal = (wanted: Record<string, unknown>) => () => Journal.find(file, wanted);
    expect(refusal({ ...search, data: "b" })).toThrow(/other data; give another --out, or remove it/);
    expect(refusal({ data: "a" })).toThrow(/begun with --epochs 3, now none; give the same options/);
    const journal = Journal.find(file, search);
    appendFileSync(file, "\n");
    expect(() => journal?.add(record(3, 1))).toThrow(/another chainrule tune has written to it/);
    expect(refusal(search)).toThrow(/refused\.jsonl: line 5 is damaged; remove it and the lines after it/);
    writeFileSync(file, "notes\n");
    expect(refusal(search)).toThrow(/is no journal of chainrule tune, so it is not changed/);
    expect(readFileSync(file, "utf8")).toBe("notes\n");
  });
});

test("tells each trial, saves the net with the lowest validation loss, and its command trains the same net", async () => {
  const args = ["tune", data, "--trials", "5", "--epochs", "4", "--model", "mlp", "--out", "m.safetensors"];
  const tuned = await chainrule([...args, "--json"], { cwd });
  expect(tuned.code, tuned.stderr).toBe(0);
  expect(tuned.stderr).toMatch(/^5 trials, which differ in the learning rate; .* behind the median of the others$/m);
  expect(tuned.stderr).toMatch(/^ +1 {2}mlp +as it is +0\.003 +4 +\d\.\d{4} +\d+\.\d\d % {2}the best so far$/m);
  const told = events(tuned);
  const trials = told.filter(({ event }) => event === "trial") as unknown as TrialRecord[];
  expect(trials).toHaveLength(5);
  const best = trials.reduce((a, b) => ((b.best?.loss ?? 9) < (a.best?.loss ?? 9) ? b : a));
  const chosen = told.find(({ event }) => event === "best");
  expect(chosen).toMatchObject({ trial: best.trial, settings: best.settings, model: "m.safetensors" });
  const { tensors, metadata } = readSafetensors(readFileSync(at("m.safetensors")));
  expect(JSON.parse(metadata.training)).toMatchObject({ lr: best.settings.lr, test: { pictures: 40 } });
  expect(readdirSync(cwd).filter((name) => name.startsWith("m."))).toEqual(["m.safetensors", "m.tune.jsonl"]);

  const [, ...command] = String(chosen?.command).split(" ");
  const trained = await chainrule([...command, "--out", "again.safetensors"], { cwd });
  expect(trained.code, trained.stderr).toBe(0);
  expect(readSafetensors(readFileSync(at("again.safetensors"))).tensors).toEqual(tensors);

  // More trials of the same search: only these are run. Fewer: none is.
  const further = await chainrule([...args.map((word) => (word === "5" ? "6" : word)), "--json"], { cwd });
  expect(events(further).filter(({ event }) => event === "trial")).toHaveLength(1);
  const changed = await chainrule([...args, "--epochs", "5"], { cwd });
  expect([changed.code, changed.stderr]).toEqual([
    2,
    expect.stringMatching(/begun with --epochs 4, now 5; give the same/),
  ]);
});

test("the test pictures take no part in the choice", async () => {
  const others = writeIdxFolder(temporaryFolder(), { train, test: bars(70, { side: 12, seed: 8 }), side: 12 });
  const args = ["--trials", "3", "--epochs", "2", "--model", "mlp"];
  for (const [folder, out] of [
    [data, "one.safetensors"],
    [others, "two.safetensors"],
  ]) {
    const { code, stderr } = await chainrule(["tune", folder, ...args, "--out", out], { cwd });
    expect(code, stderr).toBe(0);
  }
  expect(trialsOf(at("two.tune.jsonl"))).toEqual(trialsOf(at("one.tune.jsonl")));
});

test("pictures: searches their size, decides once about mirroring, and trains a lost model again", async () => {
  writePictures(at("pictures"), { classes: ["along", "across"], each: 20, side: 40 });
  const args = ["tune", "pictures", "--trials", "2", "--epochs", "2", "--validation", "0.3", "--out", "p.safetensors"];
  const tuned = await chainrule([...args, "--json"], { cwd });
  expect(tuned.code, tuned.stderr).toBe(0);
  expect(events(tuned).find(({ event }) => event === "start")).toMatchObject({
    sizes: [
      [32, 32],
      [40, 40],
    ],
  });
  expect(tuned.stderr).toMatch(/only 10 validation pictures to compare the trials by/);
  const command = String(events(tuned).find(({ event }) => event === "best")?.command);
  expect(command).toMatch(/^chainrule train pictures --from none --size (32x32|40x40) --model .* --no-flip$/);
  const before = readFileSync(at("p.safetensors"));
  writeFileSync(at("p.safetensors"), "");
  const again = await chainrule(args, { cwd });
  expect(again.stdout).toMatch(/p\.safetensors is not the model of trial \d any more, so that it is trained again/);
  expect(readFileSync(at("p.safetensors")).equals(before)).toBe(true);
});

test("--minutes: when the time is up the best net so far is tested, and the next run goes on", async () => {
  const args = ["tune", data, "--trials", "3", "--epochs", "1", "--model", "mlp", "--out", "t.safetensors"];
  copyFileSync(at("m.safetensors"), at("t.safetensors"));
  const { code, stdout } = await chainrule([...args, "--minutes", "0.0001"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^the time is up after 1 of 3 trials; run the same command again to go on from t\.tune\.jsonl$/m,
  );
  expect(stdout).toMatch(/^the best of one trial is trial 1: .*\n.*\ntest accuracy /m);
  expect(stdout).toMatch(
    /^t\.safetensors \(.*, test accuracy .*\) will be replaced; --out with another name keeps both$/m,
  );
  const rest = await chainrule(args, { cwd });
  expect(rest.stdout).not.toContain("replaced");
  expect(rest.stdout).toMatch(/^one of them is in t\.tune\.jsonl, and not run again$/m);
  expect(trialsOf(at("t.tune.jsonl"))).toHaveLength(3);
});

test.skipIf(process.platform === "win32")(
  "stopped by Ctrl-C and killed, the same command goes on, and the end is that of one run",
  async () => {
    const args = ["tune", data, "--trials", "4", "--epochs", "6", "--model", "cnn", "--batch-size", "4", "--json"];
    const search = (out: string) => [...args, "--out", out];
    const whole = await chainrule(search("whole.safetensors"), { cwd });
    expect(whole.code, whole.stderr).toBe(0);
    const ends: (number | null)[] = [];
    for (const [signal, trials] of [
      ["SIGINT", 1],
      ["SIGKILL", 1],
    ] as const) {
      let sent = false;
      const part = await chainruleProcess(search("parts.safetensors"), {
        cwd,
        watch: (stdout, process) => {
          const ended = stdout.match(/"event":"trial"/g)?.length ?? 0;
          if (!sent && ended >= trials) sent = process.kill(signal);
        },
      });
      ends.push(part.code);
      if (signal === "SIGINT")
        expect(part.stderr).toMatch(/stopped in trial \d; .*run the same command again to go on/);
    }
    expect(ends).toEqual([130, null]);
    const last = await chainrule(search("parts.safetensors"), { cwd });
    expect(last.code, last.stderr).toBe(0);
    expect(trialsOf(at("parts.tune.jsonl"))).toEqual(trialsOf(at("whole.tune.jsonl")));
    expect(readFileSync(at("parts.safetensors")).equals(readFileSync(at("whole.safetensors")))).toBe(true);
    expect(existsSync(at("parts.checkpoint.safetensors"))).toBe(false);
  },
);

test.each<[string[], RegExp]>([
  [["nowhere"], /nowhere: no such data/],
  [[data, "--trials", "0"], /--trials <n>' argument '0' is invalid/],
  [[data, "--minutes", "0"], /--minutes <m>' argument '0' is invalid/],
  [[data, "--validation", "0"], /--validation 0: the trials are compared by validation pictures/],
  [[data, "--size", "8x8"], /--size: is for folders of pictures/],
  [[data, "--lr", "0.1"], /unknown option '--lr'/],
  [[data, "--out", "nowhere/m.safetensors"], /the folder nowhere does not exist/],
])("%j is refused before anything is trained", async (args, message) => {
  const before = readdirSync(cwd);
  const { code, stdout, stderr } = await chainrule(["tune", ...args], { cwd });
  expect([code, stdout, stderr.trimEnd().split("\n").length <= 3]).toEqual([2, "", true]);
  expect(stderr).toMatch(message);
  expect(readdirSync(cwd)).toEqual(before);
});
