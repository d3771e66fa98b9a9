// A loop in a program. Its carries are temporaries, which are filled with the carries before the loop and which the kernels of the body change
// in place, as a program changes its states. What it takes along dim 0, and its stacked results, are seen by these kernels through windows.
import type { Shape } from "../../tensor/shape.ts";
import type { Graph, Node, NodeOf } from "../graph.ts";
import { inPlace } from "../in-place.ts";
import type { Buffer, Kernel, KernelProgram, Repeat as KernelRepeat } from "../kernel.ts";
import { mapAccesses } from "../kernel-accesses.ts";
import { bodyOf } from "../loops/body.ts";
import { whole } from "../view.ts";
import type { Builder } from "./builder.ts";
import { type Assembled, isAll, type Place, type Read, type Repeat } from "./steps.ts";

/** Makes the steps of all results of a loop. */
export function repeat(builder: Builder, node: NodeOf<"scan">): void {
  const body = bodyOf(node);
  const { carries: count, outputs } = body;
  const reads = node.inputs.map((input) => builder.read(input));
  const after: Place[] = [];
  const carries = reads.slice(0, count).map((read, i): Assembled => {
    const { target } = builder.assemble("carry", outputs[i], null);
    after.push(builder.place(target, read, { view: whole(target.size), mode: "set" }));
    return target;
  });
  const siblings = builder.siblingsOf(node);
  const made = new Map<Node, Assembled>();
  const stacked = outputs.slice(count).map((type, i): Assembled | null => {
    if (!siblings.some(({ attributes }) => attributes.output === count + i)) return null;
    // A value that is several results is stored once.
    const result = body.graph.results[i];
    const target = made.get(result) ?? builder.assemble("stacked", type, null).target;
    made.set(result, target);
    return target;
  });
  const inMemory = (read: Read): Read => {
    const lying = builder.buffer(read);
    return isAll(lying) ? lying : builder.copy(lying);
  };
  const draft = { kind: "repeat", name: "scan", shape: [], dtype: node.dtype, body, carries, stacked, after } as const;
  const step = builder.step<Repeat>({ ...draft, points: 0, buffers: reads.slice(count).map(inMemory) });
  const targets = [...carries, ...stacked];
  for (const target of new Set(targets)) target?.parts.push(step);
  for (const sibling of siblings) {
    const target = targets[sibling.attributes.output];
    if (target !== null) builder.set(sibling, builder.whole(target));
  }
}

/** Where the kernels of a loop find and make buffers. */
export interface Surroundings {
  bufferOf(step: Read["step"]): Buffer;
  temporary(type: Pick<Buffer, "dtype" | "shape">): Buffer;
  /** A window of this shape of a buffer, for the loop of this number. */
  window(of: Buffer, repeat: number, shape: Shape): Buffer;
  /** The number of the next loop. */
  readonly next: number;
}

/** The kernels of a loop. The positions of its repeats count from its own first kernel. */
export function lowerRepeat(
  { body, buffers, carries, stacked }: Repeat,
  fuse: (graph: Graph) => KernelProgram,
  around: Surroundings,
): { readonly kernels: readonly Kernel[]; readonly repeats: readonly KernelRepeat[] } {
  const read = new Map(body.graph.results.map((result, i) => [result, stacked[i]]));
  const results = [...read.keys()].filter((result) => read.get(result) !== null);
  const program = inPlace(fuse({ ...body.graph, results }));
  const inner = program.repeats ?? [];
  const first = around.next;
  const own = first + inner.length;
  const places = new Map<Buffer, Buffer>();
  const outer = buffers.map(({ step }) => around.bufferOf(step));
  for (const [i, result] of results.entries()) {
    const target = read.get(result);
    if (target) places.set(program.results[i], around.window(around.bufferOf(target), own, result.shape));
  }
  const placeOf = (buffer: Buffer): Buffer => {
    const known = places.get(buffer);
    if (known !== undefined) return known;
    const made = make(buffer);
    places.set(buffer, made);
    return made;
  };
  const make = (buffer: Buffer): Buffer => {
    const { kind, index, window } = buffer;
    switch (kind) {
      case "argument":
        return index < body.taken ? around.window(outer[index], own, buffer.shape) : outer[index];
      case "state":
        return around.bufferOf(carries[index]);
      case "temporary":
        return around.temporary(buffer);
      case "window":
        return window === undefined ? buffer : around.window(placeOf(window.of), first + window.repeat, buffer.shape);
      default:
        return kind satisfies never;
    }
  };
  const kernels = program.kernels.map((kernel) =>
    mapAccesses(kernel, (access) => ({ ...access, buffer: placeOf(access.buffer) })),
  );
  const { length: times, reverse } = body;
  return { kernels, repeats: [...inner, { first: 0, count: kernels.length, times, reverse }] };
}
