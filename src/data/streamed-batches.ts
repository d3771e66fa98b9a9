// Makes batches of pictures that are streamed.
import { ChainruleError } from "../errors/error.ts";
import { type Batch, type PictureOptions, streamedPicturesOf } from "./pictures.ts";
import type { StreamedPictures } from "./streamed.ts";

export interface StreamedCutting {
  readonly order: () => Int32Array;
  readonly batchSize: number;
  /** The index after that of the last picture, and the number of the first batch, in the order. */
  readonly end: number;
  readonly first: number;
  readonly taking: PictureOptions;
}

/** The batches of an epoch, from its batch `first` on. Earlier pictures are not read. */
export const streamedBatches = (
  data: StreamedPictures,
  { order, batchSize, end, first, taking }: StreamedCutting,
): AsyncIterable<Batch> => {
  const make = streamedPicturesOf(data, taking);
  return {
    async *[Symbol.asyncIterator]() {
      const indices = order().subarray(first * batchSize, end);
      let [pictures, start]: [Uint8Array[], number] = [[], 0];
      for await (const picture of data.read(indices)) {
        pictures.push(picture);
        const stop = start + pictures.length;
        if (pictures.length < batchSize && stop < indices.length) continue;
        yield make(indices.subarray(start, stop), pictures);
        [pictures, start] = [[], stop];
      }
      const count = start + pictures.length;
      if (count !== indices.length)
        throw new ChainruleError("data", "batches", `read gave ${count} pictures for ${indices.length} indices`);
    },
  };
};

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
