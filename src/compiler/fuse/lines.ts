// The straight-line part of a kernel: each read becomes a load, a constant, a position or a value computed before; equal instructions
// are written once.
import { internal } from "../../errors/error.ts";
import { type Access, type Buffer, type Instruction, type Store, type Value, wordsOf } from "../kernel.ts";
import { compose, joined, stridesAlong, type View, whole } from "../view.ts";
import { isAll, type Place, type Pointwise, type Random, type Read, type Step } from "./steps.ts";

/** The buffers of steps. */
export interface Memory {
  bufferOf(step: Step): Buffer;
  /** Whether the step's kernel has to write it to its buffer, for other kernels or as a result. */
  isStored(step: Step): boolean;
}

/** The axes over which instructions run. */
export interface Space {
  /** The axes' sizes, as they divide the points in row-major order. */
  readonly sizes: readonly number[];
  /** Puts strides along `sizes` into the order of the kernel's axes. */
  arrange(strides: readonly number[]): readonly number[];
}

export class Lines {
  readonly instructions: Instruction[] = [];
  readonly stores: Store[] = [];
  readonly #memory: Memory;
  readonly #space: Space;
  readonly #first: number;
  /** The value of each step that is computed at these points. */
  readonly #values = new Map<Step, Value>();
  /** The value of each instruction, by the instruction's text. */
  readonly #written = new Map<string, Value>();

  /** The first instruction's value has the number `first`. */
  constructor(memory: Memory, space: Space, first: number) {
    this.#memory = memory;
    this.#space = space;
    this.#first = first;
  }

  /** Says which value a step has, and stores it if other kernels need it. */
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

  /** Writes the instructions of a step that is computed at each point. */
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
      case "repeat":
      case "assembled":
        throw internal(`a step of kind ${step.kind} is not computed point by point`);
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

  #random({ bits, size, buffers: [key, counter, first] }: Random): Value {
    const position = this.#position(whole(size));
    const strides = this.#space.arrange(this.#space.sizes.map(() => 0));
    const number = ({ step, view: { offset } }: Read) => ({ buffer: this.#memory.bufferOf(step), offset, strides });
    return this.#once({
      kind: "randomBits",
      key: number(key),
      counter: number(counter),
      ...(first && { first: number(first) }),
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

  /** The value of an instruction; an equal one that was written before is used again. */
  #once(line: Instruction): Value {
    const key = keyOf(line);
    const existing = this.#written.get(key);
    if (existing !== undefined) return existing;
    const value = this.#add(line);
    this.#written.set(key, value);
    return value;
  }
}

/** The read of an inline step's operand, where the step itself is read through the view `outer`. */
const through =
  (outer: View) =>
  ({ step, view: inner }: Read): Read => {
    if (step.kind === "constant") return { step, view: inner };
    const view = compose(outer, inner);
    if (view === null) throw internal("a view of an inline step is not affine");
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
      return `random ${wordsOf(line).map(place).join(" ")} ${line.bits} ${line.position}`;
    case "op":
      return `${line.op} ${line.dtype} ${line.operands.join(" ")}`;
    default:
      return line satisfies never;
  }
}
