// Input that cannot be used: exit code 2, one to three lines that name it and the cure, no stack trace, no file.
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { Jimp } from "jimp";
import { beforeAll, describe, expect, test } from "vitest";
import { bars, idx, temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { chainrule, chainruleProcess } from "./command.ts";

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);

/** A copy of the data set, of which `spoil` damages one file. */
function spoiled(name: string, spoil: (path: (file: string) => string) => void): string {
  mkdirSync(at(name));
  writeIdxFolder(at(name), { train: bars(20), test: bars(10) });
  spoil((file) => at(name, file));
  return name;
}

const cutOff = (file: string, length: number) => writeFileSync(file, readFileSync(file).subarray(0, length));

/** The metadata of a model file, changed; `tensors` too, where given. */
function changedModel(name: string, change: Record<string, string>): string {
  const { tensors, metadata } = readSafetensors(readFileSync(at("model.safetensors")));
  writeFileSync(at(name), writeSafetensors(tensors, { ...metadata, ...change }));
  return name;
}

beforeAll(async () => {
  mkdirSync(at("data"));
  writeIdxFolder(at("data"), { train: bars(100), test: bars(10) });
  const { code, stderr } = await chainrule(["train", "data", "--epochs", "1", "--out", "model.safetensors"], { cwd });
  expect(code, stderr).toBe(0);
  const bar = new Jimp({ width: 40, height: 40, color: 0x000000ff });
  for (let x = 0; x < 40; x++) for (let y = 0; y < 8; y++) bar.setPixelColor(0xffffffff, x, y);
  writeFileSync(at("bar.png"), await bar.getBuffer("image/png"));
  writeFileSync(at("blank.png"), await new Jimp({ width: 40, height: 40, color: 0xffffffff }).getBuffer("image/png"));
}, 60_000);

