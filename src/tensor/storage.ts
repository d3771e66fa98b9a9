// Where a tensor's numbers live. A Tensor knows only this much of them, so that they may stand in an array, in a program's
// memory, or, while a function is traced, nowhere yet.
import { allocate, type DType, type TypedArray } from "./dtype.ts";

export interface Storage {
  /** The contents, row-major; throws where there are none to see. `assign` gives a tensor another storage; only a compiled program changes the contents of one. */
  readonly data: TypedArray;
  /** The same, also where reading has to wait. */
  read(): Promise<TypedArray>;
  /** The contents as they are now, for another tensor to hold. */
  share(): Storage;
  /** The number that all elements are, where that is known; else null. */
  readonly uniform: number | null;
  /** What printing shows where there are no contents to see. */
  readonly placeholder?: string | undefined;
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

/** One number everywhere: a constant, which is an array only once somebody looks at it. */
export class UniformStorage implements Storage {
  readonly #dtype: DType;
  readonly #size: number;
  readonly #value: number;
  #data: TypedArray | null = null;

  /** The value as the dtype has it. */
  constructor(dtype: DType, size: number, value: number) {
    this.#dtype = dtype;
    this.#size = size;
    this.#value = value;
  }

  /** null once the array has been handed out, which somebody may have written to. */
  get uniform(): number | null {
    return this.#data === null ? this.#value : null;
  }
  get data(): TypedArray {
    if (this.#data === null) {
      this.#data = allocate(this.#dtype, this.#size);
      // An array begins as zeros: with 2²⁸ of them nothing is touched.
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
