// The kernel "matmul" as a loop program: its accesses become the sizes and strides of a product, which is computed for each matrix of the
// batch, and its epilogue finishes the sums.
import type { Access, Buffer, Matmul, Store } from "../../../compiler/kernel.ts";
import { readsOf } from "../../../compiler/kernel-accesses.ts";
import { Block } from "../../../loops/block.ts";
import { add, breakIf, constant, div, ge, loop, min, mul, rem, set, sub, variable } from "../../../loops/build.ts";
import type { Expression, Memory, Variable } from "../../../loops/program.ts";
import { buffersOfEpilogue } from "../../body/epilogue.ts";
import type { Failures } from "../../body/points.ts";
import { memoryOf, type Scheduled } from "../../scheduled.ts";
import { type Finisher, finisherOf, isDirect } from "../finisher.ts";
import type { Operand } from "../tile.ts";
import { addMatmul, describeMatmul, scratchOfMatmul, unitsOfMatmul } from "./build.ts";
import { planMatmul } from "./plan.ts";
import type { MatmulSpec } from "./spec.ts";
import type { MatmulPlace } from "./tile.ts";

/** Where a product stores C: the store that the product does itself (null: the epilogue does all), and whether it computes Cᵀ. */
interface Target {
  readonly store: Store | null;
  readonly transposed: boolean;
}

/**
 * The target of a product. In C, the elements of a row must be neighbours and rows must not overlap. If this holds only with rows and
 * columns exchanged, the product computes Cᵀ = Bᵀ·Aᵀ.
 */
function targetOf({ axes, epilogue }: Matmul): Target {
  const [m, n] = axes.slice(-3).map(({ size }) => size);
  const rowsFit = (rows: number, row: number, columns: number, column: number) =>
    (columns === 1 || column === 1) && (rows === 1 || row >= columns);
  for (const transposed of [false, true]) {
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
function matmulSpec(kernel: Matmul, { store, transposed }: Target, relaxed: boolean): MatmulSpec {
  const { axes } = kernel;
  const [rowAxis, columnAxis, sumAxis] = [axes.length - 3, axes.length - 2, axes.length - 1];
  const [a, b] = transposed ? [kernel.b, kernel.a] : [kernel.a, kernel.b];
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
    relaxed,
  };
}

/** The loops of a matrix product. The routine's last parameter is the table to which an index out of range is reported. */
export function scheduleMatmul(kernel: Matmul, relaxed: boolean, failures: Failures): Scheduled {
  const { name, axes, epilogue } = kernel;
  const batch = axes.slice(0, -3).map(({ size }) => size);
  const target = targetOf(kernel);
  const spec = matmulSpec(kernel, target, relaxed);
  const plan = planMatmul(spec);
  const buffers = [...new Set([kernel.a.buffer, kernel.b.buffer, ...buffersOfEpilogue(epilogue)])];
  const memories = new Map(buffers.map((buffer) => [buffer, memoryOf(buffer)]));
  const scratch: Memory = { name: "scratch", element: "f32" };
  const lane = batch.length + (target.transposed ? 0 : 1);
  const finisher = finisherOf({ epilogue, direct: target.store, lane, memories, failures });
  const [a, b] = target.transposed ? [kernel.b, kernel.a] : [kernel.a, kernel.b];
  const [from, to] = [variable("from"), variable("to")];
  const units = unitsOfMatmul(spec, plan);
  const matrices = batch.reduce((count, size) => count * size, 1);
  const block = new Block();
  const product = (inner: Block, indices: readonly Expression[], first: Variable, last: Variable) => {
    const operand = (access: Access): Operand => operandAt(inner, access, memories, indices);
    const problem = {
      spec,
      plan,
      a: operand(a),
      b: operand(b),
      c: target.store && operand(target.store.access),
      scratch,
      finish: finisher && finishOf(finisher, indices, target.transposed),
    };
    if (matrices === 1) addMatmul(inner, problem, first, last);
    else inner.outline("product", (own) => addMatmul(own, problem, first, last));
  };
  if (units > 0 && matrices === 1)
    product(
      block,
      batch.map(() => constant("i32", 0)),
      from,
      to,
    );
  else if (units * matrices > 0) addMatrices(block, { from, to, units, batch }, product);
  return {
    routine: {
      name,
      memories: [...memories.values(), scratch],
      parameters: [from, to, failures.table],
      body: block.statements,
    },
    buffers,
    units: units * matrices,
    scratchBytes: 4 * scratchOfMatmul(spec, plan),
    description: `${matrices === 1 ? "" : `${matrices} times `}${describeMatmul(plan)}`,
  };
}

/** `finish` of the product of one matrix. */
const finishOf =
  (finisher: Finisher, matrix: readonly Expression[], transposed: boolean) =>
  (block: Block, { value, row, column, lanes }: MatmulPlace): Expression | null =>
    finisher(block, { value, indices: [...matrix, ...(transposed ? [column, row] : [row, column])], lanes, apart: 1 });

/** Where an access begins, for these indices of its first axes. */
function operandAt(
  block: Block,
  { buffer, offset, strides }: Access,
  memories: ReadonlyMap<Buffer, Memory>,
  indices: readonly Expression[],
): Operand {
  const memory = memories.get(buffer) ?? memoryOf(buffer);
  const first = indices.reduce((sum, index, axis) => add(sum, mul(index, strides[axis])), constant("i32", offset));
  return { memory, first: block.named(`${buffer.name}First`, first) };
}

/** Adds a loop over the matrices that have units in [from, to). */
function addMatrices(
  block: Block,
  {
    from,
    to,
    units,
    batch,
  }: { readonly from: Variable; readonly to: Variable; readonly units: number; readonly batch: readonly number[] },
  product: (inner: Block, indices: readonly Expression[], first: Variable, last: Variable) => void,
): void {
  const unit = block.let("unit", from);
  const body = new Block();
  body.add(breakIf(ge(unit, to)));
  const first = body.let("first", rem(unit, units));
  const last = body.let("last", min(sub(add(first, to), unit), units));
  let rest: Expression = body.let("matrix", div(unit, units));
  const indices: Expression[] = [];
  for (const [axis, size] of [...batch.entries()].toReversed()) {
    const isOutermost = batch.slice(0, axis).every((outer) => outer === 1);
    indices.unshift(size === 1 ? constant("i32", 0) : isOutermost ? rest : body.let("index", rem(rest, size)));
    if (size !== 1 && !isOutermost) rest = body.let("rest", div(rest, size));
  }
  body.add(set(unit, add(unit, sub(last, first))));
  product(body, indices, first, last);
  block.add(loop(...body.statements));
}
