// Where a tensor's numbers live. A Tensor knows only this much of them, so that they may stand in an array, in a program's
// memory, or, while a function is traced, nowhere yet.
import type { TypedArray } from "./dtype.ts";

export interface Storage {
  /** The contents, row-major; throws where there are none to see. Contents never change: `assign` gives a tensor another storage. */
  readonly data: TypedArray;
  /** The same, also where reading has to wait. */
  read(): Promise<TypedArray>;
}

export class ArrayStorage implements Storage {
  readonly data: TypedArray;

  constructor(data: TypedArray) {
    this.data = data;
  }

  read(): Promise<TypedArray> {
    return Promise.resolve(this.data);
  }
}
