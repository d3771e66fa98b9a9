// The meaning of kernels, as plain loops: the definition that tests compare fusion and backends with. Loads and stores go through typed
// arrays; a value of a body is rounded to its dtype by an array of one element; sums are taken in float64. Temporaries start with garbage,
// so that a read before the first write shows in the results.
import type {
  Access,
  Axis,
  Buffer,
  Convolution,
  Epilogue,
  Indirection,
  Instruction,
  Kernel,
  KernelProgram,
  Loops,
  Matmul,
  Reduction,
  Scan,
  Store,
  Topk,
} from "../../src/compiler/kernel.ts";
import { visitSteps } from "../../src/compiler/repeats.ts";
import { allocate, type DType, type NDArray, type TypedArray } from "../../src/tensor/dtype.ts";
import { adder, exceeds } from "../../src/tensor/op.ts";
import { threefry } from "../../src/tensor/ops/threefry.ts";
import { opOf, ops } from "../../src/tensor/ops.ts";
import { sizeOf } from "../../src/tensor/shape.ts";

type Memory = ReadonlyMap<Buffer, TypedArray>;
type Point = readonly number[];

/** Runs a program on copies of the arguments and states, and returns the results and the states' new contents. */
export function interpret(
  program: KernelProgram,
  args: readonly NDArray[],
  states: readonly NDArray[],
): { results: NDArray[]; states: NDArray[] } {
  const memory = new Map<Buffer, TypedArray>();
  const windows = program.buffers.filter(({ kind }) => kind === "window");
  for (const buffer of program.buffers)
    if (buffer.kind !== "window") memory.set(buffer, contents(buffer, args, states));
  visitSteps(program, {
    kernel: (at) => runKernel(program.kernels[at], memory),
    begin: (loop, place) => moveWindows(windows, loop, place, memory),
  });
  const read = ({ shape, dtype }: NDArray | Buffer, buffer: Buffer): NDArray => ({
    shape,
    dtype,
    data: dataOf(memory, buffer).slice(),
  });
  const after = states.map((state, index) => {
    const home = program.buffers.find((buffer) => buffer.kind === "state" && buffer.index === index);
    return home === undefined ? state : read(state, home);
  });
  return { results: program.results.map((buffer) => read(buffer, buffer)), states: after };
}

/** Moves the windows of a loop to a place, and with them the windows of loops inside, whose owners they are. */
function moveWindows(windows: readonly Buffer[], repeat: number, place: number, memory: Map<Buffer, TypedArray>): void {
  for (const buffer of windows) {
    const { window, shape } = buffer;
    if (window?.repeat !== repeat) continue;
    const size = sizeOf(shape);
    memory.set(buffer, dataOf(memory, window.of).subarray(place * size, (place + 1) * size));
  }
}

function contents(buffer: Buffer, args: readonly NDArray[], states: readonly NDArray[]): TypedArray {
  if (buffer.kind === "temporary") {
    const garbage = buffer.dtype === "float32" || buffer.dtype === "float64" ? Number.NaN : 0x5a;
    return allocate(buffer.dtype, sizeOf(buffer.shape)).fill(garbage);
  }
  const given = (buffer.kind === "argument" ? args : states)[buffer.index];
  if (given.dtype !== buffer.dtype || given.data.length !== sizeOf(buffer.shape))
    throw new Error(`${buffer.name} is ${buffer.dtype}[${buffer.shape}], not ${given.dtype}[${given.shape}]`);
  return given.data.slice();
}

function dataOf(memory: Memory, buffer: Buffer): TypedArray {
  const data = memory.get(buffer);
  if (data === undefined) throw new Error(`${buffer.name} is not among the program's buffers`);
  return data;
}

const runners: { readonly [K in Kernel["kind"]]: (kernel: Extract<Kernel, { kind: K }>, memory: Memory) => void } = {
  loops: runLoops,
  scan: runScan,
  matmul: runMatmul,
  convolution: runConvolution,
  topk: runTopk,
};

function runKernel(kernel: Kernel, memory: Memory): void {
  runners[kernel.kind](kernel as never, memory);
}

/** Visits the points of an index space, the last axis fastest. */
function forEachPoint(axes: readonly Axis[], visit: (point: Point) => void): void {
  const total = sizeOf(axes.map(({ size }) => size));
  const point = axes.map(() => 0);
  for (let count = 0; count < total; count++) {
    visit(point);
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      if (++point[axis] < axes[axis].size) break;
      point[axis] = 0;
    }
  }
}

