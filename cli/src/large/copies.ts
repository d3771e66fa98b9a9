// Finds exact copies among streamed pictures, which are never in memory together: two hashes of each picture, taken when it is first read,
// stand for its bytes. Of 100,000 pictures, two different ones have equal hashes with a probability of 1 in 10⁹.
import { crc32 } from "node:zlib";
import { StreamedPictures } from "chainrule/data";
import type { Copy } from "../pictures/copies.ts";

/** Streamed pictures with the hashes of those that were read. */
export class HashedPictures {
  readonly pictures: StreamedPictures;
  /** Of each picture; empty where it was not read yet. */
  readonly #hashes: string[];

  /** The pictures of a stream, with other labels and classes. */
  constructor(stream: StreamedPictures, { labels, classes }: Pick<StreamedPictures, "labels" | "classes">) {
    const hashes: string[] = new Array(stream.shape[0]).fill("");
    this.#hashes = hashes;
    const { shape, shardStarts, windowShards, fingerprint } = stream;
    this.pictures = new StreamedPictures({
      ...{ shape, shardStarts, windowShards, fingerprint, labels, classes },
      async *read(indices) {
        let n = 0;
        for await (const picture of stream.read(indices)) {
          const index = indices[n++];
          if (hashes[index] === "") hashes[index] = hashOf(picture);
          yield picture;
        }
      },
    });
  }

  /** The hashes of all pictures; those that were not read yet are read. `check` throws to end it. */
  async hashes(check: () => void): Promise<readonly string[]> {
    const unread = Int32Array.from([...this.#hashes.keys()].filter((index) => this.#hashes[index] === ""));
    for await (const _ of this.pictures.read(unread)) check();
    return this.#hashes;
  }
}

/** CRC-32 of all bytes, and FNV-1a (Fowler, Noll, Vo, public domain) of every fourth. */
function hashOf(picture: Uint8Array): string {
  let mixed = 0x811c9dc5;
  for (let at = 0; at < picture.length; at += 4) mixed = Math.imul(mixed ^ picture[at], 0x01000193);
  return `${crc32(picture)} ${mixed >>> 0}`;
}

/** The pictures that are copies of earlier ones with another label. */
export function contradictionsIn(hashes: readonly string[], labels: ArrayLike<number>): Copy[] {
  const firsts = firstsOf(hashes);
  return hashes.flatMap((hash, index) => {
    const original = firsts.get(hash) ?? index;
    return labels[original] === labels[index] ? [] : [{ index, original }];
  });
}

/** The pictures of `own` that are copies of training pictures. */
export function copiesAmong(own: readonly string[], train: readonly string[]): Copy[] {
  const firsts = firstsOf(train);
  return own.flatMap((hash, index) => {
    const original = firsts.get(hash);
    return original === undefined ? [] : [{ index, original }];
  });
}

function firstsOf(hashes: readonly string[]): Map<string, number> {
  const firsts = new Map<string, number>();
  for (const [index, hash] of hashes.entries()) if (!firsts.has(hash)) firsts.set(hash, index);
  return firsts;
}
