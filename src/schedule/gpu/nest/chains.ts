// Sums that add to many rows by an index, as the gradient of an embedding of 50,000 words: y[index[p]] += x[p]. A thread for each row that
// visits all points (owners.ts) would look at each point 50,000 times. So a first dispatch finds, for each point, the next one with the same index, and whether
// there is none before it. In a second one the first point of each index adds up its chain, in the order of the points:
//   index  3 0 3 3 1 0      next  2 5 3 – – –      first  0, 1 and 4
//   y[3] += x[0] + x[2] + x[3]      y[0] += x[1] + x[5]      y[1] += x[4]
import type { Instruction, Loops, Store, Value } from "../../../compiler/kernel.ts";
import { Block } from "../../../loops/block.ts";
import {
  add,
  and,
  breakIf,
  constant,
  eq,
  ge,
  load,
  loop,
  lt,
  ltUnsigned,
  mul,
  shiftRight,
  store,
} from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import { narrow, typeOf } from "../../body/form.ts";
import { sizeOf } from "../../nest/nest.ts";
import { type Dispatch, type GpuCut, type GpuLimits, wordBytes } from "../dispatch.ts";
import { digitsOf, eachItem } from "../items.ts";
import { Operands, type SiteNumber } from "../operands.ts";
import { type Indices, placeOf, pointOf } from "../points.ts";
import { addingStore, valueIn } from "./owners.ts";

/** With fewer rows a thread for each of them does less than two dispatches. */
const minRows = 256;

/** A sum by index. */
interface Chained {
  readonly kernel: Loops;
  readonly store: Store;
  readonly indirection: NonNullable<Store["indirection"]>;
  readonly each: readonly number[];
  /** Those of the axes "each" along which the index varies: the others share its chains. */
  readonly ofIndex: readonly number[];
  readonly serial: readonly number[];
  readonly points: number;
}

/** The two dispatches; null for a nest that is no sum by index, or one with few rows. */
export function cutChains(kernel: Loops, gpu: GpuLimits, site: SiteNumber, least: number = minRows): GpuCut | null {
  const chained = chainedOf(kernel);
  if (chained === null || chained.indirection.size < least) return null;
  const chains = sizeOf(chained.ofIndex.map((axis) => kernel.axes[axis]));
  const bytes = chains * chained.points * wordBytes;
  if (bytes > gpu.bindingBytes) return null;
  return { dispatches: [...linksOf(chained, gpu, site), ...sumsOf(chained, gpu, site)], scratch: [bytes] };
}

function chainedOf(kernel: Loops): Chained | null {
  const found = addingStore(kernel);
  const indirection = found?.store.indirection;
  if (found === null || indirection === undefined) return null;
  const { store: own, each, serial } = found;
  if (serial.some((axis) => own.access.strides[axis] !== 0)) return null;
  const varying = axesOf(kernel.body, indirection.value);
  const ofIndex = each.filter((axis) => varying === null || varying.has(axis));
  const points = sizeOf(serial.map((axis) => kernel.axes[axis]));
  return { kernel, store: own, indirection, each, ofIndex, serial, points };
}

/** The axes along which a value of the body may vary; null if that may be all. */
function axesOf(body: readonly Instruction[], value: Value): ReadonlySet<number> | null {
  const axes = new Set<number>();
  const walk = (of: Value): boolean => {
    const one = body[of];
    if (one.kind === "constant") return true;
    if (one.kind === "op") return one.operands.every(walk);
    if (one.kind === "randomBits") return false;
    const strides = one.kind === "load" ? one.access.strides : one.strides;
    for (const [axis, stride] of strides.entries()) if (stride !== 0) axes.add(axis);
    return one.kind !== "load" || one.indirection === undefined || walk(one.indirection.value);
  };
  return walk(value) ? axes : null;
}

const sizesOf = ({ axes }: Loops, own: readonly number[]): number[] => own.map((axis) => axes[axis].size);

/** The indices of a point's axes, by its number. */
const pointAt = (block: Block, { kernel, serial }: Chained, point: Expression): [number, Expression][] =>
  digitsOf(block, point, sizesOf(kernel, serial)).map((index, i) => [serial[i], index]);