function placeOf({ offset, strides }: Pick<Access, "offset" | "strides">, point: Point): number {
  let place = offset;
  for (let axis = 0; axis < strides.length; axis++) place += strides[axis] * (point[axis] ?? 0);
  return place;
}

function at(data: TypedArray, place: number, { name }: Buffer): number {
  if (!Number.isInteger(place) || place < 0 || place >= data.length)
    throw new Error(`${name}[${place}] is outside of 0 to ${data.length - 1}`);
  return data[place];
}

function displacement(call: string, indirection: Indirection | undefined, values: readonly number[]): number {
  if (indirection === undefined) return 0;
  const { value, stride, size } = indirection;
  const index = values[value];
  if (!(index >= 0 && index < size)) throw new Error(`${call}: index ${index} is outside of 0 to ${size - 1}`);
  return index * stride;
}

/** An array of one element of each dtype, which rounds. */
const cells = new Map<DType, TypedArray>();

function rounded(dtype: DType, value: number): number {
  let cell = cells.get(dtype);
  if (cell === undefined) cells.set(dtype, (cell = allocate(dtype, 1)));
  cell[0] = value;
  return cell[0];
}

type Op = Extract<Instruction, { kind: "op" }>;

/** The arrays of one element that an op reads and writes, at each point of its kernel the same ones. */
const operandsOf = new WeakMap<Op, { readonly operands: readonly NDArray[]; readonly result: NDArray }>();

function evaluateOp(op: Op, values: readonly number[], dtypes: readonly DType[]): number {
  let arrays = operandsOf.get(op);
  if (arrays === undefined) {
    const one = (dtype: DType): NDArray => ({ shape: [1], dtype, data: allocate(dtype, 1) });
    arrays = { operands: op.operands.map((operand) => one(dtypes[operand])), result: one(op.dtype) };
    operandsOf.set(op, arrays);
  }
  const { operands, result } = arrays;
  for (let i = 0; i < operands.length; i++) operands[i].data[0] = values[op.operands[i]];
  opOf(op.op).evaluate(result, operands, { dtype: op.dtype });
  return result.data[0];
}

/** Appends the value of each instruction; `dtypes` grows alongside. */
function evaluate(
  instructions: readonly Instruction[],
  point: Point,
  memory: Memory,
  values: number[],
  dtypes: DType[],
): void {
  const load = (access: Access, extra = 0) =>
    at(dataOf(memory, access.buffer), placeOf(access, point) + extra, access.buffer);
  const computed = (instruction: Instruction): number => {
    switch (instruction.kind) {
      case "load":
        return load(instruction.access, displacement("gather", instruction.indirection, values));
      case "constant":
        return rounded(instruction.dtype, instruction.value);
      case "position":
        return placeOf(instruction, point) | 0;
      case "randomBits": {
        const { key, counter, first, bits } = instruction;
        const place = values[instruction.position] + (first ? load(first) : 0);
        const words = threefry(load(key), load(key, 1), Math.floor(place / 2), load(counter));
        return bits === 32 ? words[place % 2] : words[place % 2] >>> (32 - bits);
      }
      case "op":
        return evaluateOp(instruction, values, dtypes);
      default:
        return instruction satisfies never;
    }
  };
  for (const instruction of instructions) {
    values.push(computed(instruction));
    dtypes.push(instruction.dtype);
  }
}

function write(stores: readonly Store[], point: Point, memory: Memory, values: readonly number[]): void {
  for (const { access, indirection, value, mode } of stores) {
    const place = placeOf(access, point) + displacement("scatterAdd", indirection, values);
    const data = dataOf(memory, access.buffer);
    const before = at(data, place, access.buffer);
    data[place] = mode === "set" ? values[value] : before + values[value];
  }
}

interface Accumulator {
  total: number;
  best: number;
  place: number;
}

function combine({ combine, value, dtype }: Reduction, so: Accumulator, values: readonly number[], place: number) {
  const x = values[value];
  if (combine === "sum") so.total = adder(dtype)(so.total, x);
  else if (place === 0 || exceeds(x, so.best)) {
    so.best = x;
    so.place = place;
  }
}

function reducedValue({ combine, dtype }: Reduction, { total, best, place }: Accumulator): number {
  switch (combine) {
    case "sum":
      return rounded(dtype, total);
    case "max":
      return best;
    case "argmax":
      return place;
    default:
      return combine satisfies never;
  }
}

