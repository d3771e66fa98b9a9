// The features of streamed pictures: each picture is read once, and only its features stay, in memory and in a file that grows with them.
import { statSync } from "node:fs";
import { tensor } from "chainrule";
import type { StreamedPictures } from "chainrule/data";
import { systemReason } from "chainrule/node";
import { BadInput, GaveUp } from "../failure.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Backbone } from "../transfer/backbone.ts";
import { batchSize, FeatureProgress, type Program, program } from "../transfer/features.ts";
import type { Examples } from "../transfer/head.ts";
import { counted, thousands } from "../wording.ts";
import { FeatureRows, rowKey } from "./feature-rows.ts";
import type { LargeData } from "./streams.ts";

/** A part of streamed data, with the path of each picture. */
export interface FeaturePart {
  readonly pictures: StreamedPictures;
  readonly files: readonly string[];
}

export interface LargeFeatures {
  readonly backbone: Backbone;
  readonly data: LargeData;
  readonly parts: readonly FeaturePart[];
  /** The file for features; null for none. */
  readonly file: string | null;
  readonly screen: Screen;
  /** Throws to end the work. */
  readonly check: () => void;
}

/** The features of each part, in its order. Throws GaveUp where check does; the file then has what was computed. */
export async function largeFeatures(wanted: LargeFeatures): Promise<Examples[]> {
  const { backbone, data, parts, file, screen, check } = wanted;
  const began = performance.now();
  const run = program(backbone);
  const size = await featureCount(run, backbone);
  const examples = parts.map(({ pictures }) => ({
    features: new Float32Array(pictures.shape[0] * size),
    labels: Int32Array.from(pictures.labels.data),
  }));
  const places = new Places(parts);
  const take = (key: string, row: Float32Array) => {
    for (const { part, index } of places.take(key)) examples[part].features.set(row, index * size);
  };
  const rows = file === null ? null : openRows(file, { backbone: backbone.fingerprint, size }, take);
  const total = parts.reduce((sum, { files }) => sum + files.length, 0);
  const known = total - places.left;
  const progress = new FeatureProgress(screen, places.left);
  let done = 0;
  try {
    for (const [part, { pictures }] of parts.entries()) {
      const missing = places.missing(part);
      for await (const { indices, pixels } of batchesOf(pictures, missing)) {
        const found = (await run(pixels).read()) as Float32Array;
        const own = found.subarray(0, indices.length * size);
        for (const [n, index] of indices.entries())
          examples[part].features.set(own.subarray(n * size, (n + 1) * size), index * size);
        rows?.append(
          Array.from(indices, (index) => places.key(part, index)),
          own,
        );
        progress.show((done += indices.length));
        // Lets Node handle timers and signals.
        await new Promise((resolve) => setImmediate(resolve));
        check();
      }
    }
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    throw new GaveUp({ isResumable: rows !== null && rows.problem === null && known + done > 0 });
  } finally {
    progress.stop();
    rows?.close();
  }
  tell(wanted, {
    computed: total - known,
    known,
    seconds: (performance.now() - began) / 1000,
    problem: rows?.problem ?? null,
  });
  for (const line of data.streams.notes()) screen.say(line);
  return examples;
}

interface Told {
  readonly computed: number;
  readonly known: number;
  readonly seconds: number;
  readonly problem: string | null;
}

function tell({ screen, data }: LargeFeatures, { computed, known, seconds, problem }: Told): void {
  const { waitedSeconds, decoded, decodeSeconds } = data.streams.reading;
  const rates =
    decoded === 0
      ? ""
      : `; it waited ${waitedSeconds.toFixed(1)} s for pictures (${thousands(Math.round(decoded / decodeSeconds))} decoded/s), the net took ${(seconds - waitedSeconds).toFixed(1)} s (${(computed / Math.max(1e-9, seconds - waitedSeconds)).toFixed(1)} images/s)`;
  screen.say(
    `computed the features of ${counted(computed, "picture")} in ${seconds.toFixed(1)} s${known > 0 ? `, those of ${thousands(known)} were kept from an earlier time` : ""}${rates}`,
  );
  if (problem !== null) screen.say(`not all features are kept for the next time: ${problem}`);
}

/** The number of features of a picture, found with a black batch, which also makes the program. */
async function featureCount(run: Program, { input }: Backbone): Promise<number> {
  const shape = [batchSize, 3, ...input.size];
  const black = tensor(new Uint8Array(shape.reduce((size, dim) => size * dim, 1)), { shape });
  return (await run(black).read()).length / batchSize;
}

/** Batches of one size, the last one filled up with black pictures, so that all take the same program. */
async function* batchesOf(pictures: StreamedPictures, indices: Int32Array) {
  const [, ...picture] = pictures.shape;
  const size = picture.reduce((product, dim) => product * dim, 1);
  let [bytes, start, count] = [new Uint8Array(batchSize * size), 0, 0];
  for await (const pixels of pictures.read(indices)) {
    bytes.set(pixels, count++ * size);
    if (count < batchSize && start + count < indices.length) continue;
    const batch = tensor(bytes, { shape: [batchSize, ...picture] });
    yield { indices: indices.subarray(start, start + count), pixels: batch };
    [bytes, start, count] = [new Uint8Array(batchSize * size), start + count, 0];
  }
}

function openRows(
  file: string,
  wanted: Parameters<typeof FeatureRows.open>[1],
  take: Parameters<typeof FeatureRows.open>[2],
) {
  try {
    return FeatureRows.open(file, wanted, take);
  } catch (error) {
    throw new BadInput(`${file}: ${systemReason(error) ?? error}; remove it, or keep no features with --no-cache`, {
      cause: error,
    });
  }
}

/** The pictures whose features are still missing, by their keys. */
class Places {
  readonly #keys: readonly (readonly string[])[];
  readonly #missing = new Map<string, { readonly part: number; readonly index: number }[]>();

  constructor(parts: readonly FeaturePart[]) {
    this.#keys = parts.map(({ files }) =>
      files.map((path) => {
        const { size: bytes, mtimeMs: changed } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
        return rowKey({ path, bytes, changed });
      }),
    );
    for (const [part, keys] of this.#keys.entries())
      for (const [index, key] of keys.entries())
        this.#missing.set(key, [...(this.#missing.get(key) ?? []), { part, index }]);
  }

  key(part: number, index: number): string {
    return this.#keys[part][index];
  }

  /** The places of a key, which are then no longer missing. */
  take(key: string): readonly { readonly part: number; readonly index: number }[] {
    const found = this.#missing.get(key) ?? [];
    this.#missing.delete(key);
    return found;
  }

  get left(): number {
    return [...this.#missing.values()].reduce((sum, places) => sum + places.length, 0);
  }

  /** The indices of the missing pictures of a part, rising. */
  missing(part: number): Int32Array {
    const keys = this.#keys[part];
    return Int32Array.from([...keys.keys()].filter((index) => this.#missing.has(keys[index])));
  }
}
