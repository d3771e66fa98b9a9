// Writes a loop nest: a loop over units of work, inside it the loops of schedule.ts, and inside them body, reductions and epilogue. Each
// instruction is placed before the outermost loop in which it does not vary (levels.ts). Along the lane axis several vectors ("slots") are
// processed at a time: each instruction is written for all slots before the next instruction, so that slots share constants and their
// latencies overlap. The remainder of the axis has fewer slots, and its last slot may have fewer lanes.

import type { Instruction, Reduction, Value } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { Local } from "../assembler/assembler.ts";
import { writeInstruction, writeRandomPair, writeStores } from "../body/body.ts";
import type { ValueLocal } from "../body/place.ts";
import { repeat } from "../products/tile.ts";
import { type Frame, inner, slotsOf, valueAt } from "./frame.ts";
import { type Levels, levelsOf } from "./levels.ts";
import { sizeOf } from "./nest.ts";
import { PendingStores } from "./pending-stores.ts";
import { type NestSpec, Places } from "./places.ts";
import { Total } from "./totals.ts";
import { type Piece, placeOfUnit } from "./units.ts";
import type { Walk } from "./walk.ts";

/** Writes one nest into one function. */
export class NestWriter {
  readonly #spec: NestSpec;
  readonly #levels: Levels;
  readonly #places: Places;
  readonly #walk: Walk;
  /** The totals of the reductions; a max that shares the total of an argmax (totalOf) has none. */
  #totals: ReadonlyMap<number, Total> = new Map();
  #piece: Piece | null = null;

  constructor(spec: NestSpec) {
    this.#spec = spec;
    this.#levels = levelsOf(spec.nest, spec.plan);
    this.#places = new Places(spec, this.#levels);
    this.#walk = this.#places.walk;
  }

  /** Writes the units [from, to). */
  write(from: Local, to: Local): void {
    const { code, nest, plan } = this.#spec;
    this.#walk.start([]);
    const frame: Frame = {
      slots: [1],
      displacement: new Map(),
      locals: new Map(),
      loaded: new Map(),
      pending: new PendingStores(code),
    };
    this.#instructions(-1, frame);
    const unit = code.local("i32");
    code.for(
      unit,
      () => code.get(from),
      () => code.get(to),
      1,
      () => {
        const { indices, piece } = placeOfUnit(code, nest, plan, unit);
        this.#piece = piece;
        this.#walk.start(indices);
        this.#iteration(0, frame);
      },
    );
  }

  /** Writes one iteration of a loop; pointers move after it. */
  #iteration(depth: number, frame: Frame, change: Partial<Frame> = {}): void {
    const pending = new PendingStores(this.#spec.code);
    this.#enter(depth, inner(frame, { loaded: new Map(), pending, ...change }));
    pending.flush();
  }

  /** Writes everything inside `depth` loops. */
  #enter(depth: number, frame: Frame): void {
    this.#instructions(depth, frame);
    if (depth === this.#levels.reduceDepth) this.#reduce(depth, frame);
    else this.#loop(depth, frame);
  }

  /** Writes the reductions: their totals start, the loops over reduced axes run, and the epilogue follows. */
  #reduce(depth: number, frame: Frame): void {
    const { code, nest, form, plan } = this.#spec;
    const { reductions, epilogue } = nest;
    const alongLanes = this.#reducesLanes();
    const first = nest.body.length;
    const loops = plan.loops.slice(depth);
    const unrolled =
      !alongLanes && loops.every((loop) => loop.unrolled) && sizeOf(loops.map(({ axis }) => nest.axes[axis])) > 0;
    const totals = new Map<number, Total>();
    for (const [i, reduction] of reductions.entries()) {
      if (totalOf(reductions, i) !== i) continue;
      const slots = alongLanes ? plan.vectors : this.#levels.varies(first + i) ? frame.slots.length : 1;
      totals.set(i, new Total({ code, form, unrolled }, reduction, nest.body[reduction.value].dtype, slots));
    }
    this.#totals = totals;
    this.#loop(depth, inner(frame));
    if (nest.running) return;
    for (const [i, { combine }] of reductions.entries()) {
      const total = this.#total(totalOf(reductions, i));
      const slots = this.#levels.varies(first + i) ? frame.slots.map((_, slot) => slot) : [0];
      frame.locals.set(first + i, alongLanes ? [total.merged()] : slots.map((slot) => total.result(slot, combine)));
    }
    for (const { value, instruction, level } of this.#levels.instructions)
      if (value >= first && level >= depth) this.#instruction(value, instruction, frame);
    for (const slot of frame.slots.keys())
      writeStores(this.#places.at(frame, slot), epilogue.stores, (value) => valueAt(frame, value, slot));
  }

  /** Writes the loop inside `depth` loops. */
  #loop(depth: number, frame: Frame): void {
    const { code, nest, plan } = this.#spec;
    if (depth === plan.loops.length) {
      this.#innermost(frame);
      return;
    }
    const { axis, unrolled } = plan.loops[depth];
    const { size } = nest.axes[axis];
    if (axis === plan.lane) this.#laneLoop(depth, axis, size, frame);
    else if (unrolled)
      for (let index = 0; index < size; index++) {
        const displacement = new Map([...frame.displacement, [axis, index]]);
        this.#enter(depth + 1, inner(frame, { displacement }));
      }
    else {
      repeat(code, size, () => {
        this.#iteration(depth + 1, frame);
        this.#walk.move(axis, 1);
      });
      this.#walk.move(axis, -size);
    }
  }

