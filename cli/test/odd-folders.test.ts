// Folders as people have them: other names for the parts, few pictures, names from other systems; and what is refused before anything is
// decoded, shown by pictures that could not be decoded.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { chainrule, events } from "./command.ts";
import { writePictures } from "./pictures.ts";

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);
const classes = ["across", "along", "below"];
const brief = ["--epochs", "1", "--model", "mlp", "--no-augment", "--validation", "0"];

async function refused(args: readonly string[], message: RegExp): Promise<void> {
  const { code, stdout, stderr } = await chainrule(args, { cwd });
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(message)]);
}

test("parts in doubled folders, with a test of one class whose name has decomposed accents and capitals", async () => {
  const apples = "\u00e4pfel";
  writePictures(at("intel", "seg_train", "seg_train"), { classes: [apples, "along"], each: 8, coloured: true });
  writePictures(at("intel", "seg_test", "seg_test"), { classes: ["A\u0308pfel"], each: 4, seed: 2 });
  writeFileSync(at("intel", "seg_train", "seg_train", "along", "x.heic"), "");
  const { code, stdout, stderr } = await chainrule(["train", "intel", ...brief, "--out", "i.safetensors", "--json"], {
    cwd,
  });
  expect(code, stderr).toBe(0);
  for (const line of [
    "in intel: 'seg_train/seg_train' is taken as the training pictures and 'seg_test/seg_test' as the test pictures",
    "1 .heic file was passed over: this format is not read; save it as JPEG or PNG",
    "the pictures of intel/seg_test/seg_test are grey: they are taken as coloured ones, as those of intel/seg_train/seg_train are",
    `classes: along 8, ${apples} 8`,
    "1 of 2 classes has no picture to test: along",
  ])
    expect(stderr.split("\n")).toContain(line);
  const [passedOver, start] = events({ code, stdout, stderr });
  expect(passedOver).toEqual({
    event: "passedOver",
    folder: "intel/seg_train/seg_train",
    files: { ".heic": 1 },
    loose: 0,
  });
  expect(start).toMatchObject({
    classes: ["along", apples],
    classPictures: { train: [8, 8], validation: null, test: [0, 4] },
  });
  const evaluated = await chainrule(["evaluate", "i.safetensors", "intel/seg_test"], { cwd });
  expect(evaluated.stdout).toContain("intel/seg_test only holds the folder seg_test");
  expect(evaluated.stdout).toContain("on 4 pictures: all pictures in intel/seg_test/seg_test");
}, 30_000);

test("classes of one and two pictures keep one to be learned from, and evaluate divides in the same way", async () => {
  writePictures(at("few"), { classes, each: 10 });
  for (const [name, files] of Object.entries({ lonely: ["0.png"], pair: ["0.png", "10.png"] })) {
    mkdirSync(at("few", name));
    for (const file of files)
      renameSync(at("few", "across", file), at("few", name, file === "0.png" ? `${name}.png` : file));
    if (name === "lonely") writePictures(at("few"), { classes: ["across"], each: 1 });
  }
  const trained = await chainrule(
    ["train", "few", "--epochs", "1", "--model", "mlp", "--out", "f.safetensors", "--json"],
    { cwd },
  );
  expect(trained.code, trained.stderr).toBe(0);
  const [{ classPictures }] = events(trained);
  const { train, test: tested } = classPictures as Record<string, number[]>;
  expect(train.every((count) => count > 0)).toBe(true);
  expect(tested.slice(3)).toEqual([0, 1]);
  expect(trained.stderr).toMatch(/1 of 5 classes has no picture to test: lonely/);
  const evaluated = await chainrule(["evaluate", "f.safetensors", "few", "--json"], { cwd });
  expect(evaluated.stderr).toContain("the test pictures in few, set aside from training by seed 0");
  expect(events(evaluated).pop()?.testAccuracy).toBe(events(trained).pop()?.testAccuracy);
  writePictures(at("single"), { classes, each: 1 });
  await refused(["train", "single"], /single: has one picture of each class, so none is left to test with; add/);
}, 30_000);

test("unknown classes and sizes that are too small are refused before anything is decoded", async () => {
  // The header of a PNG, without its pixels.
  const torn = readFileSync(join(writePictures(at("whole"), { classes, each: 1 }), "across", "0.png")).subarray(0, 45);
  const unreadable = (folder: string, names: readonly string[]) => {
    for (const name of names) {
      mkdirSync(at(folder, name), { recursive: true });
      writeFileSync(at(folder, name, "1.png"), torn);
    }
  };
  unreadable("odd/train", classes);
  unreadable("odd/valid", [...classes, "above"]);
  await refused(["train", "odd"], /odd\/valid: has a class that odd\/train does not have: above/);
  writePictures(at("small"), { classes, each: 4, side: 3 });
  writeFileSync(at("small", "along", "1.png"), torn);
  await refused(["train", "small"], /--model conv-bn: needs pictures of at least \d+×\d+, but these are 3×3/);
  await refused(["train", "small", "--model", "cnn", "--size", "3x9"], /--model cnn: needs .* but these are 9×3/);
}, 30_000);

test("pictures of MNIST's form are digits for the net, whatever their file format, and others are not", async () => {
  const { loadMnist } = await import("chainrule/node");
  const { PNG } = await import("pngjs");
  const { train: mnist } = await loadMnist();
  for (let n = 0; n < 60; n++) {
    const png = new PNG({ width: 28, height: 28 });
    for (let i = 0; i < 784; i++) png.data.set([...new Array(3).fill(mnist.images.data[784 * n + i]), 255], 4 * i);
    const folder = at("digits", mnist.classes[mnist.labels.data[n]]);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${n}.png`), PNG.sync.write(png));
  }
  const { loadModel } = await import("../src/model-file.ts");
  const framing = async (data: string, ...options: string[]) => {
    const args = ["train", data, ...brief, "--out", `${data}.safetensors`, ...options];
    const { code, stderr } = await chainrule(args, { cwd });
    expect(code, stderr).toBe(0);
    return (await loadModel(at(`${data}.safetensors`))).description.framing;
  };
  expect(await framing("digits")).toBe("digit");
  expect(await framing("digits", "--size", "20x20")).toBe("plain");
  writePictures(at("bars"), { classes, each: 5, side: 28 });
  expect(await framing("bars")).toBe("plain");
}, 30_000);

test.skipIf(process.platform === "win32")(
  "names with control characters never reach the terminal as they are",
  async () => {
    const red = "\u001b[31mred\u202e";
    writePictures(at("hostile"), { classes: [red, "plain"], each: 6 });
    mkdirSync(at("hostile", red, `in\n${red}`));
    renameSync(at("hostile", red, "0.png"), at("hostile", red, `in\n${red}`, `${red}.png`));
    writeFileSync(at("hostile", red, `a.\u001b[5m`), "");
    for (const args of [
      ["train", "hostile", ...brief, "--out", "h.safetensors"],
      ["evaluate", "h.safetensors", "hostile"],
      ["predict", "h.safetensors", "hostile", join("hostile", "none\u0007.png")],
      ["train", `no\u001b[31mthing`],
    ]) {
      const { stdout, stderr } = await chainrule(args, { cwd, env: { NO_COLOR: "1" } });
      expect(stdout + stderr).toMatch(/\\u001b\[31m/);
      expect((stdout + stderr).replaceAll("\n", "")).not.toMatch(/\p{Cc}|\u202e/u);
    }
  },
  30_000,
);
