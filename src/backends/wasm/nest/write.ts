// A loop nest, written: units of work, then the loops of schedule.ts around the body, reductions, epilogue. Each instruction stands in
// front of the outermost loop in which it does not vary. Along the lane axis several vectors ("slots") are done at a time, instruction
// by instruction, so that they share constants and do not wait for each other; what is left at the end are fewer slots, the last with
// fewer lanes.

import type { Instruction, Reduction, Value } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { Local } from "../assembler/assembler.ts";
import { writeInstruction, writeRandomPair, writeStores } from "../body/body.ts";
import type { Held } from "../body/place.ts";
import { repeat } from "../products/tile.ts";
import { type Frame, inside, slotsOf, valueAt } from "./frame.ts";
import { type Levels, levelsOf } from "./levels.ts";
import { sizeOf } from "./nest.ts";
import { type NestSpec, Places } from "./places.ts";
import { Total } from "./totals.ts";
import { type Piece, placeOfUnit } from "./units.ts";
import { WaitingStores } from "./waiting-stores.ts";
import type { Walk } from "./walk.ts";

export class NestWriter {
  readonly #spec: NestSpec;
  readonly #levels: Levels;
  readonly #places: Places;
  readonly #walk: Walk;
  /** By reduction; one that is part of another has none of its own. */
  #totals: ReadonlyMap<number, Total> = new Map();
  #piece: Piece | null = null;

  constructor(spec: NestSpec) {
    this.#spec = spec;
    this.#levels = levelsOf(spec.nest, spec.plan);
    this.#places = new Places(spec, this.#levels);
    this.#walk = this.#places.walk;
  }

