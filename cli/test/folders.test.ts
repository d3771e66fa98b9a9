// A folder of pictures from training to export, as a user with no knowledge of tensors has it.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors } from "chainrule/io";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { chainrule, events } from "./command.ts";
import { writePictures } from "./pictures.ts";

const [cwd, cache] = [temporaryFolder(), temporaryFolder()];
const here = { cwd, env: { CHAINRULE_CACHE: cache } };
const at = (...path: string[]) => join(cwd, ...path);
const classes = ["across", "along", "below"];
let trained: Awaited<ReturnType<typeof chainrule>>;

beforeAll(async () => {
  writePictures(at("pictures"), { classes, each: 60, coloured: true });
  trained = await chainrule(["train", "pictures", "--epochs", "6", "--report", "report.html", "--json"], here);
}, 60_000);

describe("a folder with a folder for each class", () => {
  test("is divided and trained on, and the output says in plain words how and with what result", () => {
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toContain(
      "of 180 pictures in pictures, 36 are set aside at random (seed 0) for the test and 14 for validation, which finds the best epoch",
    );
    expect(trained.stderr).toContain("130 pictures to learn from, 14 for validation, 36 to test, 16×16, 3 classes");
    expect(trained.stderr).toMatch(
      /^each time a picture is used it is shifted by .* \(--no-augment switches this off\)\nhalf of the pictures are mirrored: /m,
    );
    expect(trained.stderr).toMatch(/ {2}validation {2}loss \d\.\d{4} {2}accuracy \d+\.\d\d %/);
    expect(trained.stderr).toMatch(/it recognises \d+ of 36 test pictures: /);
    const told = events(trained);
    expect(told[0]).toMatchObject({ event: "start", train: 130, validationPictures: 14, test: 36, model: "conv-bn" });
    expect(told.filter(({ event }) => event === "validation").length).toBeGreaterThan(0);
    expect(told.pop()?.testAccuracy).toBeGreaterThan(0.9);
  });

  test("the model file has batch norm's moments, and nothing lies beside it; the decoded pictures are kept elsewhere, which is said", () => {
    const { tensors, metadata } = readSafetensors(readFileSync(at("pictures-conv-bn.safetensors")));
    expect(tensors.get("1.num_batches_tracked")?.dtype).toBe("int32");
    expect(tensors.get("1.running_mean")?.shape).toEqual([16]);
    expect(JSON.parse(metadata.architecture).slice(0, 2)).toEqual([
      ["Conv2d", 3, 16, 3],
      ["BatchNorm2d", 16],
    ]);
    expect(readdirSync(cwd).sort()).toEqual(["pictures", "pictures-conv-bn.safetensors", "report.html"]);
    const [file, ...others] = readdirSync(cache);
    expect([file, others]).toEqual([expect.stringMatching(/^pictures-[0-9a-f]{12}\.pictures$/), []]);
    const { size } = statSync(join(cache, file));
    expect(trained.stderr).toContain(
      `decoded pictures are kept in ${cache} (${Math.ceil(size / 1000)} kB in all) for the next time; --no-cache keeps none`,
    );
  });

  test("evaluate finds the pictures again that the model was not trained on, cached or not", async () => {
    const figure = events(trained).pop()?.testAccuracy;
    for (const cached of [true, false]) {
      const kept = cached ? [] : ["--no-cache"];
      const args = ["evaluate", "pictures-conv-bn.safetensors", "pictures", "--json", ...kept];
      const evaluated = await chainrule(args, here);
      expect(evaluated.code, evaluated.stderr).toBe(0);
      expect(evaluated.stderr).toContain(
        "on 36 pictures: the test pictures in pictures, set aside from training by seed 0",
      );
      expect(events(evaluated).pop()?.testAccuracy).toBe(figure);
      expect(evaluated.stderr.includes("all kept from an earlier time")).toBe(cached);
    }
  });

  test("evaluate finds them in a copy of the folder too", async () => {
    cpSync(at("pictures"), at("moved"), { recursive: true });
    const { stderr } = await chainrule(["evaluate", "pictures-conv-bn.safetensors", "moved", "--json"], here);
    expect(stderr).toContain("on 36 pictures: the test pictures in moved, set aside from training by seed 0");
    rmSync(at("moved", "along"), { recursive: true });
    const other = await chainrule(["evaluate", "pictures-conv-bn.safetensors", "moved", "--json"], here);
    expect(other.stderr).toMatch(
      /^moved does not hold exactly the files of the training; .*\n.* on 120 pictures: all pictures in moved$/m,
    );
  });

  test("evaluate takes another folder too, all of it, and brings it to the model's size", async () => {
    writePictures(at("others"), { classes: classes.slice(0, 2), each: 10, side: 40, coloured: true, seed: 5 });
    const { code, stdout, stderr } = await chainrule(["evaluate", "pictures-conv-bn.safetensors", "others"], here);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      "others does not hold exactly the files of the training; the figure flatters if the net learned from them\n",
    );
    expect(stdout).toContain("is tested on 20 pictures: all pictures in others\n");
  });

  test("evaluate lists the mistakes with their files, and says which classes it never answers", async () => {
    writePictures(at("turned"), { classes: [classes[1], classes[0], classes[2]], each: 4, coloured: true, seed: 8 });
    const args = ["evaluate", "pictures-conv-bn.safetensors", "turned"];
    const { stdout } = await chainrule([...args, "--mistakes", "2"], here);
    expect(stdout).toMatch(
      /^the worst of [678] mistakes:\n( {2}turned\/\w+\/\d+\.png: says \w+ \(\d+\.\d\d %\), is \w+\n){2}/m,
    );
    const told = events(await chainrule([...args, "--json"], here)).find(({ event }) => event === "test");
    expect(told).toMatchObject({ classes });
    const mistakes = told?.mistakes as Record<string, unknown>[];
    expect(mistakes.length).toBeGreaterThan(5);
    for (const { file, class: truth, answer, probability } of mistakes) {
      expect(file).toMatch(new RegExp(`^turned/${truth}/\\d+\\.png$`));
      expect(classes).toContain(answer);
      expect(probability).toBeGreaterThan(0.3);
    }
  });

  test("predict takes folders: a line a picture, and how many there are of each class", async () => {
    writeFileSync(at("pictures", "along", "x.heic"), "");
    const { code, stdout } = await chainrule(["predict", "pictures-conv-bn.safetensors", "pictures/along"], here);
    rmSync(at("pictures", "along", "x.heic"));
    const [passedOver, ...lines] = stdout.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(passedOver).toBe("1 .heic file was passed over: this format is not read; save it as JPEG or PNG");
    expect(lines).toHaveLength(61);
    const right = lines.filter((line) => /^pictures\/along\/\d+\.png: along \(\d+\.\d\d %\)$/.test(line));
    expect(right.length).toBeGreaterThan(54);
    expect(lines[60]).toMatch(/^60 pictures: along \d+/);
  });

  test("the report is one page, with the curves of training and validation", () => {
    const page = readFileSync(at("report.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("conv-bn on pictures");
    expect(page).toContain("chainrule train pictures --epochs 6 --report report.html --json");
    expect(page).toMatch(/class="unseen" d="M/);
    expect(page).toContain("BatchNorm2d(16");
    const wrong = /^ {2}pictures\/\w+\/(\d+\.png): says/m.exec(trained.stderr)?.[1];
    if (wrong !== undefined) expect(page).toContain(`>${wrong}</span>`);
  });
});

describe("export", () => {
  test("writes an ONNX file that says what its classes are, and replaces only such files", async () => {
    const first = await chainrule(["export", "pictures-conv-bn.safetensors", "--onnx", "m.onnx"], here);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain("it takes pictures of 3×16×16 (channels, height, width), any number at a time");
    const bytes = readFileSync(at("m.onnx"));
    expect(bytes.includes(JSON.stringify(classes))).toBe(true);
    expect(bytes.includes('{"mean":[')).toBe(true);
    expect((await chainrule(["export", "pictures-conv-bn.safetensors", "--onnx", "m.onnx"], here)).code).toBe(0);
    writeFileSync(at("notes.txt"), "not to be lost");
    const refused: [string[], RegExp][] = [
      [
        ["pictures-conv-bn.safetensors", "--onnx", "notes.txt"],
        /notes\.txt: exists and is not an ONNX file; .* --force/,
      ],
      [["pictures-conv-bn.safetensors", "--onnx", "nowhere/m.onnx"], /the folder nowhere does not exist/],
      [["pictures-conv-bn.safetensors", "--onnx", "pictures-conv-bn.safetensors", "--force"], /is the model itself/],
      [["none.safetensors", "--onnx", "n.onnx"], /none\.safetensors: no such file/],
      [["m.onnx", "--onnx", "n.onnx"], /m\.onnx: not a model file, or a damaged one/],
      [["pictures-conv-bn.safetensors"], /required option '--onnx <file>' not specified/],
    ];
    for (const [args, message] of refused) {
      const { code, stderr } = await chainrule(["export", ...args], here);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
    expect(readFileSync(at("notes.txt"), "utf8")).toBe("not to be lost");
    expect(existsSync(at("n.onnx"))).toBe(false);
    const forced = ["export", "pictures-conv-bn.safetensors", "--onnx", "notes.txt", "--force"];
    expect((await chainrule(forced, here)).code).toBe(0);
    expect(readFileSync(at("notes.txt")).equals(bytes)).toBe(true);
  });
});

describe("train/ and test/", () => {
  test("are taken as they are; grey pictures are not mirrored; --no-augment, --size and --validation 0 take effect", async () => {
    writePictures(at("parts", "train"), { classes, each: 20 });
    writePictures(at("parts", "test"), { classes: classes.slice(1), each: 5, seed: 7 });
    const options = ["--epochs", "2", "--size", "12x14", "--no-augment", "--validation", "0", "--out", "p.safetensors"];
    const { code, stdout, stderr } = await chainrule(["train", "parts", ...options], here);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("parts: 60 pictures to learn from, 10 to test, 14×12, 3 classes");
    expect(stdout).not.toMatch(/validation|shifted/);
    const evaluated = await chainrule(["evaluate", "p.safetensors", "parts"], here);
    expect(evaluated.stdout).toContain("p.safetensors is tested on 10 pictures: the pictures in parts/test");
    const direct = await chainrule(["evaluate", "p.safetensors", "parts/test"], here);
    expect(direct.stdout).toContain("p.safetensors is tested on 10 pictures: all pictures in parts/test\n");
    expect(direct.stdout).not.toContain("the figure flatters");
    const figure = /^test accuracy .*$/m.exec(stdout)?.[0] ?? "none";
    expect(evaluated.stdout).toContain(figure);
  });

  test("evaluate takes coloured pictures for a model of grey ones, as predict does, and says so", async () => {
    const { code, stdout, stderr } = await chainrule(["evaluate", "p.safetensors", "pictures/"], here);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      "the pictures of pictures are coloured: they are taken as grey ones, which the model takes",
    );
  });

  test("a class that is only in test/ is named", async () => {
    writePictures(at("strange", "train"), { classes, each: 4 });
    writePictures(at("strange", "test"), { classes: ["above", ...classes], each: 2 });
    const { code, stderr } = await chainrule(["train", "strange"], here);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/strange\/test: has a class that .* not have: above;/)]);
  });
});

