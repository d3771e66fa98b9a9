// Builds a loop nest: a loop over units of work, inside it the loops of plan.ts, and inside them body, reductions and epilogue. Each
// instruction is placed before the outermost loop in which it does not vary (levels.ts). Along the lane axis several vectors ("slots") are
// processed at a time: each instruction is added for all slots before the next instruction, so that slots share constants and their
// latencies overlap. The remainder of the axis has fewer slots, and its last slot may have fewer lanes.
import type { Instruction, Reduction, Value } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import { Block } from "../../loops/block.ts";
import { add, constant, mul } from "../../loops/build.ts";
import type { Expression, Statement, Variable } from "../../loops/program.ts";
import { addStores, randomPair, valueOfInstruction } from "../body/body.ts";
import type { BodyValue } from "../body/points.ts";
import { type Frame, inner, slotsOf, valueAt } from "./frame.ts";
import { type Levels, levelsOf } from "./levels.ts";
import { sizeOf } from "./nest.ts";
import { PendingStores } from "./pending-stores.ts";
import { type NestSpec, Places } from "./places.ts";
import { Total } from "./totals.ts";
import { type Piece, placeOfUnit } from "./units.ts";

/** The statements that compute the units [from, to). */
export function nestStatements(spec: NestSpec, from: Variable, to: Variable): readonly Statement[] {
  const block = new Block();
  new NestBuilder(spec).add(block, from, to);
  return block.statements;
}

class NestBuilder {
  readonly #spec: NestSpec;
  readonly #levels: Levels;
  readonly #places: Places;
  /** The totals of the reductions; a max that shares the total of an argmax (totalOf) has none. */
  #totals: ReadonlyMap<number, Total> = new Map();
  #piece: Piece | null = null;

  constructor(spec: NestSpec) {
    this.#spec = spec;
    this.#levels = levelsOf(spec.nest, spec.plan);
    this.#places = new Places(spec, this.#levels.written);
  }

  add(block: Block, from: Variable, to: Variable): void {
    const { nest, plan } = this.#spec;
    const frame = frameOf(block);
    this.#instructions(-1, frame);
    block.range("unit", from, to, (inside, unit) => {
      const { indices, piece } = placeOfUnit(inside, nest, plan, unit);
      this.#piece = piece;
      this.#iteration(0, inner(frame, { block: inside, indices }));
    });
  }

