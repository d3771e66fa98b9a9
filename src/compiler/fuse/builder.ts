// Makes steps, and keeps views within what is affine: where a view of a view would not be, or two views would need different
// axes, what they read is copied first.
import { internal } from "../../errors/error.ts";
import { allocate, isFloating, type Type } from "../../tensor/dtype.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { type Graph, type Node, outputsOf } from "../graph.ts";
import { compose, grouped, joined, marksOf, mergeMarks, sameView, type View, whole } from "../view.ts";
import type { Assembled, Place, Pointwise, Read, Reduce, Segment, Step } from "./steps.ts";
import { segmentsOf } from "./steps.ts";

/** Up to so many operations are computed again wherever they are used, if they need nothing but constants and positions. */
const cheap = 4;

type Fields = "id" | "size" | "points" | "values" | "buffers" | "marks" | "inline";
type Draft<S> = S extends Step ? Omit<S, Fields> & Partial<Pick<S, Exclude<Fields, "id" | "size">>> : never;

const pointsOf = ({ dims }: View): number => dims.reduce((points, { size }) => points * size, 1);

/** The views of buffers and positions that reading means, once what is inline is taken apart; null if one is not affine. */
export function leavesOf({ step, view }: Read): View[] | null {
  if (step.inline === null || step.kind === "iota") return [view];
  const leaves: View[] = [];
  for (const read of step.values) {
    const inner = compose(view, read.view);
    const views = inner && leavesOf({ step: read.step, view: joined(inner) });
    if (views === null) return null;
    leaves.push(...views);
  }
  return leaves;
}

const none: never[] = [];

export class Builder {
  readonly steps: Step[] = [];
  readonly #readers = new Map<Node, Node[]>();
  readonly #outputs: ReadonlySet<Node>;
  readonly #reads = new Map<Node, Read>();
  readonly #copies = new Map<Step, { readonly view: View; readonly copy: Step }[]>();

  constructor(graph: Graph) {
    this.#outputs = new Set(outputsOf(graph));
    for (const node of graph.nodes) {
      for (const input of node.inputs) {
        const readers = this.#readers.get(input);
        if (readers === undefined) this.#readers.set(input, [node]);
        else readers.push(node);
      }
    }
  }

  /** The nodes that use a node, as often as they do. */
  readersOf(node: Node): readonly Node[] {
    return this.#readers.get(node) ?? none;
  }

  /** Whether a node is a result or what a state becomes. */
  isOutput(node: Node): boolean {
    return this.#outputs.has(node);
  }

  /** The one node that uses this one, if there is just one use. */
  onlyReader(node: Node): Node | null {
    const readers = this.readersOf(node);
    return readers.length === 1 && !this.isOutput(node) ? readers[0] : null;
  }

  /** What a node has become. */
  read(node: Node): Read {
    const read = this.#reads.get(node);
    if (read === undefined) throw internal(`${node.op} is read before it is there`);
    return read;
  }

  has(node: Node): boolean {
    return this.#reads.has(node);
  }

  set(node: Node, read: Read): void {
    this.#reads.set(node, read);
  }

  /** Completes a draft, which is its caller's no more. */
  step<S extends Step>(draft: Draft<S>): S {
    const step = draft as unknown as { -readonly [K in keyof Step]: Step[K] };
    step.id = this.steps.length;
    step.size = sizeOf(step.shape);
    step.points ??= step.size;
    step.values ??= none;
    step.buffers ??= none;
    step.marks ??= none;
    step.inline ??= null;
    this.steps.push(step as Step);
    return step as S;
  }

  /** A step's elements as they lie. */
  whole(step: Step): Read {
    return { step, view: whole(step.size) };
  }

  constant({ shape, dtype }: Type, value: number): Read {
    const rounded = allocate(dtype, 1).fill(value)[0];
    return this.whole(this.step({ kind: "constant", name: "full", shape, dtype, value: rounded, inline: 0 }));
  }

  /** Something read at the places of a view of it, copied first if it must be. */
  move(read: Read, outer: View): Read {
    return this.moved(read, outer) ?? this.move(this.copy(read), outer);
  }

  /** The same, or null where that is not affine. */
  moved({ step, view: inner }: Read, outer: View): Read | null {
    if (step.kind === "constant") return { step, view: whole(pointsOf(outer)) };
    const view = compose(joined(outer), inner);
    const read = view && { step, view: joined(view) };
    return read && marksAt(read) && read;
  }

  /** The same in a buffer of its own. */
  copy(read: Read, shape: Shape = [pointsOf(read.view)]): Read {
    const copies = this.#copies.get(read.step) ?? [];
    const known = copies.find(({ view }) => sameView(view, read.view));
    if (known !== undefined) return this.whole(known.copy);
    const copy = this.duplicate(read, shape);
    this.#copies.set(read.step, [...copies, { view: read.view, copy }]);
    return this.whole(copy);
  }

