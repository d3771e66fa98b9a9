// The storage of a tensor's contents. A Tensor knows only this interface, so that the contents may be in an array, in the memory of a
// program, on a device, or, while a function is traced, not computed yet.
import { allocate, type DType, type TypedArray } from "./dtype.ts";
import { type Repetition, repeat } from "./repetition.ts";

export interface Storage {
  /**
   * The contents, row-major; throws if there are none yet. `assign` gives a tensor another storage; only a compiled program changes the
   * contents of a storage.
   */
  readonly data: TypedArray;
  /** Reads the contents, also where reading is asynchronous. */
  read(): Promise<TypedArray>;
  /** A storage for another tensor, with the contents as they are now. */
  share(): Storage;
  /** The value of all elements, if the storage knows that they are equal; else null. */
  readonly uniform: number | null;
  /** The smaller tensor that the contents repeat, if that is known. */
  readonly repetition?: Repetition | null | undefined;
  /** The text that printing shows if there are no contents yet. */
  readonly placeholder?: string | undefined;
  /** The device that has the contents, by its name for people, if only `read` brings them to host memory (device.ts). */
  readonly device?: string | undefined;
}

export class ArrayStorage implements Storage {
  readonly data: TypedArray;
  readonly uniform = null;

  constructor(data: TypedArray) {
    this.data = data;
  }

  read(): Promise<TypedArray> {
    return Promise.resolve(this.data);
  }

  share(): Storage {
    return this;
  }
}

/** A constant tensor: one number, which becomes an array only when its contents are read. */
export class UniformStorage implements Storage {
  readonly #dtype: DType;
  readonly #size: number;
  readonly #value: number;
  #data: TypedArray | null = null;

  /** Takes the value as the dtype holds it, rounded or wrapped around. */
  constructor(dtype: DType, size: number, value: number) {
    this.#dtype = dtype;
    this.#size = size;
    this.#value = value;
  }

  /** null once the array was read, since its reader may have written to it. */
  get uniform(): number | null {
    return this.#data === null ? this.#value : null;
  }
  get data(): TypedArray {
    if (this.#data === null) {
      this.#data = allocate(this.#dtype, this.#size);
      // A new array holds zeros. Not filling it avoids touching its memory pages, which matters for 2²⁸ elements.
      if (!Object.is(this.#value, 0)) this.#data.fill(this.#value);
    }
    return this.#data;
  }
  read(): Promise<TypedArray> {
    return Promise.resolve(this.data);
  }
  share(): Storage {
    return this;
  }
}

/** A broadcast tensor: it gets an array of its own when its data are first read. */
export class RepeatedStorage implements Storage {
  readonly uniform = null;
  readonly #dtype: DType;
  readonly #size: number;
  readonly #repetition: Repetition;
  #data: TypedArray | null = null;

  constructor(dtype: DType, size: number, repetition: Repetition) {
    this.#dtype = dtype;
    this.#size = size;
    this.#repetition = repetition;
  }

  /** null once the array has been handed out, since the caller may have written to it. */
  get repetition(): Repetition | null {
    return this.#data === null ? this.#repetition : null;
  }
  get data(): TypedArray {
    if (this.#data === null) {
      this.#data = allocate(this.#dtype, this.#size);
      repeat(this.#data, 0, this.#repetition, 0, this.#size);
    }
    return this.#data;
  }
  read(): Promise<TypedArray> {
    return Promise.resolve(this.data);
  }
  share(): Storage {
    return this;
  }
}
