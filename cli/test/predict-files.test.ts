// What predict writes: a table (--csv), and copies of the pictures in a folder for each class (--sort). The net answers with a picture's
// brightness.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { tensor } from "chainrule";
import { type Description, writeModel } from "chainrule/model";
import { PNG } from "pngjs";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { CsvTable, csvLine } from "../src/predict/csv.ts";
import { folderNames, safeFileName, safeName } from "../src/predict/safe-name.ts";
import { Sorting } from "../src/predict/sort.ts";
import { chainrule, events, shellStart } from "./command.ts";

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);
const classes = ["bright", 'half, "grey"', "../dark"];
const model = "m.safetensors";

/** A grey square of this level; `noise` makes its file large. */
function picture(path: string, level: number, noise = false): string {
  const side = noise ? 64 : 8;
  const png = new PNG({ width: side, height: side });
  for (let i = 0; i < side * side; i++) {
    const shown = noise ? level - ((i * i * 7919) % 97) : level;
    png.data.set([shown, shown, shown, 255], 4 * i);
  }
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), PNG.sync.write(png));
  return path;
}

/** All files below a folder. */
const filesIn = (folder: string) =>
  readdirSync(at(folder), { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(at(folder, name)).isFile())
    .sort();

beforeAll(() => {
  const description: Description = {
    architecture: [["Flatten"], ["Linear", 64, 3]],
    ...{ input: [1, 8, 8], classes, framing: "plain", seed: 1 },
    normalisation: { mean: [0], std: [1] },
  };
  const weight = Float32Array.from({ length: 192 }, (_, i) => [8 / 64, 0, -8 / 64][Math.floor(i / 64)]);
  const tensors = { "1.weight": tensor(weight, { shape: [3, 64] }), "1.bias": tensor(Float32Array.of(0, 5, 8)) };
  writeFileSync(at(model), writeModel(description, new Map(Object.entries(tensors))));
});

/** Reads RFC 4180. */
function rows(file: string): string[][] {
  const text = readFileSync(at(file), "utf8");
  const all: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    all[all.length - 1].push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") all.push([]);
  }
  expect(all.pop()).toEqual([]);
  return all;
}

test("a table with a line for each picture, and copies of all pictures by class; a second time nothing is copied again", async () => {
  const odd = 'x\n,".png';
  picture("in/1.png", 255);
  picture("in/b/1.png", 250);
  utimesSync(at("in/b/1.png"), 1e9, 1e9);
  writeFileSync(at("in/b/bad.png"), "no picture");
  picture("in/c/1.png", 255);
  picture(join("in/c", odd), 0);
  picture("in/d/grey.png", 128);
  const before = filesIn("in").map((name) => [name, readFileSync(at("in", name)).toString("hex")]);
  const words = ["in", "none.png"];
  const first = await chainrule(["predict", model, ...words, "--csv", "t.csv", "--sort", "new/out", "--json"], { cwd });
  expect(first.code, first.stderr).toBe(2);
  const told = events(first);
  const [head, ...lines] = rows("t.csv");
  expect(head).toEqual(["file", "class", "probability", ...classes.map((name) => `probability_${name}`), "error"]);
  expect(lines.map(([file, name]) => [file, name])).toEqual([
    ["in/1.png", "bright"],
    ["in/b/1.png", "bright"],
    ["in/b/bad.png", ""],
    ["in/c/1.png", "bright"],
    [`in/c/${odd}`, "../dark"],
    ["in/d/grey.png", 'half, "grey"'],
    ["none.png", ""],
  ]);
  for (const [file, name, probability, a, b, c, error] of lines) {
    const event = told.find(({ image }) => image === file);
    if (name === "") expect([probability, a, b, c, `${file}: ${error}`]).toEqual(["", "", "", "", event?.message]);
    else {
      expect([a, b, c].map(Number)).toEqual(Object.values(event?.probabilities as object));
      expect([Number(probability), error]).toEqual([event?.probability, ""]);
    }
  }
  const copies = ["__dark/x_,_.png", "bright/1-2.png", "bright/1.png", "half, _grey_/grey.png"];
  expect(filesIn("new/out")).toEqual(copies);
  expect(readFileSync(at("new/out/bright/1-2.png"))).toEqual(readFileSync(at("in/b/1.png")));
  expect(statSync(at("new/out/bright/1-2.png")).mtimeMs).toBe(1e12);
  expect(first.stderr).toMatch(
    /4 pictures were copied into new\/out: bright 2, (half, _grey_ 1, __dark 1|__dark 1, half, _grey_ 1); 1 picture was there already, with the same bytes\n/,
  );
  expect(first.stderr).toContain("t.csv is written: 7 lines, 2 of them with an error\n");

  const again = await chainrule(
    ["predict", model, ...words, "--csv", "t.csv", "--sort", "new/out", "--top", "2", "--json"],
    { cwd },
  );
  expect(filesIn("new/out")).toEqual(copies);
  expect(again.stderr).toContain("no pictures were copied into new/out; 5 pictures were there already");
  expect(events(again).find(({ event }) => event === "sorted")).toMatchObject({ there: 5 });
  const [header, line] = rows("t.csv");
  expect(header.slice(3)).toEqual(["class_1", "probability_1", "class_2", "probability_2", "error"]);
  expect([line[1], line[3], line[5]]).toEqual(["bright", "bright", 'half, "grey"']);
  expect(line[2]).toBe(line[4]);
  expect(filesIn("in").map((name) => [name, readFileSync(at("in", name)).toString("hex")])).toEqual(before);
}, 30_000);

