// Runs a graph by the loop programs that a GPU would run, in the interpreter of workgroups: no adapter is needed, and threads that race or
// barriers that some do not reach are errors.
import { fuse } from "../../src/compiler/fuse.ts";
import type { Graph } from "../../src/compiler/graph.ts";
import { inPlace } from "../../src/compiler/in-place.ts";
import type { Buffer } from "../../src/compiler/kernel.ts";
import { everywhere } from "../../src/compiler/loops/body.ts";
import { multiply } from "../../src/compiler/one-by-one.ts";
import { visitSteps } from "../../src/compiler/repeats.ts";
import type { Contents } from "../../src/loops/interpret.ts";
import type { Memory } from "../../src/loops/program.ts";
import { divergentBarriers } from "../../src/loops/uniform.ts";
import { faultsOf } from "../../src/loops/verify.ts";
import { interpretWorkgroups } from "../../src/loops/workgroups.ts";
import { cutForGpu, type KernelCut } from "../../src/schedule/gpu/cut.ts";
import { type Dispatch, type JointPart, leastLimits, type Source, wordBytes } from "../../src/schedule/gpu/dispatch.ts";
import { minPositions } from "../../src/schedule/limits.ts";
import { allocate, type NDArray } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Values } from "./agree.ts";
import { windowOf } from "./as-loops.ts";
import { callees } from "./callees.ts";

/** The words of an array in a GPU's memory. */
const toWords = ({ dtype, data }: NDArray): Contents =>
  dtype === "float32" ? Float32Array.from(data) : Int32Array.from(data);

const fromWords = ({ dtype, shape }: Pick<NDArray, "dtype" | "shape">, words: Contents): NDArray => {
  const data = allocate(dtype, sizeOf(shape));
  data.set(words);
  return { dtype, shape, data };
};

/** The results of a simplified graph, its states afterwards, and the number of its dispatches. */
export function asGpu(
  graph: Graph,
  args: readonly NDArray[],
  states: readonly NDArray[],
  cut: KernelCut = cutForGpu,
): Values & { readonly dispatches: number } {
  const program = inPlace(fuse(everywhere(graph, (part) => multiply(part, minPositions))));
  const given = { argument: args.map(toWords), state: states.map(toWords) };
  const contents = new Map<Buffer, Contents>();
  const places = new Map<number, number>();
  const contentsOf = (buffer: Buffer): Contents => {
    const { kind, index, dtype, shape, window } = buffer;
    if (kind === "window") return windowOf(contentsOf, places, window, sizeOf(shape));
    const fresh = () => toWords({ dtype, shape, data: allocate(dtype, sizeOf(shape)) });
    const own = contents.get(buffer) ?? (kind === "temporary" ? fresh() : given[kind][index]);
    contents.set(buffer, own);
    return own;
  };
  let dispatches = 0;
  const cuts = program.kernels.map((kernel) => cut(kernel, leastLimits, () => 0));
  visitSteps(program, {
    kernel: (at) => {
      const { dispatches: all, scratch } = cuts[at];
      const own = scratch.map((bytes) => new ArrayBuffer(bytes));
      for (const dispatch of all) runDispatch(dispatch, own, contentsOf);
      dispatches += all.length;
    },
    begin: (loop, place) => places.set(loop, place),
  });
  return {
    results: program.results.map((buffer) => fromWords(buffer, contentsOf(buffer))),
    states: states.map((state, i) => fromWords(state, given.state[i])),
    dispatches,
  };
}

/** Runs a dispatch, whose program has no faults. */
export function runDispatch(
  { name, routine, operands, workgroups, workgroupSize }: Dispatch,
  scratch: readonly ArrayBuffer[],
  contentsOf: (buffer: Buffer) => Contents,
): void {
  const faults = [...faultsOf(routine), ...divergentBarriers(routine)];
  if (faults.length > 0) throw new Error(`${name}: ${faults.join("\n")}`);
  const fresh = ({ element }: Memory, words: number): Contents =>
    element === "f32" ? new Float32Array(words) : new Int32Array(words);
  const ofScratch = (bytes: ArrayBuffer, { element }: Memory): Contents =>
    element === "f32" ? new Float32Array(bytes) : new Int32Array(bytes);
  const partOf = ({ source }: JointPart, memory: Memory): Contents =>
    source.kind === "buffer" ? contentsOf(source.buffer) : ofScratch(scratch[source.index], memory);
  const memoryOf = (source: Source, memory: Memory): Contents => {
    switch (source.kind) {
      case "buffer":
        return contentsOf(source.buffer);
      case "failures":
        return new Int32Array(2);
      case "scratch":
        return ofScratch(scratch[source.index], memory);
      case "joint": {
        const own = fresh(memory, Math.max(...source.parts.map(({ offset, bytes }) => offset + bytes)) / wordBytes);
        for (const part of source.parts) own.set(partOf(part, memory), part.offset / wordBytes);
        return own;
      }
      default:
        return source satisfies never;
    }
  };
  const memories = new Map(
    routine.memories.map((memory, i): [Memory, Contents] => [memory, memoryOf(operands[i].source, memory)]),
  );
  const unwatched = new Set(routine.memories.filter((_, i) => operands[i].source.kind === "failures"));
  const writable = new Map([...memories].filter((_, i) => operands[i].access === "read"));
  const before = new Map([...writable].map(([memory, own]) => [memory, own.slice()]));
  interpretWorkgroups(routine, { workgroups, workgroupSize }, memories, callees, unwatched);
  for (const [memory, own] of writable)
    if (own.some((x, i) => !Object.is(x, before.get(memory)?.[i]))) throw new Error(`${name} writes ${memory.name}`);
  for (const [i, { source, access }] of operands.entries()) {
    if (source.kind !== "joint" || access === "read") continue;
    const own = memories.get(routine.memories[i]);
    for (const part of source.parts) {
      const to = partOf(part, routine.memories[i]);
      const from = part.offset / wordBytes;
      if (own !== undefined) to.set(own.subarray(from, from + to.length));
    }
  }
}
