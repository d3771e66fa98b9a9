// Loads and stores of four lanes. Neighbours take one load, a repeated element is splatted, elements with stride 2 take two loads and a
// shuffle, and elements with any other stride are loaded lane by lane. uint8 is widened to int32, and bool to a mask. Neighbours are loaded
// as a whole vector even if there are fewer lanes (12 bytes past an element are readable). All other loads read only the lanes that there
// are, and stores write only these.
import type { Access, Store } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import {
  add,
  and,
  bitmask,
  callTo,
  constant,
  laneOf,
  load,
  ltUnsigned,
  mul,
  ne,
  neg,
  not,
  shuffle,
  splat,
  store,
  storeLanes,
  withLane,
} from "../../loops/build.ts";
import type { Expression, Memory } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { BodyValue, DataIndex, Points } from "./points.ts";

const isByte = ({ element }: Memory): boolean => element === "u8";
const vectorOf = ({ element }: Memory) => (element === "f32" ? "f32x4" : "i32x4") as "f32x4" | "i32x4";

/** Turns 0 and 1 into masks if the dtype is bool. */
const masked = (value: Expression, dtype: DType): Expression => (dtype === "bool" ? neg(value) : value);

/** The index of an element, counted from lane 0's. */
type At = (elements: number) => Expression;

/** Elements 0, 2, 4, 6. The second load starts at element 3, so that nothing past element 6 is read. */
const strideTwo = (memory: Memory, at: At): Expression =>
  shuffle(load(memory, at(0), vectorOf(memory)), load(memory, at(3), vectorOf(memory)), [0, 2, 5, 7]);

/** Elements with stride 2 from whole vectors that other accesses of the kernel share (Points.pair); null if there are none. */
function strideTwoFromPair(points: Points, access: Access, elements: number): Expression | null {
  const { lanes } = points;
  const low = points.pair?.(access, elements);
  if (!low) return null;
  const first = low.odd ? 1 : 0;
  const high = lanes > 2 ? points.pair?.(access, elements + 4) : low;
  if (!high) return null;
  return masked(shuffle(low.vector, high.vector, [first, first + 2, first + 4, first + 6]), access.buffer.dtype);
}

/** Each lane from its own index; lanes past `lanes` are 0. */
function separate(memory: Memory, dtype: DType, lanes: number, at: (lane: number) => Expression): Expression {
  let result: Expression = constant(vectorOf(memory), 0);
  for (let lane = 0; lane < lanes; lane++) result = withLane(result, lane, load(memory, at(lane)));
  return masked(result, dtype);
}

/** Lanes that are `step` elements from each other. */
function strided(memory: Memory, dtype: DType, lanes: number, step: number, at: At): Expression {
  if (step === 0 || lanes === 1) return masked(splat(load(memory, at(0))), dtype);
  if (step === 1) return masked(load(memory, at(0), vectorOf(memory)), dtype);
  if (step === 2 && lanes === 4 && !isByte(memory)) return strideTwo(memory, at);
  return separate(memory, dtype, lanes, (lane) => at(lane * step));
}

/** Stores the first `lanes` lanes, `step` elements from each other. */
function storeStrided(
  points: Points,
  memory: Memory,
  dtype: DType,
  value: Expression,
  lanes: number,
  step: number,
  at: At,
): void {
  const { block } = points;
  const whole = dtype === "bool" ? block.let("bytes", and(value, 1)) : value;
  const together = isByte(memory) ? step === 1 && lanes === 4 : step === 1 && lanes > 1;
  if (together) block.add(storeLanes(memory, at(0), whole, lanes));
  else for (let lane = 0; lane < lanes; lane++) block.add(store(memory, at(lane * step), laneOf(whole, lane)));
}

/** The lanes of a data index, with 0 in place of those that are out of range; each of these is reported (the table keeps the first). */
function checked({ block, failures, lanes }: Points, { index, size, site }: DataIndex): Expression {
  const inside = block.let("inside", ltUnsigned(index.value, size));
  const result = block.let("index", and(inside, index.value));
  const count = index.uniform ? 1 : lanes;
  const all = 2 ** count - 1;
  block.if(ne(and(bitmask(inside), all), all), (inner) => {
    for (let lane = 0; lane < count; lane++)
      inner.if(not(laneOf(inside, lane)), (outside) =>
        outside.add(callTo("report", failures.table, constant("i32", site), laneOf(index.value, lane))),
      );
  });
  return result;
}

/** The index of a lane's element, which data decides. */
function indexByData(points: Points, access: Access, data: DataIndex): (lane: number, elements: number) => Expression {
  const index = checked(points, data);
  const lane = (of: number) => laneOf(index, data.index.uniform ? 0 : of);
  return (of, elements) => add(points.index(access, elements), mul(lane(of), data.stride));
}

export function constantLanes(value: number, dtype: DType): Expression {
  if (dtype === "float32") return constant("f32x4", value);
  return constant("i32x4", dtype === "bool" ? (value === 0 ? 0 : -1) : dtype === "uint8" ? value & 255 : value);
}

export function positionLanes(points: Points, offset: number, strides: readonly number[]): Expression {
  const step = points.stride(strides);
  const first = splat(points.position(offset, strides));
  return step === 0 ? first : add(first, constant("i32x4", 0, step, 2 * step, 3 * step));
}

export function loadVector(points: Points, access: Access, elements: number, data: DataIndex | null): Expression {
  const { block, lanes } = points;
  const { dtype } = access.buffer;
  const memory = points.memory(access.buffer);
  const step = points.stride(access.strides);
  if (data === null) {
    const shared = step === 2 && lanes > 1 ? strideTwoFromPair(points, access, elements) : null;
    return block.let(
      "x",
      shared ?? strided(memory, dtype, lanes, step, (more) => points.index(access, elements + more)),
    );
  }
  const index = indexByData(points, access, data);
  if (!data.index.uniform)
    return block.let(
      "x",
      separate(memory, dtype, lanes, (lane) => index(lane, elements + lane * step)),
    );
  const first = block.let("at", index(0, elements));
  return block.let(
    "x",
    strided(memory, dtype, lanes, step, (more) => add(first, more)),
  );
}

export function storeVector(
  points: Points,
  access: Access,
  { value }: BodyValue,
  mode: Store["mode"],
  data: DataIndex | null,
): void {
  const { block, lanes } = points;
  const { dtype } = access.buffer;
  const memory = points.memory(access.buffer);
  const step = points.stride(access.strides);
  const write = (count: number, stored: Expression, at: At) => {
    const sum = () => block.let("sum", added(dtype, stored, strided(memory, dtype, count, step, at)));
    storeStrided(points, memory, dtype, mode === "set" ? stored : sum(), count, step, at);
  };
  if (data === null) {
    write(lanes, value, (more) => points.index(access, more));
    return;
  }
  const index = indexByData(points, access, data);
  if (data.index.uniform) {
    const first = block.let("at", index(0, 0));
    write(lanes, value, (more) => add(first, more));
    return;
  }
  for (let lane = 0; lane < lanes; lane++) {
    const first = block.let("at", index(lane, lane * step));
    const own = lane === 0 ? value : block.let("lane", shuffle(value, value, [lane, lane, lane, lane]));
    write(1, own, (more) => add(first, more));
  }
}

/** The sum of a value and the one before it, wrapped to the dtype. */
function added(dtype: DType, value: Expression, before: Expression): Expression {
  if (dtype === "bool") throw internal("bools do not add");
  const sum = add(before, value);
  return dtype === "uint8" ? and(sum, 255) : sum;
}
