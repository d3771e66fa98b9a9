// Builds the loop program of a nest for threads. Each thread has a point of the axes that are not reduced, or a share of its sums. What does
// not vary in a loop is computed before it (levels.ts).
import type { Value } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { Block } from "../../../loops/block.ts";
import { constant, store } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import { addStores, valueOfInstruction } from "../../body/body.ts";
import type { BodyValue } from "../../body/points.ts";
import { type Levels, levelsOf } from "../../nest/levels.ts";
import type { Nest } from "../../nest/nest.ts";
import { digitsOf } from "../items.ts";
import type { Operands } from "../operands.ts";
import { type Indices, placeOf, pointOf } from "../points.ts";
import type { NestCut } from "./plan.ts";
import type { Share, Summed, Totals } from "./sums.ts";
import { type TotalKind, totalKind } from "./totals.ts";

/** What is known at a place in the loops. */
interface Frame {
  readonly block: Block;
  readonly indices: Indices;
  readonly values: ReadonlyMap<Value, BodyValue>;
}

/** Adds what a thread does once it has its totals. */
type Finish = (frame: Frame, totals: Totals) => void;

/** A nest in threads. */
export class NestBuilder implements Summed {
  readonly #nest: Nest;
  readonly #cut: NestCut;
  readonly #operands: Operands;
  readonly #levels: Levels;
  readonly kinds: readonly TotalKind[];

  constructor(nest: Nest, cut: NestCut, operands: Operands) {
    this.#nest = nest;
    this.#cut = cut;
    this.#operands = operands;
    const loops = [...cut.serial, ...cut.reduced].map((axis) => ({ axis, unrolled: false }));
    this.#levels = levelsOf(nest, { units: cut.each, piece: null, loops, lane: null, vectors: 1, cost: 0 });
    this.kinds = kindsOf(nest);
    for (const buffer of this.#levels.written) operands.buffer(buffer, "write");
  }

  point(block: Block, indices: Indices): void {
    this.#point(block, indices, null, (frame, totals) => this.#epilogue(frame.block, frame, totals));
  }

  share(
    block: Block,
    indices: Indices,
    share: Share,
    finish: (totals: Totals, epilogue: (inner: Block) => void) => void,
  ): void {
    this.#point(block, indices, share, (frame, totals) =>
      finish(totals, (inner) => this.#epilogue(inner, frame, totals)),
    );
  }

  combined(block: Block, indices: Indices, combine: (totals: Totals) => void): void {
    const frame = this.#with(this.#with({ block, indices, values: new Map() }, -1), 0);
    const totals = this.#totals(block);
    combine(totals);
    this.#epilogue(block, frame, totals);
  }

  #point(block: Block, indices: Indices, share: Share | null, finish: Finish): void {
    const frame = this.#with({ block, indices, values: new Map() }, -1);
    this.#enter(0, frame, share, finish);
  }

