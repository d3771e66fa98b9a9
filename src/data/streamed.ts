// Pictures with classes that are read while they are used, since they need not fit into memory. They lie in shards: runs of consecutive
// pictures that are read at once. The order of an epoch takes the shards in a random order, and mixes the pictures of `windowShards` shards at a
// time, so that few shards are in memory:
//
//   shards 0 … 5 of two pictures, two in a window:   3 0 | 5 1 | 2 4   ->   7 0 6 1 | 2 11 10 3 | 8 4 5 9
//
// Such an order is as good as a full shuffle where each shard is a random part of the pictures.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole, isWhole } from "../errors/numbers.ts";
import { tensor } from "../tensor/create.ts";
import { threefry } from "../tensor/ops/threefry.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { shuffle } from "./shuffle.ts";

/** How pictures are stored, and how they are read. */
export interface StreamedOptions {
  /** [N, C, H, W] of all pictures. */
  shape: readonly [count: number, channels: number, height: number, width: number];
  /** int32 [N]: the class of each picture. */
  labels: Tensor;
  classes: readonly string[];
  /** The index of the first picture of each shard: 0 first, rising. */
  shardStarts: ArrayLike<number>;
  /** The number of shards whose pictures are mixed with each other, from 1. All of them are in memory at the same time. */
  windowShards: number;
  /** A text that changes where the pictures change: a resumed run compares it. */
  fingerprint: string;
  /** Reads pictures in the order of these indices: uint8 [C, H, W] of each. It may read ahead; leaving the loop early ends it. */
  read: (indices: Int32Array) => AsyncIterable<Uint8Array>;
}

const names: OptionNames<StreamedOptions> = {
  shape: true,
  labels: true,
  classes: true,
  shardStarts: true,
  windowShards: true,
  fingerprint: true,
  read: true,
};

/**
 * Pictures with classes that are read while they are used. fit, evaluate, batches and split take them where they take a Dataset.
 * streamImageFolder of chainrule/node makes them of a folder; the constructor makes them of any store.
 */
export class StreamedPictures {
  /** [N, C, H, W] */
  readonly shape: readonly [count: number, channels: number, height: number, width: number];
  /** int32 [N] */
  readonly labels: Tensor;
  readonly classes: readonly string[];
  readonly shardStarts: Int32Array;
  readonly windowShards: number;
  readonly fingerprint: string;
  readonly #read: StreamedOptions["read"];

  /** Throws unless shape, labels, classes and shards fit together. */
  constructor(options: StreamedOptions) {
    checkOptions("StreamedPictures", options, names);
    check(options);
    this.shape = options.shape;
    this.labels = options.labels;
    this.classes = options.classes;
    this.shardStarts = Int32Array.from(options.shardStarts);
    this.windowShards = options.windowShards;
    this.fingerprint = options.fingerprint;
    this.#read = options.read;
  }

  /** The pictures with these indices, in their order: uint8 [C, H, W] of each. */
  read(indices: Int32Array): AsyncIterable<Uint8Array> {
    return this.#read(indices);
  }

  /** Reads the pictures with these indices into memory, in their order. */
  async load(indices: Int32Array): Promise<Dataset> {
    const [, ...picture] = this.shape;
    const bytes = new Uint8Array(indices.length * picture.reduce((product, size) => product * size, 1));
    let at = 0;
    for await (const pixels of this.#read(indices)) {
      bytes.set(pixels, at);
      at += pixels.length;
    }
    return {
      images: tensor(bytes, { shape: [indices.length, ...picture] }),
      labels: tensor(Int32Array.from(indices, (index) => this.labels.data[index])),
      classes: this.classes,
    };
  }

  /** The pictures with these indices, which rise, in the shards in which they lie. */
  select(chosen: Int32Array): StreamedPictures {
    if (chosen.some((index, n) => index >= this.shape[0] || index <= (n === 0 ? -1 : chosen[n - 1])))
      throw new ChainruleError("option", "select", `the indices rise, from 0 to ${this.shape[0] - 1}; these do not`);
    const [, ...picture] = this.shape;
    return new StreamedPictures({
      shape: [chosen.length, ...picture],
      labels: tensor(Int32Array.from(chosen, (index) => this.labels.data[index])),
      classes: this.classes,
      shardStarts: startsAmong(this.shardStarts, chosen),
      windowShards: this.windowShards,
      fingerprint: `${this.fingerprint} ${digestOf(chosen)}`,
      read: (indices) => this.#read(Int32Array.from(indices, (n) => chosen[n])),
    });
  }

  /** The order of an epoch, which follows from (seed, epoch) alone. */
  order({ seed, epoch }: { readonly seed: number; readonly epoch: number }): Int32Array {
    const [low, high] = [(seed | 0) ^ 0x73686172, Math.floor(seed / 2 ** 32) | 0];
    const [count] = this.shape;
    const order = new Int32Array(count);
    const shards = shuffle(this.shardStarts.length, { seed, epoch });
    let end = 0;
    for (let first = 0; first < shards.length; first += this.windowShards) {
      const start = end;
      for (const shard of shards.subarray(first, first + this.windowShards)) {
        const next = this.shardStarts[shard + 1] ?? count;
        for (let index = this.shardStarts[shard]; index < next; index++) order[end++] = index;
      }
      // Fisher and Yates within the window: swap i of the epoch is drawn by threefry(key = seed, counter = (epoch, i)).
      for (let i = end - 1; i > start; i--) {
        const [word] = threefry(low, high, epoch, i);
        const j = start + Math.floor(((word >>> 0) / 2 ** 32) * (i - start + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
    }
    return order;
  }
}

function check({ shape, labels, classes, shardStarts, windowShards, read }: StreamedOptions): void {
  const refuse = (words: string) => {
    throw new ChainruleError("data", "StreamedPictures", words);
  };
  if (!Array.isArray(shape) || shape.length !== 4 || !shape.every((size, dim) => isWhole(size, { from: dim && 1 })))
    refuse(`shape is [N, C, H, W], not [${shape}]`);
  if (labels.dtype !== "int32" || labels.ndim !== 1 || labels.size !== shape[0])
    refuse(`labels have to be int32[${shape[0]}], they are ${labels.dtype}[${labels.shape.join(", ")}]`);
  const wrong = labels.data.findIndex((label) => label < 0 || label >= classes.length);
  if (wrong >= 0) refuse(`label ${labels.data[wrong]} of picture ${wrong} is outside the ${classes.length} classes`);
  const starts = Array.from(shardStarts);
  if (
    shape[0] > 0 &&
    (starts[0] !== 0 || !starts.every((at, n) => isWhole(at, { from: n && starts[n - 1] + 1, below: shape[0] })))
  )
    refuse(`shardStarts have to rise from 0 to less than ${shape[0]}`);
  checkWhole("StreamedPictures", "windowShards", windowShards, { from: 1 });
  if (typeof read !== "function") refuse("read has to be a function, (indices) => pictures");
}

/** The starts of the shards of a selection; a shard of which nothing is selected has none. */
function startsAmong(starts: Int32Array, chosen: Int32Array): number[] {
  const found: number[] = [];
  let shard = -1;
  for (const [n, index] of chosen.entries()) {
    const before = shard;
    while (shard + 1 < starts.length && starts[shard + 1] <= index) shard++;
    if (shard !== before) found.push(n);
  }
  return found;
}

/** FNV-1a (Fowler, Noll, Vo, public domain) over the indices. */
function digestOf(chosen: Int32Array): string {
  const hash = chosen.reduce((mixed, index) => Math.imul(mixed ^ index, 0x01000193), 0x811c9dc5);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