  write(from: Local, to: Local): void {
    const { code, nest, plan } = this.#spec;
    this.#walk.start([]);
    const frame: Frame = {
      slots: [1],
      displacement: new Map(),
      held: new Map(),
      raw: new Map(),
      waiting: new WaitingStores(code),
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
        this.#round(0, frame);
      },
    );
  }

  /** One round of a loop, at whose end pointers move. */
  #round(depth: number, frame: Frame, change: Partial<Frame> = {}): void {
    const waiting = new WaitingStores(this.#spec.code);
    this.#enter(depth, inside(frame, { raw: new Map(), waiting, ...change }));
    waiting.flush();
  }

  /** Everything inside `depth` loops. */
  #enter(depth: number, frame: Frame): void {
    this.#instructions(depth, frame);
    if (depth === this.#levels.reduceDepth) this.#reduce(depth, frame);
    else this.#loop(depth, frame);
  }

  #reduce(depth: number, frame: Frame): void {
    const { code, nest, form, plan } = this.#spec;
    const { reductions, epilogue } = nest;
    const alongLanes = this.#reducesLanes();
    const first = nest.body.length;
    const loops = plan.loops.slice(depth);
    const straight =
      !alongLanes && loops.every((loop) => loop.writtenOut) && sizeOf(loops.map(({ axis }) => nest.axes[axis])) > 0;
    const totals = new Map<number, Total>();
    for (const [i, reduction] of reductions.entries()) {
      if (keeperOf(reductions, i) !== i) continue;
      const slots = alongLanes ? plan.vectors : this.#levels.varies(first + i) ? frame.slots.length : 1;
      totals.set(i, new Total({ code, form, straight }, reduction, nest.body[reduction.value].dtype, slots));
    }
    this.#totals = totals;
    this.#loop(depth, inside(frame));
    if (nest.running) return;
    for (const [i, { combine }] of reductions.entries()) {
      const total = this.#total(keeperOf(reductions, i));
      const slots = this.#levels.varies(first + i) ? frame.slots.map((_, slot) => slot) : [0];
      frame.held.set(first + i, alongLanes ? [total.merged()] : slots.map((slot) => total.result(slot, combine)));
    }
    for (const { value, instruction, level } of this.#levels.instructions)
      if (value >= first && level >= depth) this.#instruction(value, instruction, frame);
    for (const slot of frame.slots.keys())
      writeStores(this.#places.at(frame, slot), epilogue.stores, (value) => valueAt(frame, value, slot));
  }

  #loop(depth: number, frame: Frame): void {
    const { code, nest, plan } = this.#spec;
    if (depth === plan.loops.length) {
      this.#innermost(frame);
      return;
    }
    const { axis, writtenOut } = plan.loops[depth];
    const { size } = nest.axes[axis];
    if (axis === plan.lane) this.#laneLoop(depth, axis, size, frame);
    else if (writtenOut)
      for (let index = 0; index < size; index++) {
        const displacement = new Map([...frame.displacement, [axis, index]]);
        this.#enter(depth + 1, inside(frame, { displacement }));
      }
    else {
      repeat(code, size, () => {
        this.#round(depth + 1, frame);
        this.#walk.move(axis, 1);
      });
      this.#walk.move(axis, -size);
    }
  }

  #laneLoop(depth: number, axis: number, size: number, frame: Frame): void {
    const { code, plan } = this.#spec;
    const step = 4 * plan.vectors;
    const rest = slotsOf(size % step);
    const round = () => {
      this.#round(depth + 1, frame, { slots: slotsOf(step) });
      this.#walk.move(axis, step);
    };
    const atEnd = () => {
      if (rest.length > 0) this.#round(depth + 1, frame, { slots: rest });
    };
    if (this.#piece) {
      const { rounds, last } = this.#piece;
      repeat(code, rounds, round);
      if (rest.length > 0) code.get(last).if(atEnd);
      if (depth > 0) this.#walk.move(axis, -step, rounds);
    } else if (size === step) this.#round(depth + 1, frame, { slots: slotsOf(step) });
    else {
      const rounds = Math.floor(size / step);
      repeat(code, rounds, round);
      atEnd();
      this.#walk.move(axis, -step * rounds);
    }
  }

  #innermost(frame: Frame): void {
    const { nest } = this.#spec;
    const { reductions, stores, running } = nest;
    const alongLanes = this.#reducesLanes();
    for (const slot of frame.slots.keys()) {
      const place = this.#places.at(frame, slot);
      const own = (value: Value) => valueAt(frame, value, slot);
      writeStores(
        place,
        stores.filter((store) => !this.#places.waits(frame, place, slot, store)),
        own,
      );
    }
    for (const [i, total] of this.#totals) {
      const { value } = reductions[i];
      const slots = alongLanes || this.#levels.varies(value) ? frame.slots : frame.slots.slice(0, 1);
      for (const [slot, lanes] of slots.entries()) {
        const { local } = valueAt(frame, value, slot);
        const place = frame.held.get(this.#levels.placeOfReduced)?.[0].local ?? null;
        if (alongLanes) total.addExisting(slot, local, lanes);
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

  #reducesLanes(): boolean {
    const { nest, plan } = this.#spec;
    return plan.lane !== null && nest.axes[plan.lane].kind === "reduce";
  }

  /** Those that stand at a depth before the loops that are inside. */
  #instructions(depth: number, frame: Frame): void {
    const { reduceDepth } = this.#levels;
    const body = this.#spec.nest.body.length;
    for (const { value, instruction, level } of this.#levels.instructions) {
      if (level !== depth) continue;
      if (value < body || reduceDepth === null || depth < reduceDepth) this.#instruction(value, instruction, frame);
    }
  }

  #instruction(value: Value, instruction: Instruction, frame: Frame): void {
    if (instruction.kind === "randomBits" && this.#levels.paired.has(value)) {
      const held: Held[] = [];
      for (let slot = 0; slot < frame.slots.length; slot += 2)
        held.push(
          ...writeRandomPair(this.#places.at(frame, slot), instruction, (operand) => valueAt(frame, operand, slot)),
        );
      frame.held.set(value, held);
      return;
    }
    const slots = this.#levels.varies(value) ? frame.slots : frame.slots.slice(0, 1);
    const held = slots.map((_, slot) =>
      writeInstruction(this.#places.at(frame, slot), instruction, (operand) => valueAt(frame, operand, slot)),
    );
    frame.held.set(value, held);
  }
}

/** Whoever looks for the place of the largest knows the largest, too. */
function keeperOf(reductions: readonly Reduction[], i: number): number {
  const { combine, value } = reductions[i];
  const places = reductions.findIndex((other) => other.combine === "argmax" && other.value === value);
  return combine === "max" && places >= 0 ? places : i;
}