describe("refused before any picture is read", () => {
  const csv = (file: string, count = 1) => CsvTable.open({ file: at(file), classes, top: undefined, count });
  const sort = (into: string, ...words: string[]) =>
    Sorting.open(
      at(into),
      classes,
      words.map((word) => at(word)),
    );

  test("a table that cannot be written, or that would replace another file", async () => {
    writeFileSync(at("list.csv"), "name,age\r\nx,3\r\n");
    await expect(csv("list.csv")).rejects.toThrow(/list\.csv: exists and is not a table of predict.*another name/);
    await expect(csv(model)).rejects.toThrow(/exists and is not a table/);
    await expect(csv("nowhere/t.csv")).rejects.toThrow(/the folder .*nowhere does not exist; create it first/);
    await expect(csv("t.csv", 2e8)).rejects.toThrow(/3 classes for 200,000,000 pictures .* more than 2 GB; add --top/);
    writeFileSync(at("empty.csv"), "");
    await csv("empty.csv");
    expect(readFileSync(at("empty.csv"), "utf8")).toBe("");
  });

  test("copies within a folder that is read, also by way of a link, and where there is a file", async () => {
    picture("read/bright/1.png", 255);
    symlinkSync(at("read"), at("link"));
    const within = /would copy into .*read, which is read; give a folder outside of it/;
    for (const into of ["read", "read/new/one", "link/x"]) await expect(sort(into, "read")).rejects.toThrow(within);
    await expect(sort("read", "read/bright")).rejects.toThrow(/would copy into .*bright, which is read/);
    await sort("read", "read/bright/1.png");
    await sort("ready", "read");
    await expect(sort(`${model}/x`)).rejects.toThrow(/m\.safetensors: is not a folder; give another folder/);
    expect([existsSync(at("ready")), existsSync(at("read/new"))]).toEqual([false, false]);
  });

  test("by the command, with exit code 2, one line and no answer", async () => {
    const { code, stdout, stderr } = await chainrule(["predict", model, "read", "--sort", "read/out"], { cwd });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe("error: --sort read/out: would copy into read, which is read; give a folder outside of it\n");
  });
});

test.skipIf(process.platform === "win32")("where a file cannot be written, one line says what there is so far", () => {
  picture("large/1.png", 255);
  picture("large/2.png", 250, true);
  picture("large/3.png", 255);
  const limited = `trap '' XFSZ; ulimit -f 1; exec ${shellStart} predict ${model} large --sort full --csv full.csv`;
  const env = { ...process.env, CHAINRULE_THREADS: "1" };
  const { status, stderr } = spawnSync("/bin/sh", ["-c", limited], { cwd, encoding: "utf8", env });
  expect(stderr).toBe(
    "error: full/bright/2.png: the file would be too large; full.csv is not written; so far 1 picture was copied into full: bright 1\n",
  );
  expect(status).toBe(2);
  expect(readdirSync(at("full/bright"))).toEqual(["1.png"]);
  expect(existsSync(at("full.csv"))).toBe(false);
});

test.skipIf(!existsSync("/dev/full"))("where the answers cannot be printed, the files are written all the same", () => {
  picture("print/1.png", 255);
  const args = `predict ${model} print --csv print.csv --sort printed`;
  const env = { ...process.env, CHAINRULE_THREADS: "1" };
  const command = `${shellStart} ${args} > /dev/full`;
  const { status, stderr } = spawnSync("/bin/sh", ["-c", command], { cwd, encoding: "utf8", env });
  expect(stderr).toBe(
    "error: stdout: cannot be written: there is no space left on the device (ENOSPC); print.csv is written: 1 line; 1 picture was copied into printed: bright 1\n",
  );
  expect(status).toBe(2);
  expect(rows("print.csv")).toHaveLength(2);
});

test("names that every system accepts, and a folder of its own for each class", () => {
  const names = ["a/b\\c", "..", "", " x. ", "CON", "com1.txt", "a\u0000\u202eb", "__MACOSX", ".git", "ein Hund", "é"];
  expect(names.map((name) => safeName(name))).toEqual([
    "a_b_c",
    "_",
    "_",
    "_x_",
    "_CON",
    "_com1.txt",
    "a__b",
    "___MACOSX",
    "_git",
    "ein Hund",
    "é",
  ]);
  expect(folderNames(["a_b", "a/b", "A_B", "x", "é", "e\u0301", "c/d", "c_d"])).toEqual([
    "a_b",
    "a_b-2",
    "A_B-3",
    "x",
    "é",
    "e\u0301-2",
    "c_d-2",
    "c_d",
  ]);
  const long = safeFileName(`in/${"日".repeat(83)}.jpeg`);
  expect(long).toMatch(/^日+\.jpeg$/);
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(200);
});

test("a line of RFC 4180", () => {
  expect(csvLine(["a", "b,c", 'd"e', "f\ng", ""])).toBe('a,"b,c","d""e","f\ng",\r\n');
});
