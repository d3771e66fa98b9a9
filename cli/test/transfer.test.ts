// Trainings that begin with a pretrained net: when they do, what they write, and that everything works with their model files.
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noGrad, tensor } from "chainrule";
import { writeSafetensors } from "chainrule/io";
import { buildBackbone, readModel } from "chainrule/model";
import { beforeAll, describe, expect, test } from "vitest";
import { bars, temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { findData } from "../src/data.ts";
import { Screen } from "../src/terminal/screen.ts";
import type { TrainOptions } from "../src/train/job.ts";
import { namedBackbone } from "../src/transfer/backbone.ts";
import { chooseBeginning } from "../src/transfer/beginning.ts";
import { featuresOf } from "../src/transfer/features.ts";
import { smallNet, writeBackbone } from "./backbone-file.ts";
import { chainrule, chainruleProcess, events, type Finished } from "./command.ts";
import { writePictures } from "./pictures.ts";

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);
const classes = ["across", "along", "below"];
const cache = temporaryFolder();
const fetching = { screen: new Screen(true), signal: new AbortController().signal, offline: true };
const run = (...args: string[]) => chainrule(args, { cwd, env: { CHAINRULE_CACHE: cache } });

beforeAll(() => {
  writePictures(at("pictures"), { classes, each: 8, side: 40, coloured: true });
  // A third of the pictures has colours.
  writePictures(at("mixed"), { classes: ["across"], each: 6, side: 40, coloured: true });
  writePictures(at("mixed"), { classes: ["along", "below"], each: 6, side: 40 });
  writePictures(at("grey"), { classes, each: 4, side: 40 });
  writePictures(at("tiny"), { classes, each: 4, side: 20, coloured: true });
  writePictures(at("digits"), { classes, each: 4, side: 28 });
  mkdirSync(at("idx"));
  writeIdxFolder(at("idx"), { train: bars(20), test: bars(10) });
  writeBackbone(at("net.safetensors"));
});

describe("what a training begins with", () => {
  const begin = async (folder: string, options: TrainOptions = {}) =>
    chooseBeginning(await findData(at(folder)), options, fetching);

  test.each(["pictures", "mixed"])(
    "the installed net for few coloured pictures (%s), which is said with the cure",
    async (folder) => {
      const { backbone, note } = await begin(folder);
      expect([backbone?.name, backbone?.origin]).toEqual(["tf_efficientnet_lite0", "chainrule-backbone"]);
      expect(note).toMatch(/few pictures, so it begins with tf_efficientnet_lite0.*--from none begins with nothing/);
    },
  );

  test.each(["grey", "tiny", "digits", "idx"])("nothing for %s pictures", async (folder) => {
    expect(await begin(folder)).toEqual({ backbone: null, note: null });
  });

  test("nothing with --from none, and with an option for training step by step, which is said", async () => {
    expect(await begin("pictures", { from: "none" })).toEqual({ backbone: null, note: null });
    const stepwise = { "--epochs": { epochs: 3 }, "--model": { model: "mlp" }, "--no-flip": { flip: false } } as const;
    for (const [flag, options] of Object.entries(stepwise)) {
      const { backbone, note } = await begin("pictures", options);
      expect(backbone, flag).toBe(null);
      expect(note).toContain(`which is what ${flag} is for; without ${flag}, training on so few pictures begins`);
      expect(await begin("grey", options)).toEqual({ backbone: null, note: null });
    }
  });

  test("the net that --from names, for any folder of pictures", async () => {
    for (const folder of ["pictures", "grey"])
      for (const from of [at("net.safetensors"), `${smallNet}=${at("net.safetensors")}`]) {
        const { backbone } = await begin(folder, { from });
        expect([backbone?.name, backbone?.input.size]).toEqual([smallNet, [48, 48]]);
      }
    expect((await begin("pictures", { from: "chainrule-backbone" })).backbone?.name).toBe("tf_efficientnet_lite0");
  });

  test.each<[string, string, TrainOptions, RegExp]>([
    ["IDX files", "idx", { from: "chainrule-backbone" }, /is for folders of pictures; idx is none/],
    [
      "an option for training step by step",
      "pictures",
      { from: "chainrule-backbone", lr: 1 },
      /^--lr: is for a net that/,
    ],
    ["a training that goes on", "pictures", { from: "a", resume: "m.safetensors" }, /leave --from out to go on/],
    [
      "no such file, and no name of a net",
      "pictures",
      { from: "resnet" },
      /^--from resnet: no such file; give a safetensors file.*, or a name that is fetched: .*resnet18/,
    ],
  ])("--from is refused with %s", async (_, folder, options, words) => {
    await expect(begin(folder, options)).rejects.toThrow(words);
  });

  test("a file that is no backbone is refused in words, and one of two nets is asked for its name", async () => {
    writeFileSync(at("text.safetensors"), "no tensors");
    writeFileSync(at("other.safetensors"), writeSafetensors(new Map([["weight", tensor([1])]])));
    await expect(namedBackbone(at("text.safetensors"), fetching)).rejects.toThrow(
      /text\.safetensors: not a safetensors file/,
    );
    await expect(namedBackbone(at("other.safetensors"), fetching)).rejects.toThrow(
      /other\.safetensors: its tensors are those of none/,
    );
    const lite = writeBackbone(at("lite.safetensors"), { name: "efficientnet_lite0" });
    await expect(namedBackbone(lite, fetching)).rejects.toThrow(`--from tf_efficientnet_lite0=${lite}`);
    expect((await namedBackbone(`efficientnet_lite0=${lite}`, fetching)).name).toBe("efficientnet_lite0");
  });
});

