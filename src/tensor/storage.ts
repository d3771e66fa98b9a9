// Where a tensor's numbers live. A Tensor knows only this much of them, so that they may stand in an array, in a program's
// memory, or, while a function is traced, nowhere yet.
import type { TypedArray } from "./dtype.ts";

export interface Storage {
  /** The contents, row-major; throws where there are none to see. `assign` gives a tensor another storage; only a compiled program changes the contents of one. */
  readonly data: TypedArray;
  /** The same, also where reading has to wait. */
  read(): Promise<TypedArray>;
  /** The contents as they are now, for another tensor to hold. */
  share(): Storage;
  /** What printing shows where there are no contents to see. */
  readonly placeholder?: string;
}

export class ArrayStorage implements Storage {
  readonly data: TypedArray;

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
