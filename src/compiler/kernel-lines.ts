// A common view of all kinds of kernels: a body with stores, the reduced values, and an epilogue with stores.
import type { DType } from "../tensor/dtype.ts";
import type { Instruction, Kernel, Reduction, Store } from "./kernel.ts";

export interface Lines {
  readonly body: readonly Instruction[];
  readonly bodyStores: readonly Store[];
  /** The reduced values, numbered between body and epilogue. `value` is the value of the body that is reduced; null in a product. */
  readonly reduced: readonly {
    readonly combine: Reduction["combine"];
    readonly value: number | null;
    readonly dtype: DType;
  }[];
  readonly instructions: readonly Instruction[];
  readonly stores: readonly Store[];
  /** The number of the first reduced value. */
  readonly first: number;
}

const nothing = { body: [], bodyStores: [], reduced: [], instructions: [], stores: [], first: 0 };
const product = [{ combine: "sum", value: null, dtype: "float32" }] as const;

export function linesOf(kernel: Kernel): Lines {
  switch (kernel.kind) {
    case "loops": {
      const { body, stores: bodyStores, reductions: reduced, epilogue } = kernel;
      return { body, bodyStores, reduced, ...epilogue, first: body.length };
    }
    case "scan":
      return { ...nothing, body: kernel.body, first: kernel.body.length };
    case "matmul":
    case "convolution":
      return { ...nothing, reduced: product, ...kernel.epilogue };
    case "topk":
      return nothing;
    default:
      return kernel satisfies never;
  }
}