describe("train --from FILE", () => {
  const model = `pictures-${smallNet}.safetensors`;
  let [first, second]: Finished[] = [];
  beforeAll(async () => {
    first = await run("train", "pictures", "--from", "net.safetensors", "--report", "r.html", "--json");
    renameSync(at(model), at("first.safetensors"));
    second = await run("train", "pictures", "--from", "net.safetensors", "--json");
  }, 60_000);

  test("fits, tests and saves, and says how", () => {
    expect(first.code, first.stderr).toBe(0);
    const told = events(first);
    expect(told.map(({ event }) => event)).toEqual(["start", "head", "test", "done"]);
    expect(told[0]).toMatchObject({
      train: 19,
      validationPictures: 0,
      test: 5,
      from: { net: smallNet, origin: "net.safetensors" },
    });
    expect(told[1]).toMatchObject({ folds: 5, trainingAccuracy: 1 });
    expect(first.stderr).toMatch(
      /a linear classifier is fitted to the features of mobilenet_v3_small \(net\.safetensors;/,
    );
    expect(first.stderr).toMatch(/computed the features of 19 pictures in/);
    expect(first.stderr).toMatch(
      /fitted the classifier in \d+\.\d s: it recognises 100\.00 % of the pictures that it learned/,
    );
  });

  test("computes features once; they are kept beside the decoded pictures, and give the same model", () => {
    expect(second.stderr).toMatch(
      /computed the features of 0 pictures in .*; those of 19 were kept from an earlier time/,
    );
    expect(readFileSync(at(model)).equals(readFileSync(at("first.safetensors")))).toBe(true);
    const kinds = readdirSync(cache).map((name) => name.slice(name.lastIndexOf(".")));
    expect(kinds.sort()).toEqual([".features", ".pictures"]);
  });

  test("the model file has both nets, and a description of the whole", () => {
    const { description, net } = readModel(readFileSync(at(model)));
    expect(description).toMatchObject({
      architecture: [[smallNet], ["Linear", 576, 3]],
      ...{ input: [3, 48, 48], framing: "plain", classes },
      normalisation: { mean: [0.5, 0.5, 0.5], std: [0.229, 0.224, 0.225] },
    });
    expect(net.parameters()).toHaveLength(buildBackbone(smallNet).parameters().length + 2);
  });

  test("evaluate finds the same figure, predict and export work, and the report has the course", async () => {
    const figure = events(first).pop()?.testAccuracy;
    const evaluated = await run("evaluate", model, "pictures", "--json");
    expect(evaluated.stderr).toContain("the test pictures in pictures, set aside from training by seed 0");
    expect(events(evaluated).pop()?.testAccuracy).toBe(figure);
    const predicted = events(await run("predict", model, "pictures/along", "--json"));
    expect(predicted.filter((one) => one.class === "along").length).toBeGreaterThan(5);
    const exported = await run("export", model, "--onnx", "m.onnx");
    expect(exported.stdout).toMatch(/takes pictures of 3×48×48/);
    expect(readFileSync(at("r.html"), "utf8")).toMatch(/a classifier on mobilenet_v3_small on pictures/);
  });

  test("cannot be resumed, which is said", async () => {
    const { code, stderr } = await run("train", "pictures", "--resume", model);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/is a classifier on the features of mobilenet_v3_small/)]);
  });

  test("takes grey pictures as coloured ones, validation pictures if they are asked for, and --no-cache keeps nothing", async () => {
    const before = readdirSync(cache);
    const args = ["--validation", "0.3", "--no-cache", "--json"];
    const { code, stderr, stdout } = await run("train", "grey", "--from", "net.safetensors", ...args);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      "the pictures are grey: they are taken as coloured ones, as the pretrained net takes them",
    );
    expect(events({ code, stderr, stdout })[1]).toMatchObject({ event: "head", folds: 0 });
    expect(readdirSync(cache)).toEqual(before);
    const figure = events({ code, stderr, stdout }).pop()?.testAccuracy;
    const evaluated = await run("evaluate", `grey-${smallNet}.safetensors`, "grey", "--json");
    expect(events(evaluated).pop()?.testAccuracy).toBe(figure);
  });

  test("Ctrl-C ends it between two batches of features, which are kept", async () => {
    const folder = temporaryFolder();
    const args = ["train", "pictures", "--from", "net.safetensors", "--out", "stopped.safetensors"];
    let asked = false;
    const stopped = await chainruleProcess(args, {
      cwd,
      env: { CHAINRULE_CACHE: folder },
      watch: (stdout, process) => {
        if (!asked && stdout.includes("is fitted to the features")) asked = process.kill("SIGINT");
      },
    });
    expect(stopped.code, stopped.stdout + stopped.stderr).toBe(130);
    expect(stopped.stdout).toMatch(/stopped before the classifier was fitted; what was computed is kept/);
    expect(readdirSync(folder).some((name) => name.endsWith(".features"))).toBe(true);
    expect(readdirSync(cwd)).not.toContain("stopped.safetensors");
  });

  test("a folder with broken pictures is refused, and --skip-broken leaves them out", async () => {
    mkdirSync(at("torn"));
    writePictures(at("torn"), { classes, each: 4, side: 40, coloured: true });
    writeFileSync(at("torn", "along", "x.png"), "no picture");
    const refused = await run("train", "torn", "--from", "net.safetensors");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/x\.png: .*--skip-broken/)]);
    const { code, stdout } = await run("train", "torn", "--from", "net.safetensors", "--skip-broken");
    expect([code, stdout]).toEqual([0, expect.stringContaining("1 picture is skipped, because it cannot be read")]);
  });
}, 60_000);

