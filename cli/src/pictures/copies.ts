// Finds pictures that are exact copies of others, by their decoded bytes: test pictures that the net learned from, which flatter its
// figure, and pictures that lie in two classes. A hash over some bytes of each picture finds candidates; then all bytes are compared.
import type { Dataset } from "chainrule/data";

/** Two pictures with the same bytes. */
export interface Copy {
  /** The index in the data that were searched. */
  readonly index: number;
  /** The index of the first such picture in the training data. */
  readonly original: number;
}

/** At most so many bytes of a picture are hashed. */
const maxHashed = 256;

type Hash = (n: number) => number;

/** FNV-1a (Fowler, Noll, Vo, public domain) over every stride-th byte. The stride is odd, so that it visits all columns. */
function hashOf({ images }: Dataset): { readonly hash: Hash; readonly bytes: Buffer; readonly size: number } {
  const [, ...shape] = images.shape;
  const size = shape.reduce((product, n) => product * n, 1);
  const { buffer, byteOffset, byteLength } = images.data;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const stride = Math.ceil(size / maxHashed) | 1;
  const hash = (n: number) => {
    let mixed = 0x811c9dc5;
    const end = (n + 1) * size;
    for (let at = n * size; at < end; at += stride) mixed = Math.imul(mixed ^ bytes[at], 0x01000193);
    return mixed;
  };
  return { hash, bytes, size };
}

/** The training pictures, by their bytes. */
export class TrainingPictures {
  readonly #train: Dataset;
  readonly #bytes: Buffer;
  readonly #size: number;
  /** By hash: the first picture of each content. */
  readonly #firsts = new Map<number, number | number[]>();
  /** Pictures whose bytes are those of an earlier one with another label. */
  readonly contradictions: readonly Copy[];

  constructor(train: Dataset) {
    const { hash, bytes, size } = hashOf(train);
    this.#train = train;
    this.#bytes = bytes;
    this.#size = size;
    const labels = train.labels.data;
    const contradictions: Copy[] = [];
    for (let index = 0; index < labels.length; index++) {
      const key = hash(index);
      const original = this.#find(key, bytes, index);
      if (original === null) this.#add(key, index);
      else if (labels[original] !== labels[index]) contradictions.push({ index, original });
    }
    this.contradictions = contradictions;
  }

  /** The pictures of `data` that are copies of training pictures. */
  copiesIn(data: Dataset): Copy[] {
    if (data.images.shape.slice(1).join() !== this.#train.images.shape.slice(1).join()) return [];
    const { hash, bytes } = hashOf(data);
    return Array.from(data.labels.data, (_, index) => ({
      index,
      original: this.#find(hash(index), bytes, index),
    })).filter((copy): copy is Copy => copy.original !== null);
  }

  #find(key: number, bytes: Buffer, n: number): number | null {
    const found = this.#firsts.get(key);
    if (found === undefined) return null;
    const size = this.#size;
    const same = (of: number) => bytes.compare(this.#bytes, of * size, (of + 1) * size, n * size, (n + 1) * size) === 0;
    return [found].flat().find(same) ?? null;
  }

  #add(key: number, index: number): void {
    const found = this.#firsts.get(key);
    this.#firsts.set(key, found === undefined ? index : [found, index].flat());
  }
}