  #totals(block: Block): Totals {
    return this.kinds.map(({ start }) => start.map(({ name, type, value }) => block.let(name, constant(type, value))));
  }

  /** Adds everything inside `depth` loops. */
  #enter(depth: number, before: Frame, share: Share | null, finish: Finish): void {
    const frame = this.#with(before, depth);
    const { serial } = this.#cut;
    if (depth === this.#levels.reduceDepth) this.#reduce(depth, frame, share, finish);
    else if (depth < serial.length)
      frame.block.range("i", 0, this.#nest.axes[serial[depth]].size, (block, index) => {
        this.#enter(depth + 1, inside(frame, block, [[serial[depth], index]]), share, finish);
      });
    else this.#stores(frame);
  }

  #stores({ block, indices, values }: Frame): void {
    addStores(pointOf(block, indices, this.#operands), this.#nest.stores, (value) => valueIn(values, value));
  }

  /** Adds the totals, the loops over reduced axes, and what follows. */
  #reduce(depth: number, frame: Frame, share: Share | null, finish: Finish): void {
    const totals = this.#totals(frame.block);
    if (share === null) this.#loop(depth, frame, totals);
    else
      frame.block.range(
        "i",
        share.from,
        share.to,
        (block, index) => this.#innermost(inside(frame, block, this.#reducedIndices(block, index)), totals),
        share.step,
      );
    if (this.#nest.running === null) finish(frame, totals);
  }

  #loop(depth: number, before: Frame, totals: Totals): void {
    const { serial, reduced } = this.#cut;
    const axis = reduced[depth - serial.length];
    if (axis === undefined) {
      this.#innermost(before, totals);
      return;
    }
    before.block.range("i", 0, this.#nest.axes[axis].size, (block, index) => {
      const frame = inside(before, block, [[axis, index]]);
      this.#loop(depth + 1, depth + 1 < serial.length + reduced.length ? this.#with(frame, depth + 1) : frame, totals);
    });
  }

  /** Adds one reduced point to the totals. */
  #innermost(before: Frame, totals: Totals): void {
    const { reductions, running } = this.#nest;
    const frame = this.#with(before, null);
    const { block, indices, values } = frame;
    this.#stores(frame);
    const place = valueOfPlace(this.#levels, values);
    for (const [i, { value }] of reductions.entries())
      this.kinds[i].merge(block, totals[i], this.kinds[i].of(block, valueIn(values, value).value, place));
    if (running !== null)
      block.add(
        store(
          this.#operands.buffer(running.buffer, "write"),
          placeOf(running, indices),
          this.kinds[0].result(block, totals[0]),
        ),
      );
  }

  /** Adds the epilogue. */
  #epilogue(block: Block, { indices, values: before }: Frame, totals: Totals): void {
    const { body, reductions, epilogue } = this.#nest;
    const values = new Map(before);
    for (const [i, { dtype }] of reductions.entries())
      values.set(body.length + i, {
        value: block.named("total", this.kinds[i].result(block, totals[i])),
        dtype,
        uniform: true,
      });
    const points = pointOf(block, indices, this.#operands);
    for (const { value, instruction } of this.#levels.instructions)
      if (value >= body.length && !values.has(value))
        values.set(
          value,
          valueOfInstruction(points, instruction, (of) => valueIn(values, of)),
        );
    addStores(points, epilogue.stores, (value) => valueIn(values, value));
  }

  /** The indices of the axes that are reduced, from the number of a reduced point. */
  #reducedIndices(block: Block, point: Variable): [number, Expression][] {
    return indicesOf(block, this.#nest, this.#cut.reduced, point);
  }

  /** The frame with the values of a level; null: of this and all inner levels. */
  #with({ block, indices, values: before }: Frame, level: number | null): Frame {
    const { body } = this.#nest;
    const values = new Map(before);
    const points = pointOf(block, indices, this.#operands);
    for (const { value, instruction, level: own } of this.#levels.instructions) {
      const isHere = level === null ? !values.has(value) : own === level;
      if (value < body.length && isHere)
        values.set(
          value,
          valueOfInstruction(points, instruction, (of) => valueIn(values, of)),
        );
      else if (value >= body.length && own === level && own < (this.#levels.reduceDepth ?? 0))
        values.set(
          value,
          valueOfInstruction(points, instruction, (of) => valueIn(values, of)),
        );
    }
    return { block, indices, values };
  }
}

const kindsOf = ({ body, reductions }: Nest): TotalKind[] =>
  reductions.map((reduction) => totalKind(reduction, body[reduction.value].dtype));

/** Numbers that the totals of a nest's reductions take. */
export const wordsOf = (nest: Nest): number => kindsOf(nest).reduce((sum, { start }) => sum + start.length, 0);

const inside = ({ indices, values }: Frame, block: Block, own: readonly [number, Expression][]): Frame => ({
  block,
  indices: new Map([...indices, ...own]),
  values,
});

function valueIn(values: ReadonlyMap<Value, BodyValue>, value: Value): BodyValue {
  const known = values.get(value);
  if (known === undefined) throw internal(`value ${value} has not been computed yet`);
  return known;
}

/** The number of a reduced point, if an argmax asks for it. */
const valueOfPlace = ({ placeOfReduced }: Levels, values: ReadonlyMap<Value, BodyValue>): Expression =>
  values.get(placeOfReduced)?.value ?? constant("i32", 0);

/** The index along each of some axes, from the number of a point: the last axis varies fastest. */
export function indicesOf(
  block: Block,
  { axes }: Nest,
  own: readonly number[],
  point: Expression,
): [number, Expression][] {
  const digits = digitsOf(
    block,
    point,
    own.map((axis) => axes[axis].size),
  );
  return own.map((axis, i) => [axis, digits[i]]);
}
