// predict --watch: pictures are recognised as they come into a folder.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { tensor } from "chainrule";
import { type Description, writeModel } from "chainrule/model";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { comingPictures } from "../src/predict/watcher.ts";
import { chainrule, chainruleProcess, events } from "./command.ts";

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);

/** A grey square of this level. */
function picture(level: number): Buffer {
  const png = new PNG({ width: 8, height: 8 });
  for (let i = 0; i < 64; i++) png.data.set([level, level, level, 255], 4 * i);
  return PNG.sync.write(png);
}

test("what is there, what comes, also in subfolders, and what changes; a file that grows is taken once, whole", async () => {
  const folder = at("look");
  mkdirSync(folder);
  const bytes = picture(9);
  writeFileSync(join(folder, "old.png"), bytes);
  writeFileSync(join(folder, "words.txt"), "no picture");
  const stop = new AbortController();
  const taken: (readonly [name: string, length: number])[] = [];
  const watching = (async () => {
    for await (const files of comingPictures([folder], { signal: stop.signal, pause: 100, settle: 500 }))
      for (const file of files) taken.push([file.slice(folder.length + 1), readFileSync(file).length]);
  })();
  const taking = (count: number) => expect.poll(() => taken.length, { timeout: 10_000, interval: 20 }).toBe(count);
  await taking(1);
  // An empty file, which then grows for much longer than the folder is looked at anew.
  writeFileSync(join(folder, "grows.png"), "");
  for (let at = 0; at < bytes.length; at += 16) {
    appendFileSync(join(folder, "grows.png"), bytes.subarray(at, at + 16));
    await wait(60);
  }
  await taking(2);
  mkdirSync(join(folder, "inner"));
  writeFileSync(at("aside.png"), bytes);
  renameSync(at("aside.png"), join(folder, "inner", "new.png"));
  await taking(3);
  writeFileSync(join(folder, "old.png"), Buffer.concat([bytes, bytes]));
  await taking(4);
  stop.abort();
  await watching;
  const { length } = bytes;
  expect(taken).toEqual([
    ["old.png", length],
    ["grows.png", length],
    [join("inner", "new.png"), length],
    ["old.png", 2 * length],
  ]);
}, 30_000);

test("the command answers until Ctrl-C, then writes its files, says what there was, and ends with 130", async () => {
  const description: Description = {
    architecture: [["Flatten"], ["Linear", 64, 2]],
    ...{ input: [1, 8, 8], classes: ["bright", "dark"], framing: "plain", seed: 1 },
    normalisation: { mean: [0], std: [1] },
  };
  const weight = tensor(
    Float32Array.from({ length: 128 }, (_, i) => (i < 64 ? 8 : -8) / 64),
    { shape: [2, 64] },
  );
  const tensors = { "1.weight": weight, "1.bias": tensor(Float32Array.of(0, 8)) };
  writeFileSync(at("m.safetensors"), writeModel(description, new Map(Object.entries(tensors))));
  mkdirSync(at("in"));
  let step = 0;
  const steps: readonly [after: string, action: (end: () => void) => void][] = [
    ['"event":"watching"', () => writeFileSync(at("in/1.png"), picture(255))],
    ['"image":"in/1.png"', () => writeFileSync(at("in/2.png"), "no picture")],
    ['"image":"in/2.png"', () => writeFileSync(at("in/3.png"), picture(0))],
    ['"image":"in/3.png"', (end) => end()],
  ];
  const words = ["predict", "m.safetensors", "in", "--watch", "--json", "--csv", "t.csv", "--sort", "out"];
  const ended = await chainruleProcess(words, {
    cwd,
    watch: (stdout, process) => {
      if (!stdout.includes(steps[step]?.[0] ?? "\0")) return;
      steps[step++][1](() => process.kill("SIGINT"));
    },
  });
  expect(ended.code, ended.stderr).toBe(130);
  const told = events(ended).map(({ event, image, class: name }) => [event, image, name]);
  expect(told.slice(0, 4)).toEqual([
    ["watching", undefined, undefined],
    ["prediction", "in/1.png", "bright"],
    ["error", "in/2.png", undefined],
    ["prediction", "in/3.png", "dark"],
  ]);
  expect(told.slice(4).map(([event]) => event)).toEqual(["csv", "sorted", "done"]);
  expect(ended.stderr).toMatch(
    /^watching in; Ctrl-C ends it\nin\/1\.png: bright .*\nin\/2\.png: .*\nin\/3\.png: dark .*\n2 pictures: bright 1, dark 1\nt\.csv is written: 3 lines, 1 of them with an error\n2 pictures were copied into out: bright 1, dark 1\n$/,
  );
  expect([readdirSync(at("out/bright")), readdirSync(at("out/dark"))]).toEqual([["1.png"], ["3.png"]]);
}, 60_000);

test("a picture cannot be watched, and a folder that is removed ends the watch with a line", async () => {
  const { code, stderr } = await chainrule(["predict", "m.safetensors", "in/1.png", "--watch"], { cwd });
  expect([code, stderr]).toEqual([
    2,
    "error: in/1.png: is not a folder, and --watch waits for pictures in folders; give a folder\n",
  ]);
  mkdirSync(at("gone"));
  const pictures = comingPictures([at("gone")], { signal: new AbortController().signal, pause: 50, settle: 50 });
  const next = pictures.next();
  rmSync(at("gone"), { recursive: true });
  await expect(next).rejects.toThrow(/gone: no such file/);
});