test("train begins with the installed net where nothing is typed; its weights stay in float16 in the model file", async () => {
  const { code, stderr, stdout } = await run("train", "pictures", "--json");
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/^few pictures, so it begins with tf_efficientnet_lite0/);
  expect(events({ code, stderr, stdout }).pop()?.model).toBe("pictures-tf_efficientnet_lite0.safetensors");
  expect(statSync(at("pictures-tf_efficientnet_lite0.safetensors")).size).toBeLessThan(7_000_000);
}, 60_000);

test("features are those of the net, for each picture, and are kept where the work is broken off", async () => {
  const backbone = await namedBackbone(at("net.safetensors"), fetching);
  const count = 37;
  const images = tensor(
    Uint8Array.from({ length: count * 3 * 48 * 48 }, (_, i) => Math.imul(i, 2654435761) >>> 24),
    { shape: [count, 3, 48, 48] },
  );
  const labels = tensor(Int32Array.from({ length: count }, (_, n) => n % 3));
  const [screen, file] = [new Screen(true), at("kept.features")];
  screen.say = () => {};
  const part = { images, labels, classes };
  const wanted = { backbone, parts: [part], cache: file, screen, check: () => {} };
  const [{ features }] = await featuresOf({ ...wanted, cache: null });
  const expected = noGrad(() => backbone.features(backbone.prepare(images)));
  const largest = Math.max(...expected.data.map(Math.abs));
  const furthest = Math.max(...features.map((x, i) => Math.abs(x - expected.data[i])));
  expect(furthest / largest).toBeLessThan(1e-4);
  const { GaveUp } = await import("../src/failure.ts");
  const check = () => {
    throw new GaveUp();
  };
  await expect(featuresOf({ ...wanted, check })).rejects.toMatchObject({ isResumable: true });
  const said: (string | undefined)[] = [];
  screen.say = (text) => void said.push(text);
  const [again] = await featuresOf(wanted);
  expect(said[0]).toMatch(/computed the features of 21 pictures .*; those of 16 were kept/);
  expect(again.features).toEqual(features);
  // A damaged file is as good as none.
  writeFileSync(file, "damaged");
  expect((await featuresOf(wanted))[0].features).toEqual(features);
});
