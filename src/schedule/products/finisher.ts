// The epilogue of a product's kernel as part of its loops. The product itself does one of the stores, the direct store, if there is one that
// fits: `finish` returns its value. The other stores are added here. Short epilogues stand in each tile. Longer ones would be repeated there
// at a dozen places, beside sums that fill the registers: they take up to four vectors at once, in loops over rows of complete sums
// (rowFinisherOf) or as a function (tileFinisherOf), or one vector, as a function (finisherOf).
import type { Buffer, Epilogue, Store } from "../../compiler/kernel.ts";
import { affineOf } from "../../loops/affine.ts";
import type { Block } from "../../loops/block.ts";
import { add, sub } from "../../loops/build.ts";
import type { Expression, Memory, Variable } from "../../loops/program.ts";
import { finish, finishMany } from "../body/epilogue.ts";
import { formOf } from "../body/form.ts";
import type { Failures } from "../body/points.ts";
import { sharesConstants, vectorsAtATime } from "../body/vectors.ts";

/**
 * A vector of a product's sums: lane 0 is at these indices of the epilogue's axes; lanes are `apart` indices from each other along the axis
 * of the lanes.
 */
export interface FinishedSums {
  readonly value: Expression;
  readonly indices: readonly Expression[];
  readonly lanes: number;
  readonly apart: number;
}

/** Adds the epilogue of some sums, and returns the value of the direct store; null if there is none. */
export type Finisher = (block: Block, at: FinishedSums) => Expression | null;

/** Instructions and stores of an epilogue that stands in each tile: a call costs as much as ten of them. */
const maxInlined = 12;

/** Whether an epilogue stands in each tile; a longer one is a function. */
const isInlined = ({ instructions, stores }: Epilogue): boolean => instructions.length + stores.length <= maxInlined;

/**
 * The most stores of an epilogue in each tile. With four of them, products of 768×128 with 384 to 512 terms take 9 % less time row by row,
 * since a tile writes parts of cache lines; with two they take as long as in rows.
 */
const maxStoresInTile = 2;

/**
 * Whether the sums of a product that can keep them in scratch are finished row by row: an epilogue of vectors that is long, has functions, or
 * writes several arrays.
 */
export const isFinishedInRows = (epilogue: Epilogue): boolean =>
  formOf(epilogue.instructions.map(({ dtype }) => dtype)) === "vector" &&
  (!isInlined(epilogue) || epilogue.stores.length > maxStoresInTile || sharesConstants(epilogue.instructions));

/** What finishes and stores several vectors of sums at once. */
export interface ManyFinisher {
  /** The most vectors that are finished at once. */
  readonly vectors: number;
  add(block: Block, vectors: readonly FinishedSums[]): void;
}

/** What finishes a product's sums row by row, in the loops of the product. */
export const rowFinisherOf = (spec: Omit<EpilogueSpec, "direct">): ManyFinisher => ({
  vectors: vectorsAtATime(spec.epilogue.instructions),
  add: (block, vectors) =>
    finishMany(block, spec.epilogue, {
      ...spec,
      vectors: vectors.map((at) => ({ ...at, value: named(block, "sum", at.value) })),
    }),
});

/**
 * What finishes vectors of a tile by a function of its own; null if the epilogue is short or has float64. Vectors share the constants of
 * functions: convolutions of 3×3 with GELU and its slope take 3 % (64 channels) to 13 % (16) less time than with a call for each vector.
 */
export function tileFinisherOf(spec: Omit<EpilogueSpec, "direct">): ManyFinisher | null {
  const { epilogue } = spec;
  if (isInlined(epilogue) || !isFinishedInRows(epilogue)) return null;
  return {
    vectors: vectorsAtATime(epilogue.instructions),
    add(block, vectors) {
      // The function's parameters: the sums, and the place of the first of them.
      const values = vectors.map(({ value }) => block.let("sum", value));
      const [{ indices }] = vectors;
      const first = indices.map((index) => block.named("i", index));
      const own = vectors.map((at, i) => ({
        ...at,
        value: values[i],
        indices: at.indices.map((index, axis) => relative(block, index, indices[axis], first[axis])),
      }));
      const lanes = vectors.map((at) => at.lanes).join("");
      block.outline(`finish${lanes}`, (inner) => finishMany(inner, epilogue, { ...spec, vectors: own }));
    },
  };
}

/** An index by its distance from another one, which is in a variable; if the distance is not a number, in a variable of its own. */
function relative(block: Block, index: Expression, base: Expression, variable: Expression): Expression {
  if (index === base) return variable;
  const { constant, factors, rest } = affineOf(sub(index, base));
  return factors.size === 0 && rest === null ? add(variable, constant) : block.named("i", index);
}

/**
 * Whether a store may be the direct store: it writes float32, once at each place, and the epilogue computes its value as a vector of
 * four.
 */
export const isDirect = ({ instructions }: Epilogue, { access, indirection, mode }: Store): boolean =>
  access.buffer.dtype === "float32" &&
  mode === "set" &&
  indirection === undefined &&
  formOf(instructions.map(({ dtype }) => dtype)) === "vector";

export interface EpilogueSpec {
  readonly epilogue: Epilogue;
  /** The store that the product does itself. */
  readonly direct: Store | null;
  /** The axis of the lanes. */
  readonly lane: number;
  readonly memories: ReadonlyMap<Buffer, Memory>;
  readonly failures: Failures;
}

/** What finishes a product's sums; null if the epilogue is nothing but the direct store. */
export function finisherOf(spec: EpilogueSpec): Finisher | null {
  const { epilogue, direct } = spec;
  if (direct !== null && epilogue.stores.length === 1 && direct.value === 0) return null;
  if (isInlined(epilogue)) return (block, at) => addEpilogue(block, spec, named(block, "sum", at.value), at);
  return (block, at) => {
    // The function's parameters: the sums and their place.
    const value = block.let("sum", at.value);
    const indices = at.indices.map((index) => block.named("i", index));
    const name = `finish${at.lanes}`;
    if (direct !== null)
      return block.outlined(name, (inner) => addEpilogue(inner, spec, value, { ...at, indices }) ?? value);
    block.outline(name, (inner) => {
      addEpilogue(inner, spec, value, { ...at, indices });
    });
    return null;
  };
}

const named = (block: Block, name: string, value: Expression): Variable =>
  value.kind === "variable" ? value : block.let(name, value);

function addEpilogue(
  block: Block,
  { epilogue, direct, lane, memories, failures }: EpilogueSpec,
  value: Variable,
  { indices, lanes, apart }: FinishedSums,
): Expression | null {
  const { statements, direct: stored } = finish(epilogue, direct, {
    value,
    indices,
    lane,
    lanes,
    apart,
    memories,
    failures,
  });
  for (const statement of statements) block.add(statement);
  return stored;
}
