// Schedules the kernel "matmul": its accesses become the sizes and strides of a product, which is planned (plan.ts), and one of its stores
// becomes C.
import type { Access, Matmul, Store } from "../../../compiler/kernel.ts";
import { readsOf } from "../../../compiler/kernel-accesses.ts";
import { buffersOfEpilogue } from "../../body/epilogue.ts";
import { productTime } from "../../cost/time.ts";
import { type Cut, distinct } from "../../cut.ts";
import type { Machine } from "../../machine.ts";
import { isDirect, isFinishedInRows } from "../finisher.ts";
import { type MatmulPlan, planMatmul } from "./plan.ts";
import type { MatmulSpec } from "./spec.ts";

export interface MatmulSchedule extends Cut<Matmul> {
  /** The product of one matrix of the batch, and its plan. */
  readonly spec: MatmulSpec;
  readonly plan: MatmulPlan;
  /** The sizes of the batch's axes; the units of each matrix follow those of the matrix before. */
  readonly batch: readonly number[];
  readonly matrices: number;
  /** Operands of the product. */
  readonly a: Access;
  readonly b: Access;
  readonly target: Target;
}

/** Where a product stores C: the store that the product does itself (null: the epilogue does all), and whether it computes Cᵀ = Bᵀ·Aᵀ. */
export interface Target {
  readonly store: Store | null;
  readonly transposed: boolean;
}

/** Units that are enough for several threads. */
const unitsForThreads = 12;

export function scheduleMatmul(
  kernel: Matmul,
  { relaxed, threads }: Pick<Machine, "relaxed" | "threads">,
): MatmulSchedule {
  const { axes, epilogue } = kernel;
  const batch = axes.slice(0, -3).map(({ size }) => size);
  const matrices = batch.reduce((count, size) => count * size, 1);
  const inRows = isFinishedInRows(epilogue);
  const units = threads === 1 ? 1 : Math.ceil(unitsForThreads / matrices);
  const target = inRows ? { ...targetOf(kernel), store: null } : targetOf(kernel);
  const [a, b] = target.transposed ? [kernel.b, kernel.a] : [kernel.a, kernel.b];
  const spec = { ...specOf(kernel, target, a, b), ...(inRows ? { sums: "rows" as const } : {}), relaxed, units };
  const plan = planMatmul(spec);
  return {
    kind: "matmul",
    kernel,
    buffers: distinct([kernel.a.buffer, kernel.b.buffer, ...buffersOfEpilogue(epilogue)]),
    units: plan.units * matrices,
    scratchBytes: 4 * plan.scratch.elements,
    time: productTime(matrices * plan.cost, {
      epilogue,
      lane: batch.length + (target.transposed ? 0 : 1),
      results: matrices * spec.m * spec.n,
    }),
    spec,
    plan,
    batch,
    matrices,
    a,
    b,
    target,
  };
}

/**
 * The target of a product. In C, the elements of a row must be neighbours and rows must not overlap. If this holds only with rows and
 * columns exchanged, the product computes Cᵀ = Bᵀ·Aᵀ. A single row or column of C is both: its product with a matrix is computed as a row if
 * the matrix has neighbours along the results or along the sums, so that the matrix is read in place.
 */
function targetOf({ axes, a, epilogue }: Matmul): Target {
  const [m, n] = axes.slice(-3).map(({ size }) => size);
  const isRow = n === 1 && m > 1 && (a.strides.at(-3) === 1 || a.strides.at(-1) === 1);
  const rowsFit = (rows: number, row: number, columns: number, column: number) =>
    (columns === 1 || column === 1) && (rows === 1 || row >= columns);
  for (const transposed of isRow ? [true, false] : [false, true]) {
    for (const store of epilogue.stores) {
      const [row, column] = store.access.strides.slice(-2);
      const fits = transposed ? rowsFit(n, column, m, row) : rowsFit(m, row, n, column);
      if (fits && isDirect(epilogue, store)) return { store, transposed };
    }
  }
  const neighbours = (axis: -1 | -2) => epilogue.stores.filter(({ access }) => access.strides.at(axis) === 1).length;
  return { store: null, transposed: neighbours(-2) > neighbours(-1) };
}

/** Whether nothing else of the kernel reads or writes the buffer of a store: only then may it hold unfinished sums. */
const isAlone = (kernel: Matmul, store: Store): boolean =>
  readsOf(kernel).every(({ buffer }) => buffer !== store.access.buffer) &&
  kernel.epilogue.stores.every((other) => other === store || other.access.buffer !== store.access.buffer);

/** Sizes and strides of a kernel's product, or of the transposed product. */
function specOf(
  kernel: Matmul,
  { store, transposed }: Target,
  a: Access,
  b: Access,
): Omit<MatmulSpec, "relaxed" | "units"> {
  const { axes } = kernel;
  const [rowAxis, columnAxis, sumAxis] = [axes.length - 3, axes.length - 2, axes.length - 1];
  const [rowAxisOfA, columnAxisOfB] = transposed ? [columnAxis, rowAxis] : [rowAxis, columnAxis];
  const [m, n] = [axes[rowAxisOfA].size, axes[columnAxisOfB].size];
  return {
    m,
    n,
    k: axes[sumAxis].size,
    a: { row: a.strides[rowAxisOfA], inner: a.strides[sumAxis] },
    b: { inner: b.strides[sumAxis], column: b.strides[columnAxisOfB] },
    c: store && { row: m === 1 ? n : store.access.strides[rowAxisOfA] },
    ...(store && isAlone(kernel, store) ? {} : { sums: "scratch" as const }),
  };
}
