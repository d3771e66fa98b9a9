// Makes steps, and keeps every view affine: where a view of a view would not be affine, or where two views need different axes, the
// step that they read is copied first.
import { internal } from "../../errors/error.ts";
import { allocate, isFloating, type Type } from "../../tensor/dtype.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { type Graph, type Node, type NodeOf, outputsOf } from "../graph.ts";
import { isScan } from "../loops/body.ts";
import { compose, grouped, joined, marksOf, mergeMarks, sameView, type View, whole } from "../view.ts";
import type { Assembled, Place, Pointwise, Read, Reduce, Segment, Step } from "./steps.ts";
import { segmentsOf } from "./steps.ts";

/** An expression of at most this many operations on constants and positions is computed again in each kernel that uses it. */
const maxInlineOps = 4;

type Fields = "id" | "size" | "points" | "values" | "buffers" | "marks" | "inline";
type Draft<S> = S extends Step ? Omit<S, Fields> & Partial<Pick<S, Exclude<Fields, "id" | "size">>> : never;

const pointsOf = ({ dims }: View): number => dims.reduce((points, { size }) => points * size, 1);

/** The views of buffers and positions that a read of this step loads, inline operands included; null if one is not affine. */
function leavesOf({ step, view }: Read): View[] | null {
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

const emptyList: never[] = [];

export class Builder {
  readonly steps: Step[] = [];
  readonly #readers = new Map<Node, Node[]>();
  readonly #scans: readonly NodeOf<"scan">[];
  readonly #outputs: ReadonlySet<Node>;
  readonly #reads = new Map<Node, Read>();
  readonly #copies = new Map<Step, { readonly view: View; readonly copy: Step }[]>();

  constructor(graph: Graph) {
    this.#outputs = new Set(outputsOf(graph));
    this.#scans = graph.nodes.filter(isScan);
    graph.nodes.forEach((node) => {
      for (const input of node.inputs) this.#addReader(input, node);
    });
  }

  #addReader(input: Node, node: Node): void {
    const readers = this.#readers.get(input);
    if (readers === undefined) this.#readers.set(input, [node]);
    else readers.push(node);
  }

  /** The nodes that have this node as an input; a node that has it twice is listed twice. */
  readersOf(node: Node): readonly Node[] {
    return this.#readers.get(node) ?? emptyList;
  }

  /** The results of the loop that a node is a result of: the nodes with the same body and inputs. */
  siblingsOf(node: NodeOf<"scan">): readonly NodeOf<"scan">[] {
    const isSibling = (other: Node): other is NodeOf<"scan"> =>
      isScan(other) &&
      other.attributes.body === node.attributes.body &&
      other.inputs.every((input, i) => input === node.inputs[i]);
    return this.#scans.filter(isSibling);
  }

  /** Whether a node is a result of the graph or the new value of a state. */
  isOutput(node: Node): boolean {
    return this.#outputs.has(node);
  }

  /** The node that uses this one, if there is exactly one use and the node is no output; else null. */
  onlyReader(node: Node): Node | null {
    const readers = this.readersOf(node);
    return readers.length === 1 && !this.isOutput(node) ? readers[0] : null;
  }

  /** The step that computes a node, with the view that gives the node's elements in row-major order. */
  read(node: Node): Read {
    const read = this.#reads.get(node);
    if (read === undefined) throw internal(`${node.op} is read before its step exists`);
    return read;
  }

  has(node: Node): boolean {
    return this.#reads.has(node);
  }

  set(node: Node, read: Read): void {
    this.#reads.set(node, read);
  }

  /** Fills in a draft's missing fields and adds it to the steps. The draft object becomes the step: its caller must not use it again. */
  step<S extends Step>(draft: Draft<S>): S {
    const step = draft as unknown as { -readonly [K in keyof Step]: Step[K] };
    step.id = this.steps.length;
    step.size = sizeOf(step.shape);
    step.points ??= step.size;
    step.values ??= emptyList;
    step.buffers ??= emptyList;
    step.marks ??= emptyList;
    step.inline ??= null;
    this.steps.push(step as Step);
    return step as S;
  }

  /** Reads all of a step's elements in the order in which they are stored. */
  whole(step: Step): Read {
    return { step, view: whole(step.size) };
  }

  constant({ shape, dtype }: Type, value: number): Read {
    const rounded = allocate(dtype, 1).fill(value)[0];
    return this.whole(this.step({ kind: "constant", name: "full", shape, dtype, value: rounded, inline: 0 }));
  }

  /** The read through a further view of its elements; the step is copied first where the composed view would not be affine. */
  move(read: Read, outer: View): Read {
    return this.moved(read, outer) ?? this.move(this.copy(read), outer);
  }

  /** The read through a further view of its elements; null where the composed view would not be affine. */
  moved({ step, view: inner, after }: Read, outer: View): Read | null {
    if (step.kind === "constant") return { step, view: whole(pointsOf(outer)) };
    const view = compose(joined(outer), inner);
    const read = view && { step, view: joined(view), after };
    return read && marksAt(read) && read;
  }

  /** The same elements, copied in row-major order to a buffer; equal reads share one copy. */
  copy(read: Read, shape: Shape = [pointsOf(read.view)]): Read {
    if (read.after !== undefined) return this.whole(this.duplicate(read, shape));
    const copies = this.#copies.get(read.step) ?? [];
    const existing = copies.find(({ view }) => sameView(view, read.view));
    if (existing !== undefined) return this.whole(existing.copy);
    const copy = this.duplicate(read, shape);
    this.#copies.set(read.step, [...copies, { view: read.view, copy }]);
    return this.whole(copy);
  }

  /** A copy that only this caller has. */
  duplicate(read: Read, shape: Shape): Step {
    const { dtype } = read.step;
    const marks = marksAt(read) ?? unfit();
    return this.step<Pointwise>({ kind: "map", name: "copy", op: null, shape, dtype, values: [read], marks });
  }

  /** The read if its elements lie in memory; a read of a copy if the step is inline. */
  buffer(read: Read): Read {
    return read.step.inline === null ? read : this.copy(read);
  }

  /** Reads at the same points, and marks that serve all of them; a read whose marks do not fit those of the reads before it is copied. */
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
    const inline = cost <= maxInlineOps ? cost : null;
    return this.whole(
      this.step<Pointwise>({ kind: "map", name: op ?? "copy", op, shape, dtype, values, marks, inline }),
    );
  }

  /** 0 + x: a sum over one element, which turns -0 into 0. */
  sumOfOne(read: Read, type: Type): Read {
    return isFloating(type.dtype) ? this.map("add", type, [read, this.constant(type, 0)]) : read;
  }

  /** Reduces over `dims` of a read whose elements have the shape `from`. */
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

  /** A buffer that holds `value` where no place step writes; null means that place steps write every element. */
  assemble(name: string, type: Type, value: number | null): { target: Assembled; after: Step | null } {
    const { shape, dtype } = type;
    const target = this.step<Assembled>({ kind: "assembled", name, shape, dtype, parts: [] });
    if (value === null) return { target, after: null };
    const fill = this.place(target, this.constant(type, value), { view: whole(target.size), mode: "set" });
    return { target, after: fill };
  }

  /** Writes the elements of a read into a target. `segments`, of the read's shape, name the dims along which stores may hit one element. */
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
    if (own === null) throw internal("the view and the segments of a place need different axes");
    const { values, marks } = this.fit(index === undefined ? [read] : [read, index.read], own);
    const { name, dtype } = target;
    const points = pointsOf(view);
    const indirection = index === undefined ? null : { stride: index.stride, size: index.size };
    const draft = { kind: "place", name, shape: [points], dtype, target, view, mode, indirection, segments, after };
    const place = this.step<Place>({ ...draft, values, marks } as Draft<Place>);
    target.parts.push(place);
    return place;
  }

  /**
   * The read with its view divided into one view for each dim of the shape, where each dim of `singleStride` has one stride. The
   * step is copied first where its view cannot be divided so.
   */
  grouped(read: Read, shape: Shape, singleStride: readonly number[]): { read: Read; groups: readonly View[] } {
    const groups = grouped(read.view, shape);
    if (groups?.every(({ dims }, dim) => dims.length <= 1 || !singleStride.includes(dim))) return { read, groups };
    return this.grouped(this.copy(read), shape, singleStride);
  }
}

/** The marks at which axes must be divided for this read; null if no axes serve all of its inline operands. */
function marksAt(read: Read): readonly number[] | null {
  let marks: readonly number[] | null = [];
  const leaves = leavesOf(read);
  for (const { dims } of leaves ?? []) marks = marks && mergeMarks(marks, marksOf(dims));
  return leaves && marks;
}

function unfit(): never {
  throw internal("no axes serve all operands of a read");
}