function runLoops({ axes, body, stores, reductions, epilogue }: Loops, memory: Memory): void {
  const outer = axes.filter(({ kind }) => kind !== "reduce");
  const inner = axes.filter(({ kind }) => kind === "reduce");
  forEachPoint(outer, (point) => {
    const sums = reductions.map((): Accumulator => ({ total: 0, best: Number.NaN, place: 0 }));
    let place = 0;
    forEachPoint(inner, (reduced) => {
      const values: number[] = [];
      const all = [...point, ...reduced];
      evaluate(body, all, memory, values, []);
      write(stores, all, memory, values);
      reductions.forEach((reduction, i) => {
        combine(reduction, sums[i], values, place);
      });
      place++;
    });
    const none = new Array<number>(body.length).fill(Number.NaN);
    const values = [...none, ...reductions.map((reduction, i) => reducedValue(reduction, sums[i]))];
    const dtypes = [...body.map(({ dtype }) => dtype), ...reductions.map(({ dtype }) => dtype)];
    finish(epilogue, point, memory, values, dtypes);
  });
}

function finish(epilogue: Epilogue, point: Point, memory: Memory, values: number[], dtypes: DType[]): void {
  evaluate(epilogue.instructions, point, memory, values, dtypes);
  write(epilogue.stores, point, memory, values);
}

function runScan({ axes, body, reductions: [{ value }], store }: Scan, memory: Memory): void {
  const add = adder(store.buffer.dtype);
  let total = 0;
  forEachPoint(axes, (point) => {
    const values: number[] = [];
    evaluate(body, point, memory, values, []);
    total = add(point.at(-1) === 0 ? 0 : total, values[value]);
    dataOf(memory, store.buffer)[placeOf(store, point)] = total;
  });
}

function runMatmul({ axes, a, b, epilogue }: Matmul, memory: Memory): void {
  const k = axes[axes.length - 1].size;
  const left = dataOf(memory, a.buffer);
  const right = dataOf(memory, b.buffer);
  const [stepA, stepB] = [a.strides[axes.length - 1], b.strides[axes.length - 1]];
  forEachPoint(axes.slice(0, -1), (point) => {
    let total = 0;
    for (let i = 0, p = placeOf(a, point), q = placeOf(b, point); i < k; i++, p += stepA, q += stepB) {
      total += at(left, p, a.buffer) * at(right, q, b.buffer);
    }
    finish(epilogue, point, memory, [Math.fround(total)], ["float32"]);
  });
}

function runConvolution(kernel: Convolution, memory: Memory): void {
  const { axes, channels, size, kernel: taps, stride, padding, inputDilation, kernelDilation, x, w, epilogue } = kernel;
  const image = dataOf(memory, x.buffer);
  const weight = dataOf(memory, w.buffer);
  /** The index of an element of x; -1 in the padding and between the elements of a dilated input, where x is 0. */
  const meet = (position: number, tap: number, dim: 0 | 1): number => {
    const place = (position * stride[dim] + tap * kernelDilation[dim] - padding[dim]) / inputDilation[dim];
    return Number.isInteger(place) && place >= 0 && place < size[dim] ? place : -1;
  };
  forEachPoint(axes, (point) => {
    const [n, group, output, row, column] = point;
    const rows = Array.from({ length: taps[0] }, (_, i) => meet(row, i, 0));
    const columns = Array.from({ length: taps[1] }, (_, j) => meet(column, j, 1));
    let total = 0;
    for (let channel = 0; channel < channels; channel++) {
      const pixels = placeOf(x, [n, group, channel]);
      const kernels = placeOf(w, [group, output, channel]);
      for (let i = 0; i < taps[0]; i++) {
        for (let j = 0; j < taps[1]; j++) {
          const [r, c] = [rows[i], columns[j]];
          const pixel = r < 0 || c < 0 ? 0 : at(image, pixels + r * x.strides[3] + c * x.strides[4], x.buffer);
          total += pixel * at(weight, kernels + i * w.strides[3] + j * w.strides[4], w.buffer);
        }
      }
    }
    finish(epilogue, point, memory, [Math.fround(total)], ["float32"]);
  });
}

function runTopk({ axes, x, y, size, k }: Topk, memory: Memory): void {
  forEachPoint(axes, (point) => {
    const from = dataOf(memory, x.buffer);
    const line = allocate(x.buffer.dtype, size).map((_, i) => at(from, placeOf(x, [...point, i]), x.buffer));
    const result: NDArray = { shape: [k], dtype: "int32", data: allocate("int32", k) };
    ops.topk.evaluate(result, [{ shape: [size], dtype: x.buffer.dtype, data: line }], { dim: 0, k });
    const to = dataOf(memory, y.buffer);
    result.data.forEach((place, i) => {
      to[placeOf(y, [...point, i])] = place;
    });
  });
}