async function refused(args: readonly string[], message: RegExp): Promise<void> {
  const before = readdirSync(cwd).sort();
  const began = performance.now();
  const { code, stdout, stderr } = await chainrule(args, { cwd });
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(stderr.trimEnd().split("\n").length, stderr).toBeLessThanOrEqual(3);
  expect(stderr).not.toMatch(/^\s+at |node:|internal:|undefined|\[object/m);
  expect(stdout).toBe("");
  expect(readdirSync(cwd).sort()).toEqual(before);
  expect(performance.now() - began).toBeLessThan(20_000);
}

test("a Python that is not there is named, with what to install", async () => {
  const env = { CHAINRULE_PYTHON: "no-such-python" };
  const { code, stderr } = await chainrule(["train", "data", "--backend", "xla"], { cwd, env });
  expect([code, stderr.trimEnd().split("\n").length]).toEqual([2, 1]);
  expect(stderr).toMatch(
    /^error: --backend xla: there is no program no-such-python: install Python .* `pip install "jax>=0.10"`/,
  );
});

describe("options", () => {
  const cases: [string[], RegExp][] = [
    [["train"], /missing required argument 'data'[\s\S]*chainrule train --help/],
    [["train", "data", "more"], /too many arguments/],
    [["train", "data", "--epoch", "3"], /unknown option '--epoch'[\s\S]*--epochs/],
    [["train", "data", "--model", "transformer"], /--model <name>' argument 'transformer' is invalid.*mlp, cnn/],
    [["train", "data", "--epochs", "-1"], /--epochs <n>' argument '-1' is invalid.*whole number from 1/],
    [["train", "data", "--epochs", "0"], /--epochs/],
    [["train", "data", "--epochs", "2.5"], /--epochs <n>' argument '2.5'/],
    [["train", "data", "--epochs"], /option '--epochs <n>' argument missing/],
    [["train", "data", "--lr", "nan"], /--lr <x>' argument 'nan' is invalid.*number above 0/],
    [["train", "data", "--lr", "0"], /--lr/],
    [["train", "data", "--lr", "-0.1"], /--lr/],
    [["train", "data", "--lr", "Infinity"], /--lr/],
    [["train", "data", "--lr", "1e999"], /--lr/],
    [["train", "data", "--lr", ""], /--lr/],
    [["train", "data", "--batch-size", "0"], /--batch-size/],
    [["train", "data", "--batch-size", "64x"], /--batch-size <n>' argument '64x'/],
    [["train", "data", "--seed", "1e99"], /--seed/],
    [["train", "data", "--threads", "0"], /--threads <n>' argument '0' is invalid.*whole number from 1/],
    [["train", "data", "--processes", "2"], /^error: --processes: is for --backend xla/],
    [["train", "data", "--backend", "cuda"], /--backend <name>' argument 'cuda' is invalid.*wasm, xla/],
    [
      ["train", "data", "--backend", "xla", "--profile"],
      /--profile: shows kernels of WebAssembly; leave out --backend xla/,
    ],
    [["train", "data", "--backend", "xla", "--folds", "3"], /--folds: runs on WebAssembly/],
    [
      ["train", "data", "--backend", "xla", "--processes", "2", "--batch-size", "5"],
      /--batch-size 5: 2 processes do not divide it; use a multiple of 2/,
    ],
    [
      ["train", "data", "--backend", "xla", "--coordinator", "host0:9000", "--processes", "2"],
      /--coordinator host0:9000: also needs --processes, how many there are, and --process/,
    ],
    [
      ["train", "data", "--backend", "xla", "--processes", "2", "--process", "1"],
      /--process: also needs --coordinator/,
    ],
    [["train", "data", "--device", "tpu"], /--device <name>' argument 'tpu' is invalid.*cpu, auto, gpu/],
    [
      ["train", "data", "--device", "gpu", "--folds", "3"],
      /^error: --folds: runs on the processor; leave out --device gpu/,
    ],
    [["train", "data", "--device", "auto", "--backend", "xla"], /^error: --device auto: is not for --backend xla/],
    [["evaluate", "model.safetensors", "data", "--threads", "two"], /--threads <n>' argument 'two' is invalid/],
    [["predict", "model.safetensors", "bar.png", "--threads", "1.5"], /--threads <n>' argument '1.5' is invalid/],
    [["predict", "model.safetensors"], /missing required argument 'image'/],
    [["teach", "data"], /unknown command 'teach'/],
  ];
  test.each(cases)("%j", async (args, message) => refused(args, message));

  test("a learning rate that is far too high is reported, and nothing is saved", async () => {
    const { code, stderr } = await chainrule(["train", "data", "--lr", "1e30", "--out", "wild.safetensors"], { cwd });
    expect([code, readdirSync(cwd).includes("wild.safetensors")]).toEqual([2, false]);
    expect(stderr).toMatch(/the loss became (NaN|Infinity) in epoch \d+, batch \d+: --lr 1e\+30 is too high/);
  });
});

describe("where the model would be saved", () => {
  test.each<[string, RegExp]>([
    ["nowhere/m.safetensors", /nowhere\/m\.safetensors: the folder nowhere does not exist; create it first/],
    ["data", /data: is a folder, not a file; give a file name/],
    ["bar.png", /--out bar\.png: exists and is not a model, so it is not overwritten/],
    ["bar.png/m.safetensors", /bar\.png is not a folder/],
  ])("--out %s is refused before training", async (out, message) => refused(["train", "data", "--out", out], message));
});

describe("data", () => {
  const train = (name: string, message: RegExp) => refused(["train", name], message);

  test("no such folder", () => train("mnits", /mnits: no such data; give "mnist", or a folder/));
  test("a file where a folder belongs", () => train("bar.png", /bar\.png: is not a folder/));
  test("a missing file", () =>
    train(
      spoiled("missing", (file) => rmSync(file("train-labels-idx1-ubyte"))),
      /missing\/train-labels-idx1-ubyte: no such file, nor with \.gz/,
    ));
  test("a truncated file", () =>
    train(
      spoiled("truncated", (file) => cutOff(file("t10k-images-idx3-ubyte"), 5000)),
      /truncated\/t10k-images-idx3-ubyte: byte 5000: the file ends here, its header announces uint8\[10, 28, 28\]/,
    ));
  test("images and labels swapped", () =>
    train(
      spoiled("swapped", (file) => {
        const [images, labels] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"].map(file);
        const [a, b] = [readFileSync(images), readFileSync(labels)];
        writeFileSync(images, b);
        writeFileSync(labels, a);
      }),
      /swapped\/train-images-idx3-ubyte: byte 3: .*is this the file with the labels/,
    ));
  test("a different number of labels and images", () =>
    train(
      spoiled("mismatched", (file) => writeFileSync(file("train-labels-idx1-ubyte"), idx([19], new Array(19).fill(1)))),
      /mismatched\/train-labels-idx1-ubyte: byte 4: 19 labels, but .* has 20 images/,
    ));
  test("a label outside the classes", () =>
    train(
      spoiled("outside", (file) => writeFileSync(file("train-labels-idx1-ubyte"), idx([20], new Array(20).fill(11)))),
      /outside\/train-labels-idx1-ubyte: byte 8: label 11 is outside the 10 classes/,
    ));
  test("a header that announces more than there is memory", () =>
    train(
      spoiled("enormous", (file) =>
        writeFileSync(file("train-images-idx3-ubyte"), Buffer.from("00000803ffffffffffffffffffffffff", "hex")),
      ),
      /enormous\/train-images-idx3-ubyte: byte 16: the file ends here/,
    ));
  test.skipIf(process.platform === "win32")("a device that never ends", () =>
    train(
      spoiled("endless", (file) => {
        rmSync(file("train-images-idx3-ubyte"));
        symlinkSync("/dev/zero", file("train-images-idx3-ubyte"));
      }),
      /endless\/train-images-idx3-ubyte: is not an ordinary file/,
    ),
  );
  test("pictures of another size than the model's", async () => {
    mkdirSync(at("small"));
    writeIdxFolder(at("small"), { train: bars(20, { side: 12 }), test: bars(10, { side: 12 }), side: 12 });
    await refused(
      ["evaluate", "model.safetensors", "small"],
      /model\.safetensors: takes pictures of 1×28×28 .* small have 1×12×12/,
    );
  });
});

describe("model files", () => {
  const evaluate = (name: string, message: RegExp) => refused(["evaluate", name, "data"], message);

  test("no such file", () => evaluate("none.safetensors", /none\.safetensors: no such file/));
  test("a folder", () => evaluate("data", /data: is a folder, not a file/));
  test("a picture", () =>
    evaluate("bar.png", /bar\.png: not a model file, or a damaged one: byte 0: a header of \d+ bytes/));
  test("a huge header", () => {
    writeFileSync(at("huge.safetensors"), Buffer.from("ffffffffffffff7f7b7d", "hex"));
    return evaluate(
      "huge.safetensors",
      /huge\.safetensors: .*byte 0: a header of 9223372036854775807 bytes is announced/,
    );
  });
  test("cut off", () => {
    writeFileSync(at("cut.safetensors"), readFileSync(at("model.safetensors")).subarray(0, 5000));
    return evaluate("cut.safetensors", /cut\.safetensors: .*the file ends at byte 5000; is it cut off\?/);
  });
  test("safetensors from elsewhere", () => {
    writeFileSync(at("foreign.safetensors"), writeSafetensors(new Map([["w", tensor([1])]])));
    return evaluate("foreign.safetensors", /foreign\.safetensors: not a chainrule model/);
  });
  const changes: [string, Record<string, string>, RegExp][] = [
    [
      "layers that do not fit",
      { architecture: '[["Flatten"],["Linear",784,10]]' },
      /layer 1 needs a tensor "1\.weight" of shape \[10,784\]/,
    ],
    [
      "an enormous layer",
      { architecture: '[["Flatten"],["Linear",784,1000000000000]]' },
      /layer 1 needs a tensor "1\.weight"/,
    ],
    ["an unknown layer", { architecture: '[["Rotate",3]]' }, /layer 0 is of the unknown kind "Rotate"/],
    ["a layer of half a size", { architecture: '[["Linear",0.5,2]]' }, /layer 0, Linear, has the invalid sizes/],
    ["an input that does not fit", { input: "[1,10,10]" }, /layer 7, Linear 784 10, does not take its input/],
    ["an enormous input", { input: "[1,1000000,1000000]" }, /no usable "input"/],
    ["too few classes", { classes: '["a"]' }, /its layers end in \[10\], not in 1 classes/],
    ["broken JSON", { normalisation: "{" }, /no usable "normalisation"/],
    ["an unknown framing", { framing: "golden" }, /no usable "framing"/],
  ];
  test.each(changes)("%s", (name, change, message) => evaluate(changedModel(`${name}.safetensors`, change), message));
  test("a file that cannot be resumed", () =>
    refused(
      ["train", "data", "--resume", changedModel("untrained.safetensors", { training: "{}" })],
      /--resume untrained\.safetensors: has no record of its training/,
    ));
});

describe("pictures", () => {
  const predict = (name: string, message: RegExp) => refused(["predict", "model.safetensors", name], message);

  test("no such file", () => predict("none.png", /none\.png: no such file/));
  test("a folder without pictures", () =>
    predict("data", /data: no PNG, JPEG, GIF or BMP in this folder, nor a .* \(4 files .* are no pictures\); give/));
  test("a file that is not a picture", () =>
    predict("model.safetensors", /model\.safetensors: byte 0: neither a PNG nor a JPEG/));
  test("cut off", () => {
    writeFileSync(at("cut.png"), readFileSync(at("bar.png")).subarray(0, 60));
    return predict("cut.png", /cut\.png: byte 60: the PNG ends within its chunk "IDAT"/);
  });
  test("damaged", () => {
    writeFileSync(at("damaged.png"), Buffer.from(readFileSync(at("bar.png"))).fill(7, 45, 55));
    return predict("damaged.png", /damaged\.png: .*the PNG is damaged/);
  });
  test("of billions of pixels", () => {
    const bytes = Buffer.from(readFileSync(at("bar.png")));
    bytes.writeUInt32BE(100_000, 16);
    bytes.writeUInt32BE(100_000, 20);
    writeFileSync(at("vast.png"), bytes);
    return predict("vast.png", /vast\.png: byte 16: .*100000×100000 pixels, at most 50 million are read/);
  });
  test("blank, for a model of drawn digits; for others a plain colour is a picture", async () => {
    const digits = changedModel("digits.safetensors", { framing: "digit" });
    await refused(["predict", digits, "blank.png"], /blank\.png: the picture is blank: there is nothing to recognise/);
    const { code, stdout } = await chainrule(["predict", "model.safetensors", "blank.png"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^blank\.png: \d \(/);
  });
});

test("the program refuses in the same words and with the same exit code", async () => {
  const cases = [["train", "mnits"], ["teach"], ["predict", "model.safetensors", "none.png", "bar.png"]];
  const asProcesses = await Promise.all(cases.map((args) => chainruleProcess(args, { cwd })));
  for (const [i, args] of cases.entries()) expect(asProcesses[i]).toEqual(await chainrule(args, { cwd }));
  expect(asProcesses.map(({ code }) => code)).toEqual([2, 2, 2]);
});

test("one bad picture does not keep the others from being recognised", async () => {
  const { code, stdout, stderr } = await chainrule(["predict", "model.safetensors", "none.png", "bar.png"], { cwd });
  expect(code).toBe(2);
  expect(stdout).toMatch(/^bar\.png: \d \(/);
  expect(stderr).toBe("error: none.png: no such file\n");
});

test("--help is not an error", async () => {
  for (const args of [["--help"], ["train", "--help"], ["predict", "--help"], ["evaluate", "--help"]]) {
    const { code, stdout, stderr } = await (args.length === 1 ? chainruleProcess : chainrule)(args, { cwd });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: chainrule/);
  }
});
