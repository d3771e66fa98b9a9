// The epilogue of a product at up to four complete sums: its instructions, and all stores but the one that the product does itself.
import { type Buffer, type Epilogue, noLines, type Store } from "../../compiler/kernel.ts";
import { readsOf } from "../../compiler/kernel-accesses.ts";
import { internal } from "../../errors/error.ts";
import { Block } from "../../loops/block.ts";
import { add, f64, laneOf, mul } from "../../loops/build.ts";
import type { Expression, Memory, Statement, Variable } from "../../loops/program.ts";
import { addStores, valuesOf, valuesOfVectors } from "./body.ts";
import { formOf } from "./form.ts";
import type { BodyValue, Failures, Points } from "./points.ts";

/** Every buffer that an epilogue reads or writes, once each. */
export function buffersOfEpilogue(epilogue: Epilogue): Buffer[] {
  const reads = readsOf({ kind: "loops", name: "", axes: [], ...noLines, epilogue });
  const all = [...reads, ...epilogue.stores.map(({ access }) => access)];
  return [...new Set(all.map(({ buffer }) => buffer))];
}

export interface Sums {
  /** f32x4, value 0 of the epilogue. */
  readonly value: Variable;
  /** The index of lane 0 along each axis. */
  readonly indices: readonly (Expression | 0)[];
  /** Lanes are `apart` indices from each other along the axis `lane`. */
  readonly lane: number;
  readonly lanes: number;
  readonly apart: number;
  readonly memories: ReadonlyMap<Buffer, Memory>;
  readonly failures: Failures;
}

export interface Finished {
  readonly statements: readonly Statement[];
  /** The value of the direct store after the statements; null without one. */
  readonly direct: Expression | null;
}

/** Computes and stores an epilogue; the value of `direct` is returned instead. An epilogue with float64 runs lane by lane. */
export function finish({ instructions, stores }: Epilogue, direct: Store | null, sums: Sums): Finished {
  const block = new Block();
  const points = pointsOf(block, sums);
  if (formOf(instructions.map(({ dtype }) => dtype)) === "vector") {
    const values = valuesOf(points, instructions, [{ value: sums.value, dtype: "float32", uniform: false }]);
    addStores(
      points,
      stores.filter((store) => store !== direct),
      (value) => values[value],
    );
    return { statements: block.statements, direct: direct && values[direct.value].value };
  }
  for (let lane = 0; lane < sums.lanes; lane++) {
    const one = laneOfPoints(points, lane);
    const value = block.let("sum", f64(laneOf(sums.value, lane)));
    const values = valuesOf(one, instructions, [{ value, dtype: "float32", uniform: true }]);
    addStores(one, stores, (of) => values[of]);
  }
  return { statements: block.statements, direct: null };
}

/** Vectors of sums that are finished at once: each with the index of its lane 0 along each axis. */
export interface ManySums extends Pick<Sums, "lane" | "memories" | "failures"> {
  readonly vectors: readonly Pick<Sums, "value" | "indices" | "lanes" | "apart">[];
}

/** Computes and stores an epilogue of vectors (form "vector") for several of them: each instruction for all before the next. */
export function finishMany(block: Block, { instructions, stores }: Epilogue, sums: ManySums): void {
  const { lane, vectors } = sums;
  const points = vectors.map((vector) => pointsOf(block, { ...sums, ...vector }));
  const given = vectors.map(({ value }): BodyValue[] => [{ value, dtype: "float32", uniform: false }]);
  const [{ indices }] = vectors;
  const differ = indices.map((index, axis) => axis === lane || vectors.some((own) => own.indices[axis] !== index));
  const along = (strides: readonly number[]) => strides.some((stride, axis) => stride !== 0 && differ[axis]);
  const values = valuesOfVectors(points, instructions, given, along);
  for (const [i, own] of points.entries()) addStores(own, stores, (value) => values[i][value]);
}

function pointsOf(block: Block, { indices, lane, lanes, apart, memories, failures }: Sums): Points {
  const sumOf = (offset: number, strides: readonly number[]) => {
    const terms = indices.map((index, axis) => mul(index, strides[axis] ?? 0));
    return add(
      terms.reduce((sum, term) => add(sum, term)),
      offset,
    );
  };
  return {
    block,
    failures,
    lanes,
    form: "vector",
    stride: (strides) => (strides[lane] ?? 0) * apart,
    memory: (buffer) => {
      const memory = memories.get(buffer);
      if (!memory) throw internal(`no memory for ${buffer.name}`);
      return memory;
    },
    index: ({ offset, strides }, elements) => sumOf(offset + elements, strides),
    position: sumOf,
  };
}

/** One lane of some points, as single numbers. */
const laneOfPoints = (points: Points, lane: number): Points => ({
  ...points,
  form: "scalar",
  lanes: 1,
  stride: () => 0,
  index: (access, elements) => points.index(access, elements + lane * points.stride(access.strides)),
  position: (offset, strides) => points.position(offset + lane * points.stride(strides), strides),
});