  /** Adds one iteration of a loop. */
  #iteration(depth: number, frame: Frame): void {
    const pending = new PendingStores(frame.block);
    this.#enter(depth, inner(frame, { loaded: new Map(), pending }));
    pending.flush();
  }

  /** Adds everything inside `depth` loops. */
  #enter(depth: number, frame: Frame): void {
    this.#instructions(depth, frame);
    if (depth === this.#levels.reduceDepth) this.#reduce(depth, frame);
    else this.#loop(depth, frame);
  }

  /** Adds the reductions: their totals start, the loops over reduced axes run, and the epilogue follows. */
  #reduce(depth: number, frame: Frame): void {
    const { nest, form, plan } = this.#spec;
    const { reductions, epilogue } = nest;
    const { block } = frame;
    const alongLanes = this.#reducesLanes();
    const first = nest.body.length;
    const loops = plan.loops.slice(depth);
    const unrolled =
      !alongLanes && loops.every((loop) => loop.unrolled) && sizeOf(loops.map(({ axis }) => nest.axes[axis])) > 0;
    const totals = new Map<number, Total>();
    for (const [i, reduction] of reductions.entries()) {
      if (totalOf(reductions, i) !== i) continue;
      const slots = alongLanes ? plan.vectors : this.#levels.varies(first + i) ? frame.slots.length : 1;
      totals.set(i, new Total({ block, form, unrolled }, reduction, nest.body[reduction.value].dtype, slots));
    }
    this.#totals = totals;
    this.#loop(depth, inner(frame));
    if (nest.running) return;
    for (const [i, { combine }] of reductions.entries()) {
      const total = this.#total(totalOf(reductions, i));
      const slots = this.#levels.varies(first + i) ? frame.slots.map((_, slot) => slot) : [0];
      const results = () => slots.map((slot) => total.result(block, slot, combine));
      frame.values.set(first + i, alongLanes ? [total.merged(block)] : results());
    }
    for (const { value, instruction, level } of this.#levels.instructions)
      if (value >= first && level >= depth) this.#instruction(value, instruction, frame);
    for (const slot of frame.slots.keys())
      addStores(this.#places.at(frame, slot), epilogue.stores, (value) => valueAt(frame, value, slot));
  }

  /** Adds the loop inside `depth` loops. */
  #loop(depth: number, frame: Frame): void {
    const { nest, plan } = this.#spec;
    if (depth === plan.loops.length) {
      this.#innermost(frame);
      return;
    }
    const { axis, unrolled } = plan.loops[depth];
    const { size } = nest.axes[axis];
    if (axis === plan.lane) this.#laneLoop(depth, axis, size, frame);
    else if (unrolled)
      for (let index = 0; index < size; index++)
        this.#enter(depth + 1, inner(frame, { indices: new Map([...frame.indices, [axis, constant("i32", index)]]) }));
    else
      frame.block.range("i", 0, size, (block, index) =>
        this.#iteration(depth + 1, inner(frame, { block, indices: new Map([...frame.indices, [axis, index]]) })),
      );
  }

  /** Adds the loop along the lane axis: iterations of `vectors` full slots, then the remainder. */
  #laneLoop(depth: number, axis: number, size: number, frame: Frame): void {
    const { block } = frame;
    const step = 4 * this.#spec.plan.vectors;
    const rest = slotsOf(size % step);
    const start = frame.indices.get(axis) ?? 0;
    const at = (inside: Block, distance: Expression | number, slots: readonly number[]) =>
      this.#iteration(
        depth + 1,
        inner(frame, { block: inside, slots, indices: new Map([...frame.indices, [axis, add(start, distance)]]) }),
      );
    if (this.#piece) {
      const { iterations, last } = this.#piece;
      block.range("i", 0, iterations, (inside, index) => at(inside, mul(index, step), slotsOf(step)));
      if (rest.length > 0) block.if(last, (inside) => at(inside, mul(iterations, step), rest));
    } else if (size === step) at(block, 0, slotsOf(step));
    else {
      const full = size - (size % step);
      if (full > 0) block.range("i", 0, full, (inside, index) => at(inside, index, slotsOf(step)), step);
      if (rest.length > 0) at(block, full, rest);
    }
  }

  /** Adds what is inside all loops after the instructions: stores, additions to totals, and the partial sums of a scan. */
  #innermost(frame: Frame): void {
    const { nest } = this.#spec;
    const { reductions, stores, running } = nest;
    const { block } = frame;
    const alongLanes = this.#reducesLanes();
    for (const slot of frame.slots.keys()) {
      const points = this.#places.at(frame, slot);
      const now = stores.filter((store) => !this.#places.defers(frame, points, slot, store));
      addStores(points, now, (value) => valueAt(frame, value, slot));
    }
    for (const [i, total] of this.#totals) {
      const { value } = reductions[i];
      const slots = alongLanes || this.#levels.varies(value) ? frame.slots : frame.slots.slice(0, 1);
      for (const [slot, lanes] of slots.entries()) {
        const own = valueAt(frame, value, slot).value;
        const place = frame.values.get(this.#levels.placeOfReduced)?.[0].value ?? null;
        if (alongLanes) total.addAlongLanes(block, slot, own, lanes);
        else total.add(block, slot, own, lanes, place);
      }
    }
    if (running) this.#addRunning(frame, running);
  }

  /** Stores the sums so far of a scan. */
  #addRunning(frame: Frame, access: NonNullable<NestSpec["nest"]["running"]>): void {
    const [{ value }] = this.#spec.nest.reductions;
    const slots = this.#levels.varies(value) ? [...frame.slots.keys()] : [0];
    const results = slots.map((slot) => this.#total(0).result(frame.block, slot, "sum"));
    for (const slot of frame.slots.keys())
      addStores(this.#places.at(frame, slot), [{ access, value: 0, mode: "set" }], () => results[slot] ?? results[0]);
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

  /** Adds the instructions of a level; those of the epilogue only if they are outside the reductions. */
  #instructions(depth: number, frame: Frame): void {
    const { reduceDepth } = this.#levels;
    const body = this.#spec.nest.body.length;
    for (const { value, instruction, level } of this.#levels.instructions) {
      if (level !== depth) continue;
      if (value < body || reduceDepth === null || depth < reduceDepth) this.#instruction(value, instruction, frame);
    }
  }

  /** Adds an instruction for all slots. */
  #instruction(value: Value, instruction: Instruction, frame: Frame): void {
    const valuesOf = (slot: number) => (operand: Value) => valueAt(frame, operand, slot);
    if (instruction.kind === "randomBits" && this.#levels.paired.has(value)) {
      const pairs: BodyValue[] = [];
      for (let slot = 0; slot < frame.slots.length; slot += 2)
        pairs.push(...randomPair(this.#places.at(frame, slot), instruction, valuesOf(slot)));
      frame.values.set(value, pairs);
      return;
    }
    const slots = this.#levels.varies(value) ? [...frame.slots.keys()] : [0];
    frame.values.set(
      value,
      slots.map((slot) => valueOfInstruction(this.#places.at(frame, slot), instruction, valuesOf(slot))),
    );
  }
}

const frameOf = (block: Block): Frame => ({
  block,
  slots: [1],
  indices: new Map(),
  values: new Map(),
  loaded: new Map(),
  pending: new PendingStores(block),
});

/** The reduction whose total gives reduction i: for a max, the argmax of the same value if there is one; otherwise i itself. */
function totalOf(reductions: readonly Reduction[], i: number): number {
  const { combine, value } = reductions[i];
  const argmax = reductions.findIndex((other) => other.combine === "argmax" && other.value === value);
  return combine === "max" && argmax >= 0 ? argmax : i;
}
