// Fashion-MNIST as users have pictures: written out as PNGs, a folder for each class, and then trained on, tested, predicted and
// exported from there by the command line. `npm test` does not run this: it needs the data set (apt install dataset-fashion-mnist) and, with
// all of it, a quarter of an hour.
//
//   npx tsx cli/test/fashion-folders.ts [PICTURES TO LEARN FROM] [PICTURES TO TEST] [-- OPTIONS OF TRAIN]
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "chainrule/data";
import { loadFashionMnist } from "chainrule/node";
import { PNG } from "pngjs";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { chainruleProcess, events } from "./command.ts";

const installed = process.env.FASHION_MNIST ?? "/usr/share/datasets/fashion-mnist";
/** The fraction of the test pictures that the net has to recognise. */
const asked = 0.88;

const dashes = process.argv.indexOf("--");
const own = process.argv.slice(2, dashes < 0 ? undefined : dashes);
const options = dashes < 0 ? [] : process.argv.slice(dashes + 1);
const [learn, unseen] = [Number(own[0] ?? 60_000), Number(own[1] ?? 10_000)];

/** The first pictures of a data set, each in its class's folder. */
function writePictures(folder: string, { images, labels, classes }: Dataset, count: number): void {
  const [total, , height, width] = images.shape;
  // "T-shirt/top" would become a folder in a folder.
  const folders = classes.map((name) => join(folder, name.replaceAll("/", " or ")));
  for (const path of folders) mkdirSync(path, { recursive: true });
  for (let n = 0; n < Math.min(count, total); n++) {
    const png = new PNG({ width, height });
    png.data = Buffer.from(images.data.subarray(n * height * width, (n + 1) * height * width));
    const bytes = PNG.sync.write(png, { colorType: 0, inputColorType: 0, inputHasAlpha: false });
    writeFileSync(join(folders[labels.data[n]], `${String(n).padStart(5, "0")}.png`), bytes);
  }
}

if (!existsSync(installed)) {
  console.error(`${installed}: no such folder; apt install dataset-fashion-mnist, or name yours in FASHION_MNIST`);
  process.exit(2);
}
const cwd = temporaryFolder();
const { train, test } = await loadFashionMnist({ directory: installed });
const began = performance.now();
const say = (line: string) => console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}`);
writePictures(join(cwd, "clothes", "train"), train, learn);
writePictures(join(cwd, "clothes", "test"), test, unseen);
say(`${learn} pictures to learn from and ${unseen} to test are in ${cwd}/clothes`);

async function run(...args: string[]) {
  const finished = await chainruleProcess([...args, "--json"], { cwd });
  if (finished.code !== 0)
    throw new Error(`chainrule ${args.join(" ")}: exit code ${finished.code}\n${finished.stderr}`);
  return { told: events(finished), words: finished.stderr };
}

const percent = (x: unknown) => `${(100 * Number(x)).toFixed(2)} %`;
const trained = await run("train", "clothes", "--out", "m.safetensors", "--report", "report.html", ...options);
for (const line of trained.words.split("\n"))
  if (/^(read|of|clothes|conv-bn|epoch| {2}validation|it )/.test(line)) say(line);
const done = trained.told[trained.told.length - 1];
say(`train: ${percent(done.testAccuracy)} of the test pictures, in ${Number(done.seconds).toFixed(0)} s`);
const evaluated = (await run("evaluate", "m.safetensors", "clothes")).told.pop();
say(`evaluate: ${percent(evaluated?.testAccuracy)}`);
const bags = await run("predict", "m.safetensors", join("clothes", "test", "Bag"));
const predicted = bags.told.filter(({ event }) => event === "prediction");
const right = predicted.filter((prediction) => prediction.class === "Bag").length;
say(`predict: ${right} of ${predicted.length} bags are called so`);
const exported = (await run("export", "m.safetensors", "--onnx", "m.onnx")).told.pop();
say(`export: ${exported?.bytes} bytes; in the folder: ${readdirSync(cwd).join(", ")}`);
const fine = evaluated?.testAccuracy === done.testAccuracy && Number(done.testAccuracy) >= asked;
say(
  fine
    ? `as asked: ${percent(asked)} or more`
    : `NOT as asked: the same ${percent(asked)} or more from train and evaluate`,
);
process.exitCode = fine ? 0 : 1;
