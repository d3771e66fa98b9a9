// Random loop nests: any axes, layouts (permuted, broadcast, reversed, with gaps), dtypes, bodies, reductions and epilogues. Floats are
// multiples of 1/8, so that sums and products are exact and both sides must agree to the bit; ops that are not exact (exp, ...) come last,
// and their results are only stored.
import {
  type Access,
  type Axis,
  type Buffer,
  type ElementwiseName,
  type Instruction,
  type Loops,
  noLines,
  type Reduction,
  type Scan,
  type Store,
} from "../../../src/compiler/kernel.ts";
import type { DType } from "../../../src/tensor/dtype.ts";
import { Buffers } from "./one-nest.ts";

export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b9) ^ 0x2545f491;
    for (let i = 0; i < 4; i++) this.next();
  }
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0;
    return (this.#state >>> 8) / 2 ** 24;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
  chance(probability: number): boolean {
    return this.next() < probability;
  }
  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, key: this.next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  }
}

const floats: readonly DType[] = ["float32", "float64"];
const special = [Number.NaN, Infinity, -Infinity, 0, -0];

function number(random: Random, dtype: DType): number {
  switch (dtype) {
    case "float32":
    case "float64":
      return random.chance(0.02) ? random.pick(special) : (random.below(129) - 64) / 8;
    case "int32":
      return random.chance(0.05) ? random.below(2 ** 31) * (random.chance(0.5) ? 2 : -2) : random.below(41) - 20;
    case "uint8":
      return random.below(256);
    case "bool":
      return random.below(2);
    default:
      return dtype satisfies never;
  }
}