const indexAt = (block: Block, chained: Chained, own: Indices, point: Expression, operands: Operands): Expression => {
  const all: Indices = new Map([...own, ...pointAt(block, chained, point)]);
  const { kernel, indirection } = chained;
  return valueIn(pointOf(block, all, operands), kernel.body, indirection.value, new Map()).value;
};

/** For each point: 2 · the next point of its chain, or the number of all points, plus 1 if it is the first of the chain. */
function linksOf(chained: Chained, gpu: GpuLimits, site: SiteNumber): Dispatch[] {
  const { kernel, ofIndex, points, indirection } = chained;
  const { size } = indirection;
  const operands = new Operands(site);
  const links = operands.scratch(0, "i32", "write");
  return eachItem(kernel.name, [...sizesOf(kernel, ofIndex), points], gpu, operands, (block, item) => {
    const indices: Indices = new Map(ofIndex.map((axis, i) => [axis, item.get(i) ?? constant("i32", 0)]));
    const point = item.get(ofIndex.length) ?? constant("i32", 0);
    const own = block.named("own", indexAt(block, chained, indices, point, operands));
    const next = block.let("next", constant("i32", points));
    const first = block.let("first", constant("i32", 1));
    const isOwn = (inner: Block, other: Expression) => eq(indexAt(inner, chained, indices, other, operands), own);
    block.if(
      ltUnsigned(own, size),
      (inside) => {
        inside.range("other", 0, point, (inner, other) => {
          inner.if(isOwn(inner, other), (same) => same.set(first, 0));
          inner.add(breakIf(eq(first, 0)));
        });
        inside.range("other", add(point, 1), points, (inner, other) => {
          inner.if(isOwn(inner, other), (same) => same.set(next, other));
          inner.add(breakIf(lt(next, points)));
        });
      },
      (outside) => {
        outside.set(first, 0);
        const { failures } = pointOf(outside, indices, operands);
        for (const one of failures.report?.(failures.site("scatterAdd", size), own) ?? []) outside.add(one);
      },
    );
    block.add(store(links, linkOf(chained, indices, point), add(mul(next, 2), first)));
  });
}

/** Where the link of a point is. */
function linkOf({ kernel, ofIndex, points }: Chained, indices: Indices, point: Expression): Expression {
  const chain = ofIndex.reduce<Expression>(
    (number, axis) => add(mul(number, kernel.axes[axis].size), indices.get(axis) ?? 0),
    constant("i32", 0),
  );
  return add(mul(chain, points), point);
}

/** The first point of each chain adds up its values. */
function sumsOf(chained: Chained, gpu: GpuLimits, site: SiteNumber): Dispatch[] {
  const { kernel, store: own, each, points, indirection } = chained;
  const operands = new Operands(site);
  const memory = operands.buffer(own.access.buffer, "write");
  const links = operands.scratch(0, "i32", "read");
  const { dtype } = own.access.buffer;
  return eachItem(kernel.name, [...sizesOf(kernel, each), points], gpu, operands, (block, item) => {
    const indices: Indices = new Map(each.map((axis, i) => [axis, item.get(i) ?? constant("i32", 0)]));
    const point = item.get(each.length) ?? constant("i32", 0);
    const link = block.let("link", load(links, linkOf(chained, indices, point)));
    block.if(and(link, 1), (first) => {
      const sum = first.let("sum", constant(typeOf("single", dtype), 0));
      const at = first.let("at", point);
      const following = first.let("following", link);
      const inner = new Block();
      const all: Indices = new Map([...indices, ...pointAt(inner, chained, at)]);
      const { value } = valueIn(pointOf(inner, all, operands), kernel.body, own.value, new Map());
      inner.set(sum, add(sum, value));
      inner.set(at, shiftRight(following, 1));
      inner.add(breakIf(ge(at, points)));
      inner.set(following, load(links, linkOf(chained, indices, at)));
      first.add(loop(...inner.statements));
      const row = first.named("row", indexAt(first, chained, indices, point, operands));
      const place = first.let("place", add(placeOf(own.access, indices), mul(row, indirection.stride)));
      first.add(store(memory, place, narrow(add(load(memory, place), sum), "single", dtype)));
    });
  });
}
