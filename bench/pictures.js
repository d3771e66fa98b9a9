// The time that decoding a picture takes: sharp and jimp, as decodePicture calls them, beside Pillow in a Python process (where Python and
// Pillow are installed). All sides decode the same bytes in turn, within one run. Before anything is timed the sides have to agree on the
// picture, brought down to 16 × 16 pixels. Times are medians in milliseconds: by the clock, and of the processor, which includes threads.
//
//   node bench/pictures.js [rounds] [--no-peers] [--out FILE]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { channelOf, levelsOf } from "../dist/data/picture.js";
import { resize } from "../dist/data/resize.js";
import { decodeWith } from "../dist/node/decode.js";
import { countIn } from "./arguments.js";
import { machine, short, table } from "./markdown.js";
import { median } from "./statistics.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { "no-peers": { type: "boolean" }, out: { type: "string" } },
});
const rounds = countIn(positionals, { name: "rounds", fallback: 5 });
/** The height and width that a net of 64 × 64 pixels asks for. */
const enough = [128, 128];
const folder = mkdtempSync(join(tmpdir(), "chainrule-bench-"));

/** A picture like a photograph: waves of many lengths, and noise. */
async function photograph(width, height) {
  const data = new Uint8Array(width * height * 3);
  let state = 1;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++, at++) {
        state = (16807 * state) % 2147483647;
        const wave = Math.sin((x + 40 * c) / 31) + Math.cos((y - 30 * c) / 17) + Math.sin((x - y) / 5);
        data[at] = Math.max(0, Math.min(255, 128 + 30 * wave + (state % 17) - 8));
      }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const works = [
  { name: "JPEG, 224 × 224", size: [224, 224], format: "jpeg", atLeast: null, count: 40 },
  { name: "JPEG, 4000 × 3000", size: [4000, 3000], format: "jpeg", atLeast: null, count: 1 },
  { name: "JPEG, 4000 × 3000, at least 128 × 128", size: [4000, 3000], format: "jpeg", atLeast: enough, count: 1 },
  { name: "PNG, 4000 × 3000", size: [4000, 3000], format: "png", atLeast: null, count: 1 },
  { name: "PNG, 4000 × 3000, at least 128 × 128", size: [4000, 3000], format: "png", atLeast: enough, count: 1 },
];

const own = (decoder) => ({
  name: decoder,
  run: async ({ bytes, atLeast, count }) => {
    const [began, before] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < count; i++) await decodeWith(bytes, atLeast, [decoder]);
    const { user, system } = process.cpuUsage(before);
    return [(performance.now() - began) / count, (user + system) / 1000 / count];
  },
  small: async ({ bytes, atLeast }) => smallOf(await decodeWith(bytes, atLeast, [decoder])),
});

const smallOf = (picture) =>
  [0, 1, 2].flatMap((c) => [...resize(channelOf(levelsOf(picture, 3, null), c), 16, 16).data]);

/** Reads a line of JSON for each work, and answers with a line. */
const script = `
import io, json, sys, time
from PIL import Image
def decode(data, at_least):
    picture = Image.open(io.BytesIO(data))
    if at_least:
        picture.draft("RGB", (at_least[1], at_least[0]))
        factor = max(1, min(picture.width // at_least[1], picture.height // at_least[0], 8))
        return picture.reduce(factor) if picture.format != "JPEG" else picture.convert("RGB")
    picture.load()
    return picture
for line in sys.stdin:
    work = json.loads(line)
    data = open(work["file"], "rb").read()
    if work["small"]:
        levels = decode(data, work["atLeast"]).resize((16, 16), Image.BOX).tobytes()
        print(json.dumps([levels[i] for c in range(3) for i in range(c, 768, 3)]), flush=True)
        continue
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(work["count"]): decode(data, work["atLeast"])
    times = (time.perf_counter() - began, time.process_time() - cpu)
    print(json.dumps([1000 * t / work["count"] for t in times]), flush=True)
`;

/** Pillow, or null where there is none. */
async function pillow() {
  const child = spawn("python3", ["-c", script], { stdio: ["pipe", "pipe", "ignore"] });
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (work, small) => {
    child.stdin.write(`${JSON.stringify({ file: work.file, atLeast: work.atLeast, count: work.count, small })}\n`);
    const { value, done } = await lines.next();
    return done ? null : JSON.parse(value);
  };
  if ((await ask(works[0], true)) === null) return null;
  return {
    name: "Pillow",
    run: (work) => ask(work, false),
    small: (work) => ask(work, true),
    end: () => child.stdin.end(),
  };
}

for (const work of works) {
  work.bytes = await (await photograph(...work.size))
    .toFormat(work.format, work.format === "jpeg" ? { quality: 90 } : {})
    .toBuffer();
  work.file = join(folder, `${works.indexOf(work)}`);
  writeFileSync(work.file, work.bytes);
}
const peer = options["no-peers"] ? null : await pillow();
const sides = [own("sharp"), own("jimp"), ...(peer === null ? [] : [peer])];

const rows = [];
for (const work of works) {
  process.stderr.write(`bench: ${work.name}\n`);
  const [first, ...others] = await Promise.all(sides.map((side) => side.small(work)));
  for (const other of others)
    if (first.some((level, i) => Math.abs(level - other[i]) > 3)) throw new Error(`${work.name}: the sides disagree`);
  const samples = sides.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, side] of sides.entries()) samples[i].push(await side.run(work));
  for (const [i, { name }] of sides.entries()) {
    const [clock, processor] = [0, 1].map((k) => median(samples[i].map((sample) => sample[k])));
    rows.push([i === 0 ? work.name : "", name, short(clock), short(processor)]);
  }
}
peer?.end();
rmSync(folder, { recursive: true });

const text = `${[
  "# Decoding pictures",
  "",
  `Made by \`node bench/pictures.js\` on ${machine}. Milliseconds to decode one picture from memory, one after the other: medians of ${rounds} rounds, in`,
  "which the sides take turns. With “at least” a side may reduce the picture while it decodes it, which jimp cannot.",
  "",
  ...table(["picture", "decoder", "clock, ms", "processor, ms"], rows),
].join("\n")}\n`;
console.log(text);
const out = options.out ?? (peer === null ? null : fileURLToPath(new URL("pictures.md", import.meta.url)));
if (out) writeFileSync(out, text);
