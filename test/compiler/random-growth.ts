// A random graph while it grows: its nodes so far, ways to find or make operands for the next op, and the numbers that the graph will run
// on. random-ops.ts adds the ops.
import { type Graph, type InputOf, input, type Node, node } from "../../src/compiler/graph.ts";
import { allocate, type DType, isFloating, type NDArray, type Type } from "../../src/tensor/dtype.ts";
import type { Attributes, OpName } from "../../src/tensor/ops.ts";
import { type Shape, sameShape, sizeOf } from "../../src/tensor/shape.ts";
import type { Draw } from "../tensor/draw.ts";

/** A graph with arguments and states to run it on. */
export interface Trial {
  readonly graph: Graph;
  readonly args: readonly NDArray[];
  readonly states: readonly NDArray[];
}

/** Arguments and states have at most this many elements. */
const maxInputElements = 800;

const dtypes = [
  ...Array<DType>(9).fill("float32"),
  ...(["float64", "float64", "int32", "int32", "uint8", "bool"] as const),
];

export class Growth {
  readonly draw: Draw;
  readonly #args: { readonly node: InputOf<"argument">; readonly value: NDArray }[] = [];
  readonly #states: { readonly node: InputOf<"state">; readonly value: NDArray }[] = [];
  readonly #nodes: Node[] = [];
  /** Shapes that new inputs often have, so that nodes can be operands of one op. */
  readonly #shapes: readonly Shape[];

  constructor(draw: Draw) {
    this.draw = draw;
    const shape = this.#shape();
    this.#shapes = [shape, shape, draw.partner(shape), this.#shape()];
  }

