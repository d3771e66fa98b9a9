// A program that runs over long arrays piece by piece: each element of its results depends only on the elements of its operands at the same
// index. A piece of each operand is copied into WebAssembly's memory, the program runs, and a piece of each result is copied out, so that a
// piece stays in the second-level cache. These programs have a small memory of their own, which is not shared between threads: engines
// copy to and from such a memory in half the time.

import type { Buffer } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import { type Allocation, bytesOfBuffer } from "../../schedule/allocate.ts";
import type { ScheduledProgram } from "../../schedule/program.ts";
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import { type Repetition, repeat } from "../../tensor/repetition.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { type EmittedProgram, mathImports } from "./emit.ts";
import { bytesOf, table } from "./layout.ts";
import { Arena } from "./memory/arena.ts";
import { ProgramMemory } from "./memory/memory.ts";
import { codeOf } from "./module-cache.ts";
import { type Entry, entry } from "./program.ts";

/** The memory of all piece programs. */
export const piecesMemory: ProgramMemory = new ProgramMemory();
const arena = new Arena(piecesMemory);
/** Address of the table that all piece programs share: each call fills it in. */
let tableAddress: number | null = null;

/** A buffer in the arena; `offset` is in bytes. */
interface Place {
  readonly offset: number;
  readonly dtype: DType;
  readonly size: number;
}

/** An array, a smaller one that is repeated, or "first": the index of a piece's first element. */
type Operand = TypedArray | Repetition | "first";

/** A program over pieces. */
export class PieceProgram {
  readonly #arguments: readonly (Place | null)[];
  readonly #results: readonly Place[];
  readonly #steps: readonly { readonly run: Entry; readonly units: number }[];
  readonly #bytes: number;

  constructor(program: ScheduledProgram, allocation: Allocation, emitted: EmittedProgram) {
    const args: (Place | null)[] = [];
    for (const buffer of program.buffers)
      if (buffer.kind === "argument") args[buffer.index] = placeOf(buffer, allocation);
    this.#arguments = Array.from(args, (argument) => argument ?? null);
    this.#results = program.results.map((buffer) => placeOf(buffer, allocation) ?? missing(buffer));
    this.#bytes = allocation.bytes;
    arena.reserve(allocation.bytes + emitted.scratch);
    tableAddress ??= piecesMemory.allocate(table.states, "a table");
    const { exports } = new WebAssembly.Instance(codeOf(emitted.bytes).module, {
      env: { memory: piecesMemory.memory },
      math: mathImports,
    });
    this.#steps = program.schedules.map(({ units }, i) => ({ run: entry(exports, `step${i}`), units }));
  }

  /**
   * Fills the results. A buffer of `piece` elements is a piece of its array, which has `length` elements; an array of any other size is
   * read or written as a whole for every piece.
   */
  stream(args: readonly Operand[], results: readonly TypedArray[], length: number, piece: number): void {
    const address = tableAddress ?? 0;
    const base = arena.address;
    const views = piecesMemory.views();
    const scratch = base + this.#bytes;
    views.int32[(address + table.arena) / 4] = base;
    const repeated = args.find((array) => periodOf(array) <= piece);
    const step = repeated === undefined ? piece : piece - (piece % periodOf(repeated));
    // It is then the same in all pieces. A later kernel could overwrite it: its place is its own only until its last reader.
    const stays = this.#steps.length === 1 ? repeated : undefined;
    for (let at = 0; at < length; at += step) {
      const count = Math.min(step, length - at);
      for (let i = 0; i < this.#arguments.length; i++) {
        const [place, array] = [this.#arguments[i], args[i]];
        if (place === null || (at > 0 && array === stays)) continue;
        const view = views[place.dtype];
        const to = (base + place.offset) / bytesOf(place.dtype);
        if (array === "first") view[to] = at;
        else if ("run" in array) repeat(view, to, array, at, count);
        else if (array.length === 1) view[to] = array[0];
        else if (place.size !== piece || count === length) view.set(array, to);
        else view.set(array.subarray(at, at + count), to);
      }
      // A unit is a part of the piece, so that a shorter last piece runs fewer units; a kernel over one element has one unit.
      for (const { run, units } of this.#steps) run(address, scratch, 0, Math.ceil((units * count) / piece));
      for (let i = 0; i < this.#results.length; i++) {
        const { offset, dtype, size } = this.#results[i];
        const first = (base + offset) / bytesOf(dtype);
        if (size === 1) results[i][0] = views[dtype][first];
        else
          results[i].set(
            views[dtype].subarray(first, first + (size === piece ? count : size)),
            size === piece ? at : 0,
          );
      }
    }
  }
}

/** Number of elements after which a repetition starts again; infinite for other operands. */
const periodOf = (operand: Operand): number =>
  operand !== "first" && "run" in operand ? operand.elements.length * operand.run : Infinity;

/** The place of a buffer; null if no kernel reads it. */
function placeOf(buffer: Buffer, { offsets }: Allocation): Place | null {
  const offset = offsets.get(buffer);
  return offset === undefined ? null : { offset, dtype: buffer.dtype, size: sizeOf(buffer.shape) };
}

function missing(buffer: Buffer): never {
  throw internal(`${buffer.name}, of ${bytesOfBuffer(buffer)} bytes, has no offset in the arena`);
}
