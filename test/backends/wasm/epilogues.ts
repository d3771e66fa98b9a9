// Epilogues of products, written instruction by instruction, and numbers with which sums are exact.
import type { Access, Buffer, ElementwiseName, Epilogue, Instruction, Store } from "../../../src/compiler/kernel.ts";
import { allocate, type DType, type TypedArray } from "../../../src/tensor/dtype.ts";
import { sizeOf, stridesOf } from "../../../src/tensor/shape.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";
import { buffersOf, expectSame, type Product } from "./one-kernel.ts";

export const whole = (buffer: Buffer): Access => ({ buffer, offset: 0, strides: stridesOf(buffer.shape) });
export const at = (buffer: Buffer, strides: readonly number[], offset = 0): Access => ({ buffer, offset, strides });

/** Builds an epilogue: each method appends an instruction and returns the number of its value; value 0 is the sum. */
export class Finish {
  readonly instructions: Instruction[] = [];
  readonly stores: Store[] = [];

  load(access: Access): number {
    return this.instructions.push({ kind: "load", access, dtype: access.buffer.dtype });
  }
  constant(value: number, dtype: DType = "float32"): number {
    return this.instructions.push({ kind: "constant", value, dtype });
  }
  op(op: ElementwiseName, operands: readonly number[], dtype: DType = "float32"): number {
    return this.instructions.push({ kind: "op", op, operands, dtype });
  }
  store(access: Access, value: number, mode: Store["mode"] = "set"): this {
    this.stores.push({ access, value, mode });
    return this;
  }
}

export const stored = (access: Access): Epilogue => new Finish().store(access, 0);

/** Integers from -3 to 3 in arguments and states, positive in those that `positive` names. */
export function numbers(kernel: Product, seed: number, positive: readonly string[] = []): Map<Buffer, TypedArray> {
  const draw = new Draw(seed);
  return new Map(
    buffersOf(kernel).map((one) => [
      one,
      allocate(one.dtype, sizeOf(one.shape)).map(() =>
        one.dtype === "bool" || positive.includes(one.name) ? draw.whole(0, 1) : draw.whole(-3, 3),
      ),
    ]),
  );
}

/** Checks the kernel on such numbers. */
export const check = (kernel: Product, within = 0, positive: readonly string[] = []) =>
  expectSame(kernel, numbers(kernel, firstSeed, positive), within);
