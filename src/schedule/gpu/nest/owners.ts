// Nests that add to memory, point after point: the gradient of gather, and overlapping windows that are put back. A thread that visited all
// points in their order would be right and slow. Here each element has a thread of its own, its owner, which adds up what belongs to it, so
// that no two threads store to one element and the order of each sum is fixed:
//   y[index[i]] += x[i]        y's owner of place p visits all i and adds x[i] where index[i] is p
//   y[2·w + t] += x[w, t]      y's owner of place p visits all t and adds x[w, t] with w = (p − t) / 2, if there is such a window
import type { Instruction, Loops, Store, Value } from "../../../compiler/kernel.ts";
import type { Block } from "../../../loops/block.ts";
import { add, and, constant, div, eq, load, ltUnsigned, mul, not, rem, store, sub } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import { valueOfInstruction } from "../../body/body.ts";
import { narrow, typeOf } from "../../body/form.ts";
import type { BodyValue, Points } from "../../body/points.ts";
import { sizeOf } from "../../nest/nest.ts";
import type { GpuCut, GpuLimits } from "../dispatch.ts";
import { eachItem } from "../items.ts";
import { Operands, type SiteNumber } from "../operands.ts";
import { type Indices, placeOf, pointOf } from "../points.ts";

/**
 * Owners of an indexed sum visit all its points. For one of 65 rows, as of letters, that is quick; sums with many rows are chains (chains.ts),
 * and with more rows than this a thread a column, which visits the points alone, does less in all.
 */
const maxOwnersOfIndex = 4096;
/** Fewer points are visited as quickly by one thread. */
const minPoints = 8;

/** What an owner does: the axes that it visits, and the one whose index follows from its place, if no data decides that. */
interface Owned {
  readonly kernel: Loops;
  readonly store: Store;
  readonly each: readonly number[];
  readonly visited: readonly number[];
  readonly solved: number | null;
  /** Elements of each point of the axes "each", and the distance between them. */
  readonly places: number;
  readonly stride: number;
}

/** The dispatches of a nest whose elements have owners; null if it has none. */
export function cutOwned(kernel: Loops, gpu: GpuLimits, site: SiteNumber): GpuCut | null {
  const owned = ownedOf(kernel);
  if (owned === null) return null;
  const { store: own, each, places } = owned;
  const operands = new Operands(site);
  const memory = operands.buffer(own.access.buffer, "write");
  const sizes = [...each.map((axis) => kernel.axes[axis].size), places];
  const dispatches = eachItem(kernel.name, sizes, gpu, operands, (block, item) => {
    const indices: Indices = new Map(each.map((axis, i) => [axis, item.get(i) ?? constant("i32", 0)]));
    const place = item.get(each.length) ?? constant("i32", 0);
    const { dtype } = own.access.buffer;
    const sum = block.let("sum", constant(typeOf("single", dtype), 0));
    visit(block, owned, indices, owned.visited, (inner, all) =>
      addOne(inner, owned, all, place, operands, (last, value) => last.set(sum, add(sum, value))),
    );
    const at = block.let("at", add(placeOf(own.access, indices), mul(place, owned.stride)));
    block.add(store(memory, at, narrow(add(load(memory, at), sum), "single", dtype)));
  });
  return { dispatches, scratch: [] };
}

/** The only store of a nest that adds to memory, with its axes "each" and "serial"; null if the nest is another one, or has few points. */
export function addingStore(
  kernel: Loops,
): { readonly store: Store; readonly each: readonly number[]; readonly serial: readonly number[] } | null {
  const { axes, stores, reductions } = kernel;
  const of = (kind: "each" | "serial") => axes.flatMap((axis, i) => (axis.kind === kind && axis.size !== 1 ? [i] : []));
  const [each, serial] = [of("each"), of("serial")];
  const [own, ...others] = stores;
  const readsItself = kernel.body.some((one) => one.kind === "load" && one.access.buffer === own?.access.buffer);
  if (own === undefined || others.length + reductions.length > 0 || own.mode !== "add" || readsItself) return null;
  if (sizeOf(serial.map((axis) => axes[axis])) < minPoints) return null;
  return { store: own, each, serial };
}

