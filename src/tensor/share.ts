// Tensors of which each process has a part: a batch of several processes is one tensor, and each process reads only its own rows of it. They
// are arguments of compiled functions whose backend runs on all processes together, such as "xla".
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { checkTensor, takes } from "./arguments.ts";
import { contentsFor, DeviceStorage } from "./device.ts";
import type { TypedArray } from "./dtype.ts";
import { checkOptions } from "./options.ts";
import { Tensor } from "./tensor.ts";

/** One of several processes: its number, from 0, and how many there are. */
export interface ProcessOf {
  readonly process: number;
  readonly processes: number;
}

/** Rows `from` to `to`, without `to`, of a tensor. */
export type Rows = readonly [from: number, to: number];

/** The contents of some rows of a tensor; other processes have the others. */
export class ShareStorage extends DeviceStorage {
  readonly rows: Rows;
  /** The contents of these rows. */
  readonly part: TypedArray;
  readonly device: string;

  constructor(rows: Rows, part: TypedArray) {
    super();
    this.rows = rows;
    this.part = part;
    this.device = `several processes, of which this one has rows ${rows[0]} to ${rows[1]}`;
  }

  /** Rejects: no process has all contents. */
  read(): Promise<TypedArray> {
    const words = `the contents live on ${this.device}; read the results of a program that uses them`;
    return Promise.reject(new ChainruleError("device", "read", words, { device: this.device }));
  }
  share(): ShareStorage {
    return this;
  }
}

/** The rows of a batch that a process has: 64 rows and 2 processes give [0, 32] and [32, 64]. null where they do not divide the batch. */
export function rowsOf(batch: number, { process, processes }: ProcessOf): Rows | null {
  if (batch % processes !== 0) return null;
  const size = batch / processes;
  return [process * size, (process + 1) * size];
}

/**
 * A tensor of a batch of all processes, [batch, ...], of which this process has only the rows of `part`, [n, ...], from row `from` on. It is an
 * argument of functions that are compiled for a backend on all processes, such as "xla". Throws if the rows are not in the batch.
 */
export function shareOf(part: Tensor, place: { readonly from: number; readonly batch: number }): Tensor {
  takes("shareOf", arguments.length, 2);
  checkTensor("shareOf", "part", part);
  checkOptions("shareOf", place, { from: true, batch: true });
  const { from, batch } = place;
  checkWhole("shareOf", "from", from, { from: 0 });
  checkWhole("shareOf", "batch", batch, { from: 0 });
  const rows = part.shape[0] ?? 0;
  if (part.ndim === 0 || from + rows > batch)
    throw new ChainruleError("shape", "shareOf", `rows ${from} to ${from + rows} are no part of a batch of ${batch}`);
  const storage = new ShareStorage([from, from + rows], contentsFor("shareOf", part));
  return new Tensor(storage, { shape: [batch, ...part.shape.slice(1)], dtype: part.dtype });
}
