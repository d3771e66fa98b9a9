// Makes batches of pictures that are streamed.
import { ChainruleError } from "../errors/error.ts";
import type { ProcessOf } from "../tensor/share.ts";
import { type Batch, type PictureOptions, streamedPicturesOf } from "./pictures.ts";
import { asWhole, ownOf } from "./sharing.ts";
import type { StreamedPictures } from "./streamed.ts";

export interface StreamedCutting {
  readonly order: () => Int32Array;
  readonly batchSize: number;
  /** The index after that of the last picture, and the number of the first batch, in the order. */
  readonly end: number;
  readonly first: number;
  readonly share: ProcessOf | undefined;
  readonly taking: PictureOptions;
}

/** The batches of an epoch, from its batch `first` on. Earlier pictures are not read. */
export const streamedBatches = (
  data: StreamedPictures,
  { order, batchSize, end, first, share, taking }: StreamedCutting,
): AsyncIterable<Batch> => {
  const make = streamedPicturesOf(data, taking);
  return {
    async *[Symbol.asyncIterator]() {
      const numbers = order().subarray(first * batchSize, end);
      const batches = Array.from({ length: Math.ceil(numbers.length / batchSize) }, (_, i) =>
        numbers.subarray(i * batchSize, (i + 1) * batchSize),
      );
      const own = batches.map((batch) => ownOf(batch, share));
      const indices = Int32Array.from(own.flatMap((part) => [...part]));
      let [pictures, count, at]: [Uint8Array[], number, number] = [[], 0, 0];
      for await (const picture of data.read(indices)) {
        if (at === own.length) throw miscounted(`more than ${indices.length}`, indices.length);
        pictures.push(picture);
        count++;
        if (pictures.length < own[at].length) continue;
        yield asWhole(make(own[at], pictures), batches[at].length, share) as Batch;
        [pictures, at] = [[], at + 1];
      }
      if (count !== indices.length) throw miscounted(`${count}`, indices.length);
    },
  };
};

const miscounted = (count: string, wanted: number): ChainruleError =>
  new ChainruleError("data", "batches", `read gave ${count} pictures for ${wanted} indices`);

/** A batch of black pictures of the first class, for checks. */
export function blackBatch(
  data: StreamedPictures,
  size: number,
  options: Omit<PictureOptions, "seed" | "epoch">,
): Batch {
  const [, channels, height, width] = data.shape;
  const black = new Uint8Array(channels * height * width);
  return streamedPicturesOf(data, { ...options, seed: 0, epoch: 0 })(
    new Int32Array(size),
    Array.from({ length: size }, () => black),
  );
}
