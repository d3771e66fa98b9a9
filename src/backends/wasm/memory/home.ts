// The homes of states: a tensor receives a block of the programs' memory when the first program uses it as a state, and keeps the block as
// long as it lives, so that all programs find its contents at the same address. Contents are copied out of the memory only when they are
// read from outside.
import { ChainruleError } from "../../../errors/error.ts";
import { contentsFor } from "../../../tensor/device.ts";
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
  /** A copy of the contents, until a program changes them. It is never written to, because callers may hold it. */
  #copy: TypedArray | null = null;
  /** Whether the contents are undefined after a failure. */
  #invalid = false;

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

  /** Has to be called after a program wrote into the block. */
  changed(): void {
    this.#copy = null;
  }
  /**
   * Has to be called if a program stopped while it may have been writing into the block: the contents are undefined until they are
   * replaced.
   */
  invalidate(): void {
    this.#copy = null;
    this.#invalid = true;
  }
  /** Throws a ChainruleError "state" if the contents are undefined. */
  check(): void {
    if (this.#invalid)
      throw new ChainruleError(
        "state",
        "compile",
        `a call that failed left this state half updated, ${this.dtype} of ${this.size} elements; assign or load it again`,
      );
  }
  /** Replaces the contents. */
  fill(data: TypedArray): void {
    this.#memory.views()[this.dtype].set(data, this.address / bytesOf(this.dtype));
    this.#copy = null;
    this.#invalid = false;
  }
}

const homes = new WeakMap<Tensor, HomeStorage>();

/** Frees the blocks of tensors that were collected. */
const blocks = new FinalizationRegistry<number>((address) => programMemory.free(address));

/** The home of a tensor, the same for every program. It holds the tensor's contents after settle(). */
export function homeOf(tensor: Tensor): HomeStorage {
  const earlier = homes.get(tensor);
  if (earlier) return earlier;
  const home = new HomeStorage(programMemory, tensor);
  blocks.register(home, home.address);
  homes.set(tensor, home);
  return home;
}

/** Copies a tensor's contents into its home if they were assigned from elsewhere since the last call. */
export function settle(tensor: Tensor, home: HomeStorage): void {
  if (tensor.storage === home) {
    home.check();
    return;
  }
  home.fill(contentsFor("compile", tensor));
  tensor.adoptStorage(home);
}
