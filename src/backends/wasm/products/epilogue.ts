// What a product does with its sums: the epilogue of a kernel as the `finish` of matmul.ts and convolution.ts. One store, if it fits,
// is the product's own (its value is handed back as the sum's), the others are written here. Short epilogues are written into each
// tile; longer ones are a function, since a tile has a dozen places that would each repeat them.

import type { Buffer, Epilogue, Store } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { Code, Local, Function as WasmFunction } from "../assembler/assembler.ts";
import { buffersOfEpilogue, indexedPlace, writeBody, writeEpilogue, writeStores } from "../body/body.ts";
import { formOf, type KernelContext } from "../kernel-writer.ts";

/** Some sums of a product: at indices of the epilogue's axes, for lane 0; lanes are `apart` along one axis. */
export interface FinishedSums {
  readonly value: Local;
  readonly indices: readonly Local[];
  readonly lanes: number;
  readonly apart: number;
  readonly table: Local;
  /** In the order of `buffers`. */
  readonly pointers: readonly Local[];
}

export interface Finisher {
  /** All that the epilogue reads or writes. */
  readonly buffers: readonly Buffer[];
  /** null if there is nothing to do but the product's own store. */
  readonly write: ((code: Code, at: FinishedSums) => void) | null;
}

/** So many instructions and stores are written into each tile: a call costs as much as ten of them. */
const shortest = 12;

/** Whether a product may do a store by itself: float32, once at each place, and its value is known as four lanes. */
export const isDirect = ({ instructions }: Epilogue, { access, indirection, mode }: Store): boolean =>
  access.buffer.dtype === "float32" &&
  mode === "set" &&
  indirection === undefined &&
  formOf(instructions.map(({ dtype }) => dtype)) === "vector";

interface EpilogueSpec {
  readonly epilogue: Epilogue;
  /** The product's own store. */
  readonly direct: Store | null;
  /** The axis of the lanes, and the sizes of all axes. */
  readonly lane: number;
  readonly sizes: readonly number[];
  /** What `lanes` and `apart` will be. */
  readonly variants: readonly { readonly lanes: number; readonly apart: number }[];
}

export function writeFinisher(context: KernelContext, name: string, spec: EpilogueSpec): Finisher {
  const { epilogue, direct, sizes, variants } = spec;
  const buffers = buffersOfEpilogue(epilogue);
  if (direct !== null && epilogue.stores.length === 1 && direct.value === 0) return { buffers, write: null };
  const inline = (code: Code, at: FinishedSums) => finishSums(context, code, spec, buffers, at);
  if (epilogue.instructions.length + epilogue.stores.length <= shortest) return { buffers, write: inline };
  // (value, ...indices, table, ...pointers) → the value of the direct store
  const parameters = ["v128" as const, ...[...sizes, 0, ...buffers].map(() => "i32" as const)];
  const written = new Map<string, WasmFunction>();
  for (const { lanes, apart } of variants) {
    const as = `${name}.finish${lanes}`;
    const body = (code: Code, value: Local, ...others: Local[]) => {
      const [indices, [table, ...pointers]] = [others.slice(0, sizes.length), others.slice(sizes.length)];
      inline(code, { value, indices, lanes, apart, table, pointers });
      if (direct) code.get(value);
    };
    written.set(
      `${lanes} ${apart}`,
      context.module.function(as, { parameters, results: direct ? ["v128"] : [] }, body),
    );
  }
  return {
    buffers,
    write: (code, { value, indices, lanes, apart, table, pointers }) => {
      const callee = written.get(`${lanes} ${apart}`);
      if (!callee) throw internal(`${name} finishes ${lanes} lanes, ${apart} apart, which nobody expected`);
      for (const argument of [value, ...indices, table, ...pointers]) code.get(argument);
      code.call(callee);
      if (direct) code.set(value);
    },
  };
}

function finishSums(
  context: KernelContext,
  code: Code,
  { epilogue, direct, lane, sizes }: EpilogueSpec,
  buffers: readonly Buffer[],
  { value, indices, lanes, apart, table, pointers }: FinishedSums,
): void {
  const neighbours = indexedPlace({
    context,
    code,
    lanes,
    lane,
    indices: indices.map((index, axis) => (sizes[axis] === 1 ? 0 : index)),
    pointers: new Map(buffers.map((buffer, i) => [buffer, pointers[i]])),
    table,
  });
  const place = { ...neighbours, stride: (strides: readonly number[]) => neighbours.stride(strides) * apart };
  if (direct === null) {
    writeEpilogue(place, epilogue, value);
    return;
  }
  const values = writeBody(place, epilogue.instructions, [{ local: value, dtype: "float32", uniform: false }]);
  writeStores(
    place,
    epilogue.stores.filter((store) => store !== direct),
    (value) => values[value],
  );
  code.get(values[direct.value].local).set(value);
}
