// The straight-line part of a kernel: reads become loads, constants, positions or what is computed already, each only once.
import { internal } from "../../errors/error.ts";
import type { Access, Buffer, Instruction, Store, Value } from "../kernel.ts";
import { compose, joined, stridesAlong, type View, whole } from "../view.ts";
import { isAll, type Place, type Pointwise, type Random, type Read, type Step } from "./steps.ts";

/** Where what is computed lies. */
export interface Memory {
  bufferOf(step: Step): Buffer;
  /** Whether a kernel has to write it for others. */
  isStored(step: Step): boolean;
}

/** The axes of a kernel as far as these lines see them. */
export interface Space {
  /** As they divide the points in row-major order. */
  readonly sizes: readonly number[];
  /** Strides along those, for the kernel's axes. */
  arrange(strides: readonly number[]): readonly number[];
}

export class Lines {
  readonly instructions: Instruction[] = [];
  readonly stores: Store[] = [];
  readonly #memory: Memory;
  readonly #space: Space;
  readonly #first: number;
  /** What is computed at the points of these lines. */
  readonly #values = new Map<Step, Value>();
  readonly #known = new Map<string, Value>();

  /** Values count from `first`. */
  constructor(memory: Memory, space: Space, first: number) {
    this.#memory = memory;
    this.#space = space;
    this.#first = first;
  }

  /** Takes over a value that is there already. */
  define(step: Step, value: Value): void {
    this.#values.set(step, value);
    if (this.#memory.isStored(step)) this.store(this.#memory.bufferOf(step), whole(step.size), value);
  }

  store(buffer: Buffer, view: View, value: Value, rest: Partial<Store> = {}): void {
    this.stores.push({ access: this.access(buffer, view), value, mode: "set", ...rest });
  }

  access(buffer: Buffer, view: View): Access {
    return { buffer, offset: view.offset, strides: this.#space.arrange(stridesAlong(view, this.#space.sizes)) };
  }

  /** A step that is computed at each point. */
  write(step: Step): void {
    switch (step.kind) {
      case "map":
        this.define(step, this.#map(step, step.values));
        return;
      case "gather": {
        const [{ step: x, view }] = step.buffers;
        const indirection = { value: this.read(step.values[0]), stride: step.stride, size: step.limit };
        const access = this.access(this.#memory.bufferOf(x), view);
        this.define(step, this.#add({ kind: "load", access, indirection, dtype: step.dtype }));
        return;
      }
      case "random":
        this.define(step, this.#random(step));
        return;
      case "place":
        this.#place(step);
        return;
      case "input":
      case "constant":
      case "iota":
      case "reduce":
      case "matmul":
      case "convolution":
      case "scan":
      case "topk":
      case "assembled":
        throw internal(`${step.kind} among what is computed point by point`);
      default:
        step satisfies never;
    }
  }

  read({ step, view }: Read): Value {
    const value = this.#values.get(step);
    if (value !== undefined && isAll({ step, view })) return value;
    const { dtype } = step;
    if (step.kind === "constant") return this.#once({ kind: "constant", value: step.value, dtype });
    if (step.kind === "iota") return this.#position(view);
    if (step.kind === "map" && step.inline !== null) return this.#map(step, step.values.map(through(view)));
    return this.#once({ kind: "load", access: this.access(this.#memory.bufferOf(step), view), dtype });
  }

  #map({ op, dtype }: Pointwise, reads: readonly Read[]): Value {
    const operands = reads.map((read) => this.read(read));
    return op === null ? operands[0] : this.#once({ kind: "op", op, operands, dtype });
  }

  #position(view: View): Value {
    const strides = this.#space.arrange(stridesAlong(view, this.#space.sizes));
    return this.#once({ kind: "position", offset: view.offset, strides, dtype: "int32" });
  }

  #random({ bits, size, buffers: [key, counter] }: Random): Value {
    const position = this.#position(whole(size));
    const strides = this.#space.arrange(this.#space.sizes.map(() => 0));
    const number = ({ step, view: { offset } }: Read) => ({ buffer: this.#memory.bufferOf(step), offset, strides });
    return this.#once({
      kind: "randomBits",
      key: number(key),
      counter: number(counter),
      bits,
      position,
      dtype: "int32",
    });
  }

  #place({ values: [x, index], target, view, mode, indirection }: Place): void {
    const value = this.read(x);
    const rest = indirection === null ? {} : { indirection: { ...indirection, value: this.read(index) } };
    this.store(this.#memory.bufferOf(target), view, value, { mode, ...rest });
  }

  #add(line: Instruction): Value {
    return this.#first + this.instructions.push(line) - 1;
  }

  /** The same line gives the same value. */
  #once(line: Instruction): Value {
    const key = keyOf(line);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = this.#add(line);
    this.#known.set(key, value);
    return value;
  }
}

/** A read of an operand where its result is read through a view. */
const through =
  (outer: View) =>
  ({ step, view: inner }: Read): Read => {
    if (step.kind === "constant") return { step, view: inner };
    const view = compose(outer, inner);
    if (view === null) throw internal("a view of something inline is not affine");
    return { step, view: joined(view) };
  };

const place = ({ buffer, offset, strides }: Access): string => `${buffer.name}[${offset} ${strides.join(" ")}]`;

function keyOf(line: Instruction): string {
  switch (line.kind) {
    case "load":
      return `load ${place(line.access)}`;
    case "constant":
      return `${line.dtype} ${Object.is(line.value, -0) ? "-0" : line.value}`;
    case "position":
      return `position ${line.offset} ${line.strides.join(" ")}`;
    case "randomBits":
      return `random ${place(line.key)} ${place(line.counter)} ${line.bits} ${line.position}`;
    case "op":
      return `${line.op} ${line.dtype} ${line.operands.join(" ")}`;
    default:
      return line satisfies never;
  }
}