  /** Writes the loop along the lane axis: iterations of `vectors` full slots, then the remainder. */
  #laneLoop(depth: number, axis: number, size: number, frame: Frame): void {
    const { code, plan } = this.#spec;
    const step = 4 * plan.vectors;
    const rest = slotsOf(size % step);
    const full = () => {
      this.#iteration(depth + 1, frame, { slots: slotsOf(step) });
      this.#walk.move(axis, step);
    };
    const remainder = () => {
      if (rest.length > 0) this.#iteration(depth + 1, frame, { slots: rest });
    };
    if (this.#piece) {
      const { iterations, last } = this.#piece;
      repeat(code, iterations, full);
      if (rest.length > 0) code.get(last).if(remainder);
      if (depth > 0) this.#walk.move(axis, -step, iterations);
    } else if (size === step) this.#iteration(depth + 1, frame, { slots: slotsOf(step) });
    else {
      const iterations = Math.floor(size / step);
      repeat(code, iterations, full);
      remainder();
      this.#walk.move(axis, -step * iterations);
    }
  }

  /** Writes what is inside all loops after the instructions: stores, additions to totals, and the partial sums of a scan. */
  #innermost(frame: Frame): void {
    const { nest } = this.#spec;
    const { reductions, stores, running } = nest;
    const alongLanes = this.#reducesLanes();
    for (const slot of frame.slots.keys()) {
      const place = this.#places.at(frame, slot);
      const own = (value: Value) => valueAt(frame, value, slot);
      writeStores(
        place,
        stores.filter((store) => !this.#places.defers(frame, place, slot, store)),
        own,
      );
    }
    for (const [i, total] of this.#totals) {
      const { value } = reductions[i];
      const slots = alongLanes || this.#levels.varies(value) ? frame.slots : frame.slots.slice(0, 1);
      for (const [slot, lanes] of slots.entries()) {
        const { local } = valueAt(frame, value, slot);
        const place = frame.locals.get(this.#levels.placeOfReduced)?.[0].local ?? null;
        if (alongLanes) total.addAlongLanes(slot, local, lanes);
        else total.add(slot, local, lanes, place);
      }
    }
    if (!running) return;
    const results = (this.#levels.varies(reductions[0].value) ? frame.slots : [0]).map((_, slot) =>
      this.#total(0).result(slot, "sum"),
    );
    for (const slot of frame.slots.keys())
      writeStores(
        this.#places.at(frame, slot),
        [{ access: running, value: 0, mode: "set" }],
        () => results[slot] ?? results[0],
      );
  }

  #total(reduction: number): Total {
    const total = this.#totals.get(reduction);
    if (!total) throw internal(`reduction ${reduction} has no total`);
    return total;
  }

  /** Whether the lanes are along a reduced axis. */
  #reducesLanes(): boolean {
    const { nest, plan } = this.#spec;
    return plan.lane !== null && nest.axes[plan.lane].kind === "reduce";
  }

  /** Writes the instructions of a level; those of the epilogue only if they are outside the reductions. */
  #instructions(depth: number, frame: Frame): void {
    const { reduceDepth } = this.#levels;
    const body = this.#spec.nest.body.length;
    for (const { value, instruction, level } of this.#levels.instructions) {
      if (level !== depth) continue;
      if (value < body || reduceDepth === null || depth < reduceDepth) this.#instruction(value, instruction, frame);
    }
  }

  /** Writes an instruction for all slots. */
  #instruction(value: Value, instruction: Instruction, frame: Frame): void {
    if (instruction.kind === "randomBits" && this.#levels.paired.has(value)) {
      const locals: ValueLocal[] = [];
      for (let slot = 0; slot < frame.slots.length; slot += 2)
        locals.push(
          ...writeRandomPair(this.#places.at(frame, slot), instruction, (operand) => valueAt(frame, operand, slot)),
        );
      frame.locals.set(value, locals);
      return;
    }
    const slots = this.#levels.varies(value) ? frame.slots : frame.slots.slice(0, 1);
    const locals = slots.map((_, slot) =>
      writeInstruction(this.#places.at(frame, slot), instruction, (operand) => valueAt(frame, operand, slot)),
    );
    frame.locals.set(value, locals);
  }
}

/** The reduction whose total gives reduction i: for a max, the argmax of the same value if there is one; otherwise i itself. */
function totalOf(reductions: readonly Reduction[], i: number): number {
  const { combine, value } = reductions[i];
  const argmax = reductions.findIndex((other) => other.combine === "argmax" && other.value === value);
  return combine === "max" && argmax >= 0 ? argmax : i;
}
