// Where the tensors that programs keep have their contents: each gets a block of the one memory when the first program names it as
// its state, and keeps the block for life, so that all programs find it at one address. Until somebody asks for the numbers nothing
// leaves the memory.
import { ChainruleError } from "../../../errors/error.ts";
import { type DType, describe, type TypedArray } from "../../../tensor/dtype.ts";
import { ArrayStorage, type Storage } from "../../../tensor/storage.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { bytesOf } from "../layout.ts";
import { type ProgramMemory, programMemory } from "./memory.ts";

/** A block of the memory as a tensor's storage. */
export class HomeStorage implements Storage {
  readonly address: number;
  readonly bytes: number;
  readonly dtype: DType;
  readonly size: number;
  readonly uniform = null;
  readonly #memory: ProgramMemory;
  /** The contents as they were seen last, until a program changes them. Never written again: others may hold it. */
  #copy: TypedArray | null = null;
  #spoilt = false;

  constructor(memory: ProgramMemory, tensor: Tensor) {
    this.dtype = tensor.dtype;
    this.size = tensor.size;
    this.bytes = this.size * bytesOf(this.dtype);
    this.#memory = memory;
    this.address = memory.allocate(this.bytes, `the state ${describe(tensor)}`);
  }

  get data(): TypedArray {
    this.check();
    if (this.#copy === null) {
      const first = this.address / bytesOf(this.dtype);
      this.#copy = this.#memory.views()[this.dtype].slice(first, first + this.size);
    }
    return this.#copy;
  }
  read(): Promise<TypedArray> {
    return Promise.resolve(this.data);
  }
  share(): Storage {
    return new ArrayStorage(this.data);
  }

  /** A program wrote into the block. */
  changed(): void {
    this.#copy = null;
  }
  /** A program stopped while it may have been writing into the block: its contents mean nothing until they are replaced. */
  spoil(): void {
    this.#copy = null;
    this.#spoilt = true;
  }
  check(): void {
    if (this.#spoilt)
      throw new ChainruleError(
        "state",
        "compile",
        `a call that failed left this state half updated, ${this.dtype} of ${this.size} elements; assign or load it anew`,
      );
  }
  /** New contents from outside. */
  fill(data: TypedArray): void {
    this.#memory.views()[this.dtype].set(data, this.address / bytesOf(this.dtype));
    this.#copy = null;
    this.#spoilt = false;
  }
}

const homes = new WeakMap<Tensor, HomeStorage>();

/** Gives blocks back whose tensors nobody can reach any more. */
const blocks = new FinalizationRegistry<number>((address) => programMemory.free(address));

/** The block of a tensor, the same for every program. It holds the tensor's contents once it is settled. */
export function homeOf(tensor: Tensor): HomeStorage {
  const known = homes.get(tensor);
  if (known) return known;
  const home = new HomeStorage(programMemory, tensor);
  blocks.register(home, home.address);
  homes.set(tensor, home);
  return home;
}

/** Brings a tensor's contents home if they were assigned from elsewhere since. */
export function settle(tensor: Tensor, home: HomeStorage): void {
  if (tensor.storage === home) {
    home.check();
    return;
  }
  home.fill(tensor.storage.data);
  tensor.adoptStorage(home);
}