  /** A copy that nobody else gets. */
  duplicate(read: Read, shape: Shape): Step {
    const { dtype } = read.step;
    const marks = marksAt(read) ?? unfit();
    return this.step<Pointwise>({ kind: "map", name: "copy", op: null, shape, dtype, values: [read], marks });
  }

  /** What a kernel can read from memory: copied, if it is not stored anywhere. */
  buffer(read: Read): Read {
    return read.step.inline === null ? read : this.copy(read);
  }

  /** Reads at the same points, and the marks that serve them all; what does not fit with those before it is copied. */
  fit(reads: readonly Read[], given: readonly number[] = []): { values: Read[]; marks: readonly number[] } {
    let marks = given;
    const values = reads.map((read) => {
      const own = marksAt(read);
      const all = own && mergeMarks(marks, own);
      if (all === null) return this.copy(read);
      marks = all;
      return read;
    });
    return { values, marks };
  }

  map(op: Pointwise["op"], { shape, dtype }: Type, reads: readonly Read[]): Read {
    const { values, marks } = this.fit(reads);
    const cost = values.reduce((sum, { step }) => sum + (step.inline ?? Infinity), 1);
    const inline = cost <= cheap ? cost : null;
    return this.whole(
      this.step<Pointwise>({ kind: "map", name: op ?? "copy", op, shape, dtype, values, marks, inline }),
    );
  }

  /** 0 + x: what a sum makes of -0. */
  sumOfOne(read: Read, type: Type): Read {
    return isFloating(type.dtype) ? this.map("add", type, [read, this.constant(type, 0)]) : read;
  }

  /** Over the named dims of what is read, which has that shape. */
  reduce(combine: Reduce["combine"], read: Read, from: Shape, dims: readonly number[], { shape, dtype }: Type): Read {
    const segments = segmentsOf(from, dims);
    if (!segments.some(({ special }) => special)) {
      if (combine === "argmax") return this.constant({ shape, dtype }, 0);
      return combine === "sum" ? this.sumOfOne(read, { shape, dtype }) : read;
    }
    const { values, marks } = this.fit([read], marksOf(segments));
    const draft = { kind: "reduce", name: combine, combine, segments, shape, dtype, values, marks } as const;
    return this.whole(this.step<Reduce>({ ...draft, points: sizeOf(from) }));
  }

  /** A buffer that holds `value` wherever nothing is placed, and if it is null, is filled by places altogether. */
  assemble(name: string, type: Type, value: number | null): { target: Assembled; after: Step | null } {
    const { shape, dtype } = type;
    const target = this.step<Assembled>({ kind: "assembled", name, shape, dtype, parts: [] });
    if (value === null) return { target, after: null };
    const fill = this.place(target, this.constant(type, value), { view: whole(target.size), mode: "set" });
    return { target, after: fill };
  }

  /** Writes what is read, whose shape is needed where stores may meet along some dims. */
  place(
    target: Assembled,
    read: Read,
    how: Pick<Place, "view" | "mode"> & {
      readonly after?: Step | null;
      readonly segments?: readonly Segment[];
      readonly index?: { readonly read: Read; readonly stride: number; readonly size: number };
    },
  ): Place {
    const { mode, after = null, segments = [], index } = how;
    const view = joined(how.view);
    const own = mergeMarks(marksOf(view.dims), marksOf(segments));
    if (own === null) throw internal("a place whose dims do not fit each other");
    const { values, marks } = this.fit(index === undefined ? [read] : [read, index.read], own);
    const { name, dtype } = target;
    const points = pointsOf(view);
    const indirection = index === undefined ? null : { stride: index.stride, size: index.size };
    const draft = { kind: "place", name, shape: [points], dtype, target, view, mode, indirection, segments, after };
    const place = this.step<Place>({ ...draft, values, marks } as Draft<Place>);
    target.parts.push(place);
    return place;
  }

  /** A view whose dims group into those of the shape, the ones named having one stride; of a copy if it must be. */
  grouped(read: Read, shape: Shape, single: readonly number[]): { read: Read; groups: readonly View[] } {
    const groups = grouped(read.view, shape);
    if (groups?.every(({ dims }, dim) => dims.length <= 1 || !single.includes(dim))) return { read, groups };
    return this.grouped(this.copy(read), shape, single);
  }
}

/** Where the axes have to part to read this; null if no axes serve all that is inline in it. */
function marksAt(read: Read): readonly number[] | null {
  let marks: readonly number[] | null = [];
  const leaves = leavesOf(read);
  for (const { dims } of leaves ?? []) marks = marks && mergeMarks(marks, marksOf(dims));
  return leaves && marks;
}

function unfit(): never {
  throw internal("a read that no axes serve");
}