  get all(): readonly Node[] {
    return [...[...this.#args, ...this.#states].map((one) => one.node), ...this.#nodes];
  }

  #shape(): number[] {
    const { draw } = this;
    const rank = draw.pick([0, 1, 1, 2, 2, 2, 3, 3, 4]);
    const size = () => draw.pick([1, 1, 2, 2, 3, 3, 4, 5, 6, 8, draw.whole(0, 3), draw.whole(7, 70)]);
    const shape = Array.from({ length: rank }, size);
    while (sizeOf(shape) > maxInputElements) shape[draw.whole(0, rank - 1)] = draw.whole(1, 3);
    return shape;
  }

  dtype(): DType {
    return this.draw.pick(dtypes);
  }

  /** A new argument, or sometimes a state. */
  input(type: Type, next: (() => number) | null = null): Node {
    if (this.draw.unit() < 0.25) {
      const state = input("state", this.#states.length, type);
      this.#states.push({ node: state, value: numbers(this.draw, type, next) });
      return state;
    }
    const argument = input("argument", this.#args.length, type);
    this.#args.push({ node: argument, value: numbers(this.draw, type, next) });
    return argument;
  }

  /** An argument with these numbers. */
  given(value: NDArray): Node {
    const argument = input("argument", this.#args.length, value);
    this.#args.push({ node: argument, value });
    return argument;
  }

  fresh(dtype = this.dtype()): Node {
    return this.input({ shape: this.draw.pick(this.#shapes), dtype });
  }

  add<N extends OpName>(op: N, inputs: readonly Node[], attributes: Attributes<N>): Node {
    const made = node<OpName>(op, inputs, attributes);
    this.#nodes.push(made);
    return made;
  }

  /** A node that fits, often the last one; a new input where no node fits. */
  some(fits: (n: Node) => boolean, otherwise: () => Node): Node {
    const found = this.all.filter(fits);
    if (found.length === 0) return otherwise();
    return this.draw.unit() < 0.25 ? found[found.length - 1] : this.draw.pick(found);
  }

  numeric(): Node {
    return this.some(
      ({ dtype }) => dtype !== "bool",
      () => this.fresh("float32"),
    );
  }
  floating(): Node {
    return this.some(
      ({ dtype }) => isFloating(dtype),
      () => this.fresh("float32"),
    );
  }
  any(): Node {
    return this.some(
      () => true,
      () => this.fresh(),
    );
  }

  /** Another node of this type: an existing one, or one that is converted to it. */
  like({ shape, dtype }: Type): Node {
    const { draw } = this;
    const ways: (() => Node | null)[] = [
      () => this.#find((n) => n.dtype === dtype && sameShape(n.shape, shape)),
      () => this.#find((n) => n.dtype === dtype && sameShape(n.shape, shape)),
      () => {
        const found = this.#find((n) => n.dtype === dtype && broadcasts(n.shape, shape));
        return found && this.add("expand", [found], { shape });
      },
      () => {
        const found = this.#find((n) => n.dtype === dtype && sizeOf(n.shape) === sizeOf(shape));
        return found && this.add("reshape", [found], { shape });
      },
      () => {
        const found = this.#find((n) => n.dtype !== dtype && sameShape(n.shape, shape));
        return found && this.add("cast", [found], { dtype });
      },
      () => this.add("expand", [this.input({ shape: draw.partner(shape), dtype })], { shape }),
      () => this.add("full", [], { shape, dtype, value: constant(draw, dtype) }),
    ];
    return draw.pick(ways)() ?? this.input({ shape, dtype });
  }

  #find(fits: (n: Node) => boolean): Node | null {
    const found = this.all.filter(fits);
    return found.length === 0 ? null : this.draw.pick(found);
  }

  /** Indices from 0 to size - 1. */
  places(shape: Shape, size: number): Node {
    const { draw } = this;
    const next = () => draw.whole(0, Math.max(size - 1, 0));
    if (draw.unit() < 0.3 && shape.length > 0) {
      const turned = this.input({ shape: [...shape].reverse(), dtype: "int32" }, next);
      return this.add("permute", [turned], { dims: shape.map((_, dim) => shape.length - 1 - dim) });
    }
    return this.input({ shape, dtype: "int32" }, next);
  }

  finish(): Trial {
    const { draw } = this;
    const all = this.all;
    const results = Array.from(
      { length: draw.whole(1, 3) },
      () => all[Math.max(draw.whole(0, all.length - 1), draw.whole(0, all.length - 1))],
    );
    const last = this.#nodes.at(-1);
    if (last) results.push(last);
    const updates = this.#states.flatMap(({ node: state }) => {
      const fitting = all.filter((n) => n !== state && n.dtype === state.dtype && sameShape(n.shape, state.shape));
      return fitting.length > 0 && draw.unit() < 0.8 ? [{ state, value: draw.pick(fitting) }] : [];
    });
    return {
      graph: { nodes: all, updates, results },
      args: this.#args.map(({ value }) => value),
      states: this.#states.map(({ value }) => value),
    };
  }
}

const broadcasts = (from: Shape, to: Shape): boolean =>
  from.length <= to.length && from.every((n, dim) => n === 1 || n === to[dim + to.length - from.length]);

const special = [Number.NaN, Infinity, -Infinity, -0, 0, 1e-40, -1e-45, 3e38, -1, 1];

/** A value for a constant. */
export function constant(draw: Draw, dtype: DType): number {
  if (dtype === "bool") return draw.whole(0, 1);
  if (!isFloating(dtype)) return draw.pick([0, 1, 2, 3, dtype === "uint8" ? 255 : -1]);
  return draw.pick([0, -0, 1, -1, 2, 0.5, 3, 0.1, draw.unit() < 0.1 ? draw.pick(special) : 1.25]);
}

function numbers(draw: Draw, { shape, dtype }: Type, next: (() => number) | null): NDArray {
  const data = allocate(dtype, sizeOf(shape));
  const unusual = draw.unit() < 0.12;
  const whole = draw.unit() < 0.2;
  const moderate: Readonly<Record<DType, () => number>> = {
    float32: () => (whole ? draw.whole(-3, 3) : (draw.unit() - 0.5) * 6),
    float64: () => (whole ? draw.whole(-3, 3) : (draw.unit() - 0.5) * 6),
    int32: () => (unusual ? draw.whole(-(2 ** 31), 2 ** 31 - 1) : draw.whole(-5, 5)),
    uint8: () => draw.whole(0, unusual ? 255 : 9),
    bool: () => draw.whole(0, 1),
  };
  for (let i = 0; i < data.length; i++) {
    const isSpecial = unusual && isFloating(dtype) && draw.unit() < 0.2;
    data[i] = next ? next() : isSpecial ? draw.pick(special) : moderate[dtype]();
  }
  return { shape, dtype, data };
}