describe("what cannot be used", () => {
  const refused = async (args: readonly string[], message: RegExp) => {
    const before = readdirSync(cwd).sort();
    const { code, stdout, stderr } = await chainrule(args, here);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
    expect(stdout.replace(/^(read|decoded pictures are kept in) .*\n/gm, "")).toBe("");
    expect(readdirSync(cwd).sort()).toEqual(before);
  };
  const model = "pictures-conv-bn.safetensors";

  test("broken pictures are named, and left out with --skip-broken", async () => {
    writePictures(at("broken"), { classes, each: 12 });
    writeFileSync(at("broken", "along", "torn.png"), readFileSync(at("broken", "along", "1.png")).subarray(0, 60));
    await refused(["train", "broken"], /broken\/along\/torn\.png: .*--skip-broken/);
    const args = ["train", "broken", "--skip-broken", "--epochs", "1", "--out", "b.safetensors", "--json"];
    const { code, stderr, stdout } = await chainrule(args, here);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/1 picture is skipped, because it cannot be read:\n {2}broken\/along\/torn\.png: /);
    expect(JSON.parse(stdout.split("\n")[0])).toMatchObject({ event: "skipped", file: "broken/along/torn.png" });
  });

  test("classes that the model does not know", async () => {
    writePictures(at("more"), { classes: [...classes, "over"], each: 3, coloured: true });
    await refused(["evaluate", model, "more"], /more: has a class that the model does not have: over; .* 3 classes/);
  });

  test("another size, or another data set, than the training was begun with", async () => {
    const resume = ["train", "pictures", "--resume", model];
    await refused([...resume, "--size", "20x20"], /--size 20x20: .* was begun with --size 16x16; leave --size out/);
    await refused([...resume, "--no-augment"], /--no-augment: .* was begun with --augment; leave --no-augment out/);
    await refused(
      ["train", "others", "--resume", model, "--epochs", "9"],
      /takes pictures of 3×16×16 .*, but those of others have 3×40×40;/,
    );
  });

  test("invalid options", async () => {
    await refused(["train", "pictures", "--size", "12"], /--size <HxW>' argument '12' is invalid.*such as 32x32/);
    await refused(["train", "pictures", "--validation", "1"], /--validation <fraction>' argument '1' is invalid/);
    await refused(["train", "mnist", "--size", "12x12"], /--size: is for folders of pictures; mnist is none/);
    await refused(["train", "mnist", "--patience", "2"], /--patience 2: needs pictures .*; add --validation 0\.1/);
    await refused(["train", "pictures", "--report", "m.onnx"], /--report .*: exists and is not an HTML page/);
    await refused(["train", "pictures/along"], /along: no folders in it; each class needs one/);
  });
});
