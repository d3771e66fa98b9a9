// The features that a backbone makes of pictures. They are computed once in batches of one size by one program, and kept for the next time.
import { createHash } from "node:crypto";
import { type Compiled, compile, noGrad, type Tensor, tensor } from "chainrule";
import type { Dataset } from "chainrule/data";
import type { SingleBar } from "cli-progress";
import { GaveUp } from "../failure.ts";
import { startBar } from "../terminal/bars.ts";
import type { Screen } from "../terminal/screen.ts";
import { counted, thousands } from "../wording.ts";
import type { Backbone } from "./backbone.ts";
import { readFeatures, writeFeatures } from "./feature-cache.ts";
import type { Examples } from "./head.ts";

/** Larger batches are no faster. */
export const batchSize = 16;

export interface FeaturesWanted {
  readonly backbone: Backbone;
  /** The data sets whose pictures the net takes: uint8 [N, 3, H, W] in the backbone's size. */
  readonly parts: readonly Dataset[];
  /** Where features are kept; null for nowhere. */
  readonly cache: string | null;
  readonly screen: Screen;
  /** Throws to end the work. */
  readonly check: () => void;
}

/** The features of each part, in its order. Throws GaveUp where check does, after what is computed was kept. */
export async function featuresOf({ backbone, parts, cache, screen, check }: FeaturesWanted): Promise<Examples[]> {
  const began = performance.now();
  const keys = parts.map((part) => keysOf(part));
  const known = await readFeatures(cache, backbone.fingerprint);
  const missing = parts.flatMap((part, p) =>
    keys[p].flatMap((key, n) => (known.has(key) ? [] : [{ key, picture: pictureOf(part, n) }])),
  );
  const before = known.size;
  const progress = new FeatureProgress(screen, missing.length);
  try {
    const run = program(backbone);
    for (let from = 0; from < missing.length; from += batchSize) {
      const some = missing.slice(from, from + batchSize);
      const found = await featuresOfBatch(
        run,
        backbone,
        some.map(({ picture }) => picture),
      );
      for (const [n, { key }] of some.entries()) known.set(key, found[n]);
      progress.show(from + some.length);
      // Lets Node handle timers and signals.
      await new Promise((resolve) => setImmediate(resolve));
      check();
    }
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    throw new GaveUp({ isResumable: writeFeatures(cache, backbone.fingerprint, known) && known.size > before });
  } finally {
    progress.stop();
  }
  if (missing.length > 0)
    writeFeatures(cache, backbone.fingerprint, new Map(keys.flat().map((key) => [key, of(known, key)])));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const total = keys.reduce((sum, { length }) => sum + length, 0);
  const old = total - missing.length;
  screen.say(
    `computed the features of ${counted(missing.length, "picture")} in ${seconds} s${old > 0 ? `; those of ${thousands(old)} were kept from an earlier time` : ""}`,
  );
  return parts.map((part, p) => {
    const rows = keys[p].map((key) => of(known, key));
    const features = new Float32Array(rows.length * rows[0].length);
    for (const [n, row] of rows.entries()) features.set(row, n * row.length);
    return { features, labels: Int32Array.from(part.labels.data) };
  });
}

function of(known: ReadonlyMap<string, Float32Array>, key: string): Float32Array {
  const found = known.get(key);
  if (found === undefined) throw new Error("internal: a picture has no features");
  return found;
}

function pictureOf({ images }: Dataset, n: number): Uint8Array {
  const size = images.size / images.shape[0];
  return images.data.subarray(n * size, (n + 1) * size) as Uint8Array;
}

/** A digest of each picture's pixels: features depend on nothing else, so copies and renamed files have theirs. */
const keysOf = (part: Dataset): string[] =>
  Array.from({ length: part.images.shape[0] }, (_, n) =>
    createHash("sha256").update(pictureOf(part, n)).digest("hex").slice(0, 32),
  );

export type Program = Compiled<[pixels: Tensor], Tensor>;

/** The program that computes the features of a batch. */
export const program = ({ features, prepare }: Backbone): Program =>
  compile((pixels: Tensor) => noGrad(() => features(prepare(pixels))));

/** The features of a batch, which is filled up with black pictures, so that all batches take the same program. */
async function featuresOfBatch(
  run: Program,
  { input }: Backbone,
  pictures: readonly Uint8Array[],
): Promise<Float32Array[]> {
  const shape = [batchSize, 3, ...input.size];
  const pixels = new Uint8Array(shape.reduce((size, dim) => size * dim, 1));
  for (const [n, picture] of pictures.entries()) pixels.set(picture, n * picture.length);
  const features = (await run(tensor(pixels, { shape })).read()) as Float32Array;
  const size = features.length / batchSize;
  return pictures.map((_, n) => features.slice(n * size, (n + 1) * size));
}

/** A bar for the pictures whose features are computed; for one batch there is none. */
export class FeatureProgress {
  readonly #bar: SingleBar | null;

  constructor(screen: Screen, total: number) {
    this.#bar =
      screen.redrawn && total > batchSize
        ? startBar(screen, { format: "computing features {bar} {value} of {total} pictures", total, clear: true })
        : null;
  }

  show(done: number): void {
    this.#bar?.update(done);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
