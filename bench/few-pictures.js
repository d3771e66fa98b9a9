// How well nets recognise pictures of which they have seen few of each class: trained from nothing, a classifier on a pretrained net, the same
// fine-tuned, and PyTorch's features of the same net with logistic regression (few_pictures.py). Each figure is the mean over several choices
// of the training pictures, with its standard deviation; all ways get the same pictures. Prints a table for docs/backbones.md.
//
//   node bench/few-pictures.js FOLDER [--each 5,10,16] [--seeds 3] [--test 20] [--ways none,backbone,finetune,pytorch]
//
// FOLDER has a subfolder for each class, of which `test` pictures are set aside, or train/ and test/ with such subfolders, whose test pictures
// then stay the same.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countIn, fail } from "./arguments.js";
import { machine, table } from "./markdown.js";
import { sum } from "./statistics.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    each: { type: "string", default: "5,10,16,30,100" },
    seeds: { type: "string", default: "3" },
    test: { type: "string", default: "20" },
    ways: { type: "string", default: "none,backbone,finetune,pytorch" },
  },
});
const [folder] = positionals;
if (folder === undefined || !existsSync(folder)) fail("give a folder with a subfolder of pictures for each class");
const seeds = countIn([options.seeds], { name: "seeds", fallback: 3 });
const testEach = countIn([options.test], { name: "test", fallback: 20 });
const ways = options.ways.split(",");

const cli = fileURLToPath(new URL("../cli/bin/chainrule.js", import.meta.url));
const peer = fileURLToPath(new URL("few_pictures.py", import.meta.url));

/** The ways that chainrule trains, as options of its command line. */
const flags = {
  none: ["--from", "none"],
  backbone: ["--from", "chainrule-backbone"],
  finetune: ["--finetune", "--flip"],
};

/** Shuffles a list, always in the same way for one seed: Fisher and Yates with a linear congruential generator. */
function shuffled(list, seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const below = (end) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

const classesIn = (path) => readdirSync(path).sort();
const filesIn = (path) =>
  readdirSync(path)
    .sort()
    .map((name) => join(path, name));

/** Of each class the pictures for the test and those to learn from. */
function divide(seed) {
  const apart = ["train", "test"].every((part) => existsSync(join(folder, part)));
  const base = apart ? join(folder, "train") : folder;
  return classesIn(base).map((name) => {
    const own = shuffled(filesIn(join(base, name)), seed);
    if (apart) return { name, test: filesIn(join(folder, "test", name)), train: own };
    const held = Math.min(testEach, Math.floor(own.length / 3));
    return { name, test: own.slice(0, held), train: own.slice(held) };
  });
}

/** A folder with links to `each` pictures of each class to learn from, and to the test pictures. */
function arrange(seed, each) {
  const place = mkdtempSync(join(tmpdir(), "few-"));
  for (const { name, test, train } of divide(seed))
    for (const [part, files] of [
      ["train", train.slice(0, each)],
      ["test", test],
    ]) {
      const into = join(place, part, name);
      mkdirSync(into, { recursive: true });
      for (const file of files) symlinkSync(resolve(file), join(into, basename(file)));
    }
  return place;
}

/** The share of the test pictures that a way recognises, in per cent, and the seconds that it took. */
function run(way, place, seed) {
  const began = performance.now();
  const args =
    way === "pytorch"
      ? ["python3", [peer, place, String(seed)]]
      : [
          process.execPath,
          [
            cli,
            "train",
            place,
            ...flags[way],
            "--seed",
            String(seed),
            "--skip-broken",
            "--json",
            "--out",
            join(place, "m.safetensors"),
          ],
        ];
  const { stdout, stderr, status } = spawnSync(...args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) fail(`${way}: ${stderr.slice(-2000)}`);
  const last = JSON.parse(stdout.trim().split("\n").pop());
  return { accuracy: 100 * last.testAccuracy, seconds: (performance.now() - began) / 1000 };
}

const mean = (values) => sum(values) / values.length;
const deviation = (values) => Math.sqrt(mean(values.map((x) => (x - mean(values)) ** 2)));

const largest = Math.max(...divide(0).map(({ train }) => train.length));
const wanted = options.each.split(",").map(Number);
const counts = wanted.filter((_, n) => n === 0 || wanted[n - 1] < largest);
const rows = [];
for (const each of counts) {
  const found = new Map(ways.map((way) => [way, []]));
  for (let seed = 0; seed < seeds; seed++) {
    const place = arrange(seed, each);
    for (const way of ways) found.get(way).push(run(way, place, seed));
    rmSync(place, { recursive: true, force: true });
    console.error(each, seed, ...ways.map((way) => `${way} ${found.get(way)[seed].accuracy.toFixed(1)}`));
  }
  rows.push([
    basename(folder),
    each > largest ? `${largest}, all` : String(each),
    ...ways.map((way) => {
      const accuracies = found.get(way).map(({ accuracy }) => accuracy);
      return `${mean(accuracies).toFixed(1)} ± ${deviation(accuracies).toFixed(1)}`;
    }),
    ...ways.map((way) => mean(found.get(way).map(({ seconds }) => seconds)).toFixed(0)),
  ]);
}
console.log(`${seeds} choices of the training pictures, ${machine}\n`);
console.log(table(["set", "of each class", ...ways, ...ways.map((way) => `${way}, s`)], rows, 1).join("\n"));
