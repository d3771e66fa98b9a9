// What a training needs of streamed data beside its pictures: a sample in memory, the figures of the reading, the copies, the notes.
import { tensor } from "chainrule";
import type { Dataset, StreamedPictures } from "chainrule/data";
import type { ImageFolderStream, StreamReading } from "chainrule/node";
import type { Data } from "../data-set.ts";
import { reading } from "../failure.ts";
import { type Copies, notesOnCopies } from "../pictures/copy-notes.ts";
import { rephrased } from "../pictures/read.ts";
import { ReadingProgress } from "../pictures/reading-progress.ts";
import type { Screen } from "../terminal/screen.ts";
import { counted } from "../wording.ts";
import { contradictionsIn, copiesAmong } from "./copies.ts";
import type { StreamedPart } from "./parts.ts";

/** Streamed data. */
export interface LargeData extends Data<StreamedPictures> {
  readonly streams: Streams;
}

/** Data in memory, or streamed. */
export type AnyData = Data | LargeData;

/** The parts of a training, each with the hashes of its pictures. */
export interface Parts {
  readonly train: StreamedPart;
  readonly validation: StreamedPart | null;
  readonly test: StreamedPart;
}

/** Pictures in memory, from which normalisation and mirroring are decided. */
export interface Sample {
  readonly train: Dataset;
  readonly validation: Dataset | null;
}

/** The number of pictures in the sample of the training pictures, and their share of the memory; that of validation has a quarter of them. */
const maxPictures = 8192;
const maxShare = 1 / 4;

export class Streams {
  readonly #opened: readonly ImageFolderStream[];
  readonly #parts: Parts;
  readonly #memory: number;
  #sample: Promise<Sample> | null = null;

  /** `memory`: bytes that decoded pictures may take. */
  constructor(opened: readonly ImageFolderStream[], parts: Parts, memory: number) {
    this.#opened = opened;
    this.#parts = parts;
    this.#memory = memory;
  }

  /** The first training and validation pictures: their order is a random one. `check` throws to end the reading. */
  sample(screen: Screen, check: () => void): Promise<Sample> {
    this.#sample ??= asking(() => this.#readSample(screen, check));
    return this.#sample;
  }

  async #readSample(screen: Screen, check: () => void): Promise<Sample> {
    const { train, validation } = this.#parts;
    const [learned, judged] = [
      this.#sampleSize(train, 1),
      validation === null ? 0 : this.#sampleSize(validation, 1 / 4),
    ];
    const progress = new ReadingProgress(screen, "a sample");
    let before = 0;
    const onProgress = (done: number) => {
      check();
      progress.show(before + done, learned + judged);
    };
    try {
      const first = await firstOf(train.hashed.pictures, learned, onProgress);
      before = learned;
      return {
        train: first,
        validation: validation === null ? null : await firstOf(validation.hashed.pictures, judged, onProgress),
      };
    } finally {
      progress.stop();
    }
  }

  #sampleSize({ hashed: { pictures } }: StreamedPart, part: number): number {
    const [count, channels, height, width] = pictures.shape;
    const most = Math.min(maxPictures, (this.#memory * maxShare) / (channels * height * width));
    return Math.min(count, Math.max(1, Math.floor(part * most)));
  }

  /** How far the reading of all folders is. */
  get reading(): StreamReading {
    const all = this.#opened.map(({ reading }) => reading);
    const sum = (of: (reading: StreamReading) => number) => all.reduce((total, reading) => total + of(reading), 0);
    return {
      decoded: sum(({ decoded }) => decoded),
      decodeSeconds: sum(({ decodeSeconds }) => decodeSeconds),
      cached: sum(({ cached }) => cached),
      waitedSeconds: sum(({ waitedSeconds }) => waitedSeconds),
    };
  }

  /** Finds the copies. Pictures that were never read are read; `check` throws to end that. */
  async copies(data: LargeData, check: () => void): Promise<Copies> {
    const { train, validation, test } = this.#parts;
    const learned = await train.hashed.hashes(check);
    const unseen = validation === null ? [] : copiesAmong(await validation.hashed.hashes(check), learned);
    return {
      test: copiesAmong(await test.hashed.hashes(check), learned),
      notes: notesOnCopies(data, contradictionsIn(learned, data.train.labels.data), unseen),
    };
  }

  /** Whether the next run finds what this one has decoded. */
  get isCached(): boolean {
    return this.#opened.every(({ isCached }) => isCached);
  }

  /** What happened to the pictures and to the cache, a sentence each. */
  notes(): string[] {
    return this.#opened.flatMap(({ skipped, damagedParts, cacheProblem }) => [
      ...(skipped.length === 0 ? [] : [skippedWords(skipped.length, skipped[0])]),
      ...(damagedParts === 0 ? [] : [`${counted(damagedParts, "damaged part")} of the cache had to be decoded again`]),
      ...(cacheProblem === null ? [] : [`not all decoded pictures are kept: ${cacheProblem}`]),
    ]);
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((stream) => stream.close()));
  }
}

/** Compares the pictures after a training, and says what is to be said of them and of their reading. */
export async function copiesOf(
  data: LargeData,
  { screen, check }: { readonly screen: Screen; readonly check: () => void },
): Promise<Copies> {
  const copies = await data.streams.copies(data, check);
  for (const line of [...copies.notes, ...data.streams.notes()]) screen.say(line);
  return copies;
}

function skippedWords(count: number, { file, problem }: { readonly file: string; readonly problem: string }): string {
  const [are, which] = count === 1 ? ["is", ""] : ["are", "such as "];
  return `${counted(count, "picture")} ${are} skipped, or another one of the class was used instead, because of ${which}${file}: ${problem}`;
}

/** The first pictures of a stream, in memory. */
async function firstOf(
  pictures: StreamedPictures,
  count: number,
  onProgress: (done: number) => void,
): Promise<Dataset> {
  const [, ...picture] = pictures.shape;
  const size = picture.reduce((product, side) => product * side, 1);
  const bytes = new Uint8Array(count * size);
  let done = 0;
  for await (const pixels of pictures.read(Int32Array.from({ length: count }, (_, n) => n))) {
    bytes.set(pixels, size * done++);
    onProgress(done);
  }
  const labels = tensor(Int32Array.from(pictures.labels.data.subarray(0, count)));
  return { images: tensor(bytes, { shape: [count, ...picture] }), labels, classes: pictures.classes };
}

/** Library errors about pictures as the command line says them. */
export async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await reading(work);
  } catch (error) {
    throw rephrased(error);
  }
}