function ownedOf(kernel: Loops): Owned | null {
  const { axes } = kernel;
  const found = addingStore(kernel);
  if (found === null) return null;
  const { store: own, each, serial } = found;
  const strides = serial.map((axis) => own.access.strides[axis]);
  if (own.indirection !== undefined) {
    const { size, stride } = own.indirection;
    if (strides.some((one) => one !== 0) || size > maxOwnersOfIndex) return null;
    return { kernel, store: own, each, visited: serial, solved: null, places: size, stride };
  }
  const moving = serial.filter((axis) => own.access.strides[axis] !== 0);
  if (strides.some((one) => one < 0) || moving.length === 0) return null;
  const solved = moving.reduce((best, axis) => (own.access.strides[axis] > own.access.strides[best] ? axis : best));
  const stride = moving.map((axis) => own.access.strides[axis]).reduce(divisor);
  const reach = moving.reduce((sum, axis) => sum + (axes[axis].size - 1) * own.access.strides[axis], 0);
  const visited = serial.filter((axis) => axis !== solved);
  return { kernel, store: own, each, visited, solved, places: reach / stride + 1, stride };
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Loops over some axes. */
function visit(
  block: Block,
  owned: Owned,
  indices: Indices,
  axes: readonly number[],
  write: (inner: Block, all: Indices) => void,
): void {
  const [axis, ...others] = axes;
  if (axis === undefined) write(block, indices);
  else
    block.range("i", 0, owned.kernel.axes[axis].size, (inner, index) =>
      visit(inner, owned, new Map([...indices, [axis, index]]), others, write),
    );
}

/** Adds the value of one point, if it belongs to the owner of a place. */
function addOne(
  block: Block,
  { kernel, store: own, solved, stride }: Owned,
  indices: Indices,
  place: Expression,
  operands: Operands,
  addTo: (inner: Block, value: Expression) => void,
): void {
  const { axes, body } = kernel;
  if (own.indirection !== undefined) {
    const points = pointOf(block, indices, operands);
    const known = new Map<Value, BodyValue>();
    const index = block.named("index", valueIn(points, body, own.indirection.value, known).value);
    const { size } = own.indirection;
    // The first owner reports an index that has none.
    block.if(and(eq(place, 0), not(ltUnsigned(index, size))), (inner) => {
      const { failures } = points;
      for (const statement of failures.report?.(failures.site("scatterAdd", size), index) ?? []) inner.add(statement);
    });
    block.if(eq(index, place), (inner) =>
      addTo(inner, valueIn(pointOf(inner, indices, operands), body, own.value, new Map(known)).value),
    );
    return;
  }
  if (solved === null) return;
  const step = own.access.strides[solved] / stride;
  const others = [...indices].filter(([axis]) => axes[axis].kind === "serial");
  const before = others.reduce<Expression>(
    (sum, [axis, index]) => add(sum, mul(index, own.access.strides[axis] / stride)),
    constant("i32", 0),
  );
  const rest = block.let("rest", sub(place, before));
  // Below 0, a number without a sign is larger than every size.
  const isInside = ltUnsigned(rest, (axes[solved].size - 1) * step + 1);
  block.if(step === 1 ? isInside : and(isInside, eq(rem(rest, step), 0)), (inner) => {
    const all = new Map([...indices, [solved, inner.named("window", div(rest, step))]] as const);
    addTo(inner, valueIn(pointOf(inner, all, operands), body, own.value, new Map()).value);
  });
}

/** A value of the body, with only the instructions that it needs. */
export function valueIn(
  points: Points,
  body: readonly Instruction[],
  value: Value,
  known: Map<Value, BodyValue>,
): BodyValue {
  const before = known.get(value);
  if (before !== undefined) return before;
  const result = valueOfInstruction(points, body[value], (of) => valueIn(points, body, of, known));
  known.set(value, result);
  return result;
}
