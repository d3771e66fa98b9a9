// The loops of the kernel "matmul": its product is computed for each matrix of the batch, and its epilogue finishes the sums.
import type { Access, Buffer } from "../../../compiler/kernel.ts";
import { Block } from "../../../loops/block.ts";
import { add, breakIf, constant, div, ge, loop, min, mul, rem, set, sub, variable } from "../../../loops/build.ts";
import type { Expression, Memory, Routine, Variable } from "../../../loops/program.ts";
import type { Failures } from "../../body/points.ts";
import { memoryOf } from "../../routine.ts";
import { type Finisher, finisherOf, type ManyFinisher, rowFinisherOf } from "../finisher.ts";
import type { Operand } from "../tile.ts";
import { addMatmul } from "./build.ts";
import type { FinishedRow } from "./rows.ts";
import type { MatmulSchedule } from "./schedule.ts";
import type { MatmulPlace } from "./tile.ts";

/** The routine of a matrix product. Its last parameter is the table to which an index out of range is reported. */
export function matmulRoutine(schedule: MatmulSchedule, failures: Failures): Routine {
  const { kernel, buffers, units, spec, plan, batch, matrices, a, b, target } = schedule;
  const { name, epilogue } = kernel;
  const memories = new Map(buffers.map((buffer) => [buffer, memoryOf(buffer)]));
  const scratch: Memory = { name: "scratch", element: "f32" };
  const lane = batch.length + (target.transposed ? 0 : 1);
  const inRows = spec.sums === "rows";
  const ofEpilogue = { epilogue, lane, memories, failures };
  const finisher = inRows ? null : finisherOf({ ...ofEpilogue, direct: target.store });
  const rows = inRows ? rowFinisherOf(ofEpilogue) : null;
  const [from, to] = [variable("from"), variable("to")];
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
      ...(rows && { finishRow: finishRowOf(rows, indices, target.transposed) }),
    };
    if (matrices === 1) addMatmul(inner, problem, first, last);
    else inner.outline("product", (own) => addMatmul(own, problem, first, last));
  };
  const first = batch.map(() => constant("i32", 0));
  if (units > 0 && matrices === 1) product(block, first, from, to);
  else if (units > 0) addMatrices(block, { from, to, units: plan.units, batch }, product);
  return {
    name,
    memories: [...memories.values(), scratch],
    parameters: [from, to, failures.table],
    body: block.statements,
  };
}

/** `finish` of the product of one matrix. */
const finishOf =
  (finisher: Finisher, matrix: readonly Expression[], transposed: boolean) =>
  (block: Block, { value, row, column, lanes }: MatmulPlace): Expression | null =>
    finisher(block, { value, indices: indicesOf(matrix, transposed, row, column), lanes, apart: 1 });

/** The indices of an element of C in the epilogue's axes. */
const indicesOf = (matrix: readonly Expression[], transposed: boolean, row: Expression, column: Expression) => [
  ...matrix,
  ...(transposed ? [column, row] : [row, column]),
];

/** `finishRow` of the product of one matrix. */
const finishRowOf = (
  { vectors, add: finish }: ManyFinisher,
  matrix: readonly Expression[],
  transposed: boolean,
): FinishedRow => ({
  vectors,
  add: (block, { values, row, column, lanes }) =>
    finish(
      block,
      values.map((value, v) => ({
        value,
        indices: indicesOf(matrix, transposed, row, add(column, 4 * v)),
        lanes: v === values.length - 1 ? lanes : 4,
        apart: 1,
      })),
    ),
});

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