/** Exact ops of a dtype, by their operands: x is any value of the dtype, b a bool. */
const exact: Record<DType, readonly (readonly [ElementwiseName, string])[]> = {
  float32: [
    ...(["neg", "abs", "sign", "floor", "round"] as const).map((op) => [op, "x"] as const),
    ...(["add", "sub", "mul", "maximum", "minimum"] as const).map((op) => [op, "xx"] as const),
    ["where", "bxx"],
  ],
  float64: [],
  int32: [
    ...(["neg", "abs", "sign"] as const).map((op) => [op, "x"] as const),
    ["bitwiseAnd", "xx"],
    ...(["add", "sub", "mul", "maximum", "minimum", "pow"] as const).map((op) => [op, "xx"] as const),
    ["where", "bxx"],
  ],
  uint8: [],
  bool: [
    ["mul", "xx"],
    ["maximum", "xx"],
    ["minimum", "xx"],
    ["where", "bxx"],
  ],
};
const opsOf = (dtype: DType) => exact[dtype === "float64" ? "float32" : dtype === "uint8" ? "int32" : dtype];
const last: readonly (readonly [ElementwiseName, string])[] = [
  ...(["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "atan", "erf", "tanh", "sigmoid"] as const).map(
    (op) => [op, "x"] as const,
  ),
  ["div", "xx"],
  ["pow", "xx"],
];

interface Made {
  readonly dtype: DType;
  /** Values that are not exact, which are only stored. */
  readonly rough: boolean;
  /** Values of the body, which the epilogue may not use. */
  readonly body: boolean;
}

class Maker {
  readonly random: Random;
  readonly buffers = new Buffers();
  readonly values: Made[] = [];
  readonly dtypes: readonly DType[];
  constructor(random: Random, double: boolean) {
    this.random = random;
    this.dtypes = double
      ? ["float64", "float64", "float32", "int32", "uint8", "bool"]
      : ["float32", "float32", "float32", "int32", "uint8", "bool"];
  }

  /** Strides with which elements along the given axes do not overlap, in any order, forwards and backwards; all other strides are 0. */
  layout(axes: readonly Axis[], used: readonly number[]): { strides: number[]; offset: number; size: number } {
    const { random } = this;
    const strides = axes.map(() => 0);
    let [size, offset] = [random.chance(0.15) ? 2 : random.chance(0.1) ? 3 : 1, 0];
    const order = random.chance(0.6) ? used.toReversed() : random.shuffled(used);
    for (const axis of order) {
      const extent = Math.max(axes[axis].size, 1) + (random.chance(0.1) ? 1 : 0);
      strides[axis] = size;
      if (random.chance(0.12)) {
        strides[axis] = -size;
        offset += size * (Math.max(axes[axis].size, 1) - 1);
      }
      size *= extent;
    }
    return { strides, offset, size };
  }

  filled(dtype: DType, size: number, value = () => number(this.random, dtype)): Buffer {
    return this.buffers.add(dtype, Array.from({ length: size }, value));
  }

  load(axes: readonly Axis[], dtype: DType): Instruction {
    const used = axes.map((_, axis) => axis).filter(() => this.random.chance(0.75));
    const { strides, offset, size } = this.layout(axes, used);
    const first = this.random.below(3);
    const access = { buffer: this.filled(dtype, size + first), offset: offset + first, strides };
    return { kind: "load", access, dtype };
  }

  /** A value of the body or, with `after`, one that the epilogue may use. */
  some(dtype: DType | null, after: boolean): number | null {
    const fitting = [...this.values.entries()].filter(
      ([, value]) => (dtype === null || value.dtype === dtype) && !value.rough && !(after && value.body),
    );
    return fitting.length === 0 ? null : this.random.pick(fitting)[0];
  }

  instructions(axes: readonly Axis[], after: boolean): Instruction[] {
    const { random } = this;
    const made: Instruction[] = [];
    const push = (instruction: Instruction, rough = false) => {
      made.push(instruction);
      this.values.push({ dtype: instruction.dtype, rough, body: !after });
    };
    for (const _ of Array.from({ length: (after ? 0 : 1) + random.below(3) }))
      push(this.load(axes, random.pick(this.dtypes)));
    if (random.chance(0.4)) {
      const dtype = random.pick(this.dtypes);
      push({ kind: "constant", value: number(random, dtype), dtype });
    }
    if (random.chance(0.2)) {
      const strides = axes.map(() => random.below(5) - 1);
      push({ kind: "position", offset: random.below(3), strides, dtype: "int32" });
    }
    for (let i = random.below(5); i > 0; i--) this.operation(push, after);
    return made;
  }

  operation(push: (instruction: Instruction, rough?: boolean) => void, after: boolean): void {
    const { random } = this;
    const value = this.some(null, after);
    if (value === null) return;
    const { dtype } = this.values[value];
    const op = (name: ElementwiseName, takes: string, to: DType, rough = false) => {
      const operands = [...takes].map((kind) => (kind === "x" ? this.some(dtype, after) : this.some("bool", after)));
      if (operands.every((operand) => operand !== null)) push({ kind: "op", op: name, operands, dtype: to }, rough);
    };
    const kind = random.next();
    if (kind < 0.2) op(random.pick(["eq", "lt", "le"] as const), "xx", "bool");
    else if (kind < 0.35) {
      const to = random.pick(this.dtypes);
      op("cast", "x", to);
    } else if (kind < 0.5 && floats.includes(dtype)) op(...random.pick(last), dtype, true);
    else op(...random.pick(opsOf(dtype)), dtype);
  }

  /** Stores of values to elements that no two points along the axes share. */
  stores(axes: readonly Axis[], after: boolean): Store[] {
    const fitting = [...this.values.entries()].filter(([, { body }]) => !(after && body));
    return Array.from({ length: 1 + this.random.below(2) }, (): Store => {
      const [value, { dtype, rough }] = this.random.pick(fitting);
      const { strides, offset, size } = this.layout(
        axes,
        axes.map((_, axis) => axis),
      );
      const access = { buffer: this.filled(dtype, size), offset, strides };
      const adds = dtype !== "bool" && !rough && this.random.chance(0.2);
      return { access, value, mode: adds ? "add" : "set" };
    });
  }
}

const sizes = [0, 1, 2, 3, 5, 10, 17, 70];
const most = 4000;

function axesOf(random: Random, kinds: readonly Axis["kind"][]): Axis[] {
  let points = 1;
  return kinds.map((kind) => {
    const fitting = sizes.filter((size) => size * points <= most && (size > 0 || random.chance(0.1)));
    const size = random.pick(fitting);
    points *= Math.max(size, 1);
    return { size, kind };
  });
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

export interface Problem<K> {
  readonly kernel: K;
  readonly buffers: Buffers;
}

export function randomLoops(random: Random, double: boolean): Problem<Loops> {
  const maker = new Maker(random, double);
  const reducing = random.chance(0.5);
  const each = axesOf(random, times(random.below(4), "each" as const));
  const points = each.reduce((product, { size }) => product * Math.max(size, 1), 1);
  const reduced = reducing
    ? axesOf(random, times(1 + random.below(2), "reduce" as const)).map((axis) => ({
        ...axis,
        size: Math.min(axis.size, Math.max(Math.floor(Math.sqrt((2 * most) / points)), 1)),
      }))
    : [];
  const axes = [...each, ...reduced];
  const body = maker.instructions(axes, false);
  const reductions: Reduction[] = [];
  if (reducing) {
    const empty = reduced.some(({ size }) => size === 0);
    for (let i = 1 + random.below(2); i > 0; i--) {
      const value = maker.some(null, false) ?? 0;
      const { dtype } = maker.values[value];
      const sums = dtype === "bool" || dtype === "uint8" ? [] : (["sum", "sum"] as const);
      const combine = random.pick(empty ? sums : [...sums, "max" as const, "argmax" as const]);
      if (combine === undefined) continue;
      reductions.push({ combine, value, dtype: combine === "argmax" ? "int32" : dtype });
    }
  }
  const stores = reductions.length === 0 || random.chance(0.2) ? maker.stores(axes, false) : [];
  for (const { dtype } of reductions) maker.values.push({ dtype, rough: false, body: false });
  if (reductions.length === 0) {
    const plain = axes.map(({ size }): Axis => ({ size, kind: "each" }));
    const epilogue = { instructions: [], stores: [] };
    return {
      kernel: { kind: "loops", name: "nest", axes: plain, body, stores, reductions, epilogue },
      buffers: maker.buffers,
    };
  }
  const instructions = maker.instructions(each, true);
  const epilogue = { instructions, stores: maker.stores(each, true) };
  return { kernel: { kind: "loops", name: "nest", axes, body, stores, reductions, epilogue }, buffers: maker.buffers };
}

export function randomScan(random: Random, double: boolean): Problem<Scan> {
  const maker = new Maker(random, double);
  const axes = [...axesOf(random, times(random.below(3), "each" as const)), ...axesOf(random, ["serial"])];
  const body = maker.instructions(axes, false);
  const summable = [...maker.values.entries()].filter(([, { dtype, rough }]) => dtype !== "bool" && !rough);
  if (summable.length === 0) return randomScan(random, double);
  const [value, { dtype }] = random.pick(summable);
  const { strides, offset, size } = maker.layout(
    axes,
    axes.map((_, axis) => axis),
  );
  const store: Access = { buffer: maker.filled(dtype, size), offset, strides };
  const reductions = [{ combine: "sum", value, dtype } as const];
  return { kernel: { kind: "scan", name: "scan", axes, ...noLines, body, reductions, store }, buffers: maker.buffers };
}

/** Adds and sets at indices that data decides, and adds to elements that several points of serial axes share. */
export function randomScatter(random: Random, double: boolean): Problem<Loops> {
  const maker = new Maker(random, double);
  const axes = [
    ...axesOf(random, times(random.below(3), "each" as const)),
    ...axesOf(random, times(random.below(3), "serial" as const)),
  ];
  const body = maker.instructions(axes, false);
  const load = maker.load(axes, "int32");
  const limit = 1 + random.below(20);
  if (load.kind !== "load") throw new Error("a load");
  const indices = maker.buffers.data[load.access.buffer.index];
  for (const i of indices.keys()) indices[i] = random.below(limit);
  const index = maker.values.length;
  body.push(load);
  maker.values.push({ dtype: "int32", rough: false, body: true });

  const dtype = random.pick(maker.dtypes);
  const from = maker.layout(
    axes,
    axes.map((_, axis) => axis).filter(() => random.chance(0.5)),
  );
  const gathered = maker.filled(dtype, from.size * limit);
  const step = random.chance(0.5) ? from.size : 1;
  const indirection = { value: index, stride: step, size: limit };
  body.push({
    kind: "load",
    access: { buffer: gathered, offset: from.offset, strides: from.strides },
    indirection,
    dtype,
  });
  maker.values.push({ dtype, rough: false, body: true });

  const addable = [...maker.values.entries()].filter((entry) => entry[1].dtype !== "bool" && !entry[1].rough);
  const [value, made] = random.pick(addable);
  const serial = axes.map(({ kind, size }) => (kind === "serial" && size > 0 ? random.below(3) : 0));
  const reach = 1 + axes.reduce((sum, { size }, axis) => sum + Math.max(size - 1, 0) * serial[axis], 0);
  const each = axes.flatMap(({ kind }, axis) => (kind === "each" ? [axis] : []));
  const apart = maker.layout(axes, each);
  const decided = random.chance(0.6);
  const inner = decided ? reach * limit : reach;
  const scale = random.chance(0.5) || !decided ? inner : 1;
  const strides = axes.map((_, axis) => apart.strides[axis] * (scale === 1 ? 1 : inner) + serial[axis] * apart.size);
  const far = scale === 1 ? apart.size * inner : apart.size * inner + reach * apart.size;
  const access = {
    buffer: maker.filled(made.dtype, far + apart.size * inner),
    offset: apart.offset * (scale === 1 ? 1 : inner),
    strides: scale === 1 ? strides : axes.map((_, axis) => apart.strides[axis] * inner + serial[axis]),
  };
  const place = scale === 1 ? apart.size * reach : reach;
  const store: Store = {
    access,
    ...(decided ? { indirection: { value: index, stride: place, size: limit } } : {}),
    value,
    mode: "add",
  };
  const epilogue = { instructions: [], stores: [] };
  return {
    kernel: { kind: "loops", name: "scatter", axes, body, stores: [store], reductions: [], epilogue },
    buffers: maker.buffers,
  };
}
