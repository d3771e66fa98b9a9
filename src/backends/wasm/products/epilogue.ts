// Writes the epilogue of a product's kernel: the `finish` of matmul.ts and convolution.ts. The product itself does one of the stores, the
// direct store, if there is one that fits: `finish` puts its value back into the local of the sums. The other stores are written here.
// Short epilogues are inlined into each tile; longer ones become a function, because a tile would repeat them at a dozen places.

import type { Buffer, Epilogue, Store } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import { variable } from "../../../loops/build.ts";
import type { Variable } from "../../../loops/program.ts";
import type { Type } from "../../../loops/types.ts";
import { buffersOfEpilogue, finish } from "../../../schedule/body/epilogue.ts";
import type { FinishedLanes } from "../../../schedule/cut.ts";
import { isInlined } from "../../../schedule/products/finisher.ts";
import { memoryOf } from "../../../schedule/routine.ts";
import type { Code, Local, Function as WasmFunction } from "../assembler/assembler.ts";
import { calleesOf, failuresOf } from "../callees/callees.ts";
import type { KernelContext } from "../kernel-writer.ts";
import { RoutineWriter } from "../loops/statements.ts";

/**
 * A vector of a product's sums: lane 0 is at these indices of the epilogue's axes; lanes are `apart` indices from each other along one
 * axis.
 */
export interface FinishedSums {
  readonly value: Local;
  readonly indices: readonly Local[];
  readonly lanes: number;
  readonly apart: number;
  readonly table: Local;
  /** Pointers to the epilogue's buffers, in the order of `Finisher.buffers`. */
  readonly pointers: readonly Local[];
}

export interface Finisher {
  /** All buffers that the epilogue reads or writes. */
  readonly buffers: readonly Buffer[];
  /** null if the epilogue is nothing but the direct store. */
  readonly write: ((code: Code, at: FinishedSums) => void) | null;
}

interface EpilogueSpec {
  readonly epilogue: Epilogue;
  /** The store that the product does itself. */
  readonly direct: Store | null;
  /** The axis of the lanes, and the sizes of all axes. */
  readonly lane: number;
  readonly sizes: readonly number[];
  /** The vectors of sums that `finish` will receive. */
  readonly variants: readonly FinishedLanes[];
}

/** The code that finishes a product's sums, and the buffers it needs. */
export function writeFinisher(context: KernelContext, name: string, spec: EpilogueSpec): Finisher {
  const { epilogue, direct, sizes, variants } = spec;
  const buffers = buffersOfEpilogue(epilogue);
  if (direct !== null && epilogue.stores.length === 1 && direct.value === 0) return { buffers, write: null };
  const inline = (code: Code, at: FinishedSums) => finishSums(context, code, spec, buffers, at);
  if (isInlined(epilogue)) return { buffers, write: inline };
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
      if (!callee) throw internal(`${name} finishes ${lanes} lanes, ${apart} apart, which is none of its variants`);
      for (const argument of [value, ...indices, table, ...pointers]) code.get(argument);
      code.call(callee);
      if (direct) code.set(value);
    },
  };
}

/** Writes the epilogue's instructions and all stores but the direct one, whose value goes into the local of the sums. */
function finishSums(
  context: KernelContext,
  code: Code,
  { epilogue, direct, lane, sizes }: EpilogueSpec,
  buffers: readonly Buffer[],
  { value, indices, lanes, apart, table, pointers }: FinishedSums,
): void {
  const locals = new Map<Variable, Local>();
  const bound = (name: string, local: Local, type: Type = "i32") => {
    const result = variable(name, type);
    locals.set(result, local);
    return result;
  };
  const memories = new Map(buffers.map((buffer) => [buffer, memoryOf(buffer)]));
  const { statements, direct: stored } = finish(epilogue, direct, {
    value: bound("sum", value, "f32x4"),
    indices: indices.map((index, axis) => (sizes[axis] === 1 ? 0 : bound("i", index))),
    lane,
    lanes,
    apart,
    memories,
    failures: failuresOf(context, bound("table", table)),
  });
  const addresses = new Map([...memories.values()].map((memory, i) => [memory, pointers[i]]));
  const writer = new RoutineWriter(code, addresses, locals, calleesOf(context));
  writer.statements(statements);
  if (stored === null) return;
  writer.push(stored);
  code.set(value);
}
