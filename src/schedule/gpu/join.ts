// Adapters bind a limited number of buffers at a time, by the standard no less than eight, and kernels that were fused may have twenty operands.
// The smallest ones then lie side by side in joint memory, to which they are copied before the dispatch, and from which those that it writes
// are copied back. For example, with six operands at most,
//
//   weights (written), gradient, mean (written), square (written), rate, decay, scale    becomes
//   weights (written), gradient, [mean square] (written), [rate decay scale]
import { add } from "../../loops/build.ts";
import type { Memory, Place, Statement } from "../../loops/program.ts";
import { statementWithPlaces, withInside } from "../../loops/rewrite.ts";
import { type Dispatch, type GpuCut, type GpuLimits, type JointPart, type Operand, wordBytes } from "./dispatch.ts";
import { gpuBytesOf } from "./slots.ts";

/** An operand that can be joined, with its memory. */
interface Candidate {
  readonly at: number;
  readonly source: JointPart["source"];
  readonly bytes: number;
  /** Operands of one access and one element can be side by side. */
  readonly group: string;
}

/** The kernel with joint operands in each dispatch that has more operands than the adapter binds. */
export function joinOperands(cut: GpuCut, { storageBuffers }: GpuLimits): GpuCut {
  if (cut.dispatches.every(({ operands }) => operands.length <= storageBuffers)) return cut;
  return { ...cut, dispatches: cut.dispatches.map((dispatch) => joined(dispatch, cut.scratch, storageBuffers)) };
}

function joined(dispatch: Dispatch, scratch: readonly number[], most: number): Dispatch {
  const { operands, routine } = dispatch;
  if (operands.length <= most) return dispatch;
  const candidates = operands.flatMap(({ source, access }, at): Candidate[] => {
    if (source.kind !== "buffer" && source.kind !== "scratch") return [];
    const bytes = source.kind === "buffer" ? gpuBytesOf(source.buffer) : Math.ceil(scratch[source.index] / 16) * 16;
    return [{ at, source, bytes, group: `${access} ${routine.memories[at].element}` }];
  });
  const groups = fewest(
    candidates.toSorted((a, b) => a.bytes - b.bytes),
    operands.length - most,
  );
  const places = new Map<Memory, { readonly memory: Memory; readonly words: number }>();
  const memories: Memory[] = [];
  const sources: Operand[] = [];
  const gone = new Set(groups.flat().map(({ at }) => at));
  for (const [at, operand] of operands.entries()) {
    if (gone.has(at)) continue;
    memories.push(routine.memories[at]);
    sources.push(operand);
  }
  for (const [i, group] of groups.entries()) {
    const { element } = routine.memories[group[0].at];
    const memory: Memory = { name: `joint${i}`, element };
    let offset = 0;
    const parts = group.map(({ at, source, bytes }): JointPart => {
      const part = { source, offset, bytes };
      places.set(routine.memories[at], { memory, words: offset / wordBytes });
      offset += bytes;
      return part;
    });
    memories.push(memory);
    sources.push({ source: { kind: "joint", parts }, access: operands[group[0].at].access });
  }
  const change = (place: Place): Place => {
    const to = places.get(place.memory);
    return to === undefined ? place : { ...place, memory: to.memory, index: add(place.index, to.words) };
  };
  const replaced = (statements: readonly Statement[]): readonly Statement[] =>
    statements.map((statement) => withInside(statementWithPlaces(statement, change), replaced));
  return { ...dispatch, operands: sources, routine: { ...routine, memories, body: replaced(routine.body) } };
}

/** Groups of two or more that have `surplus` operands less when each is one operand: of the first candidates, as few as it takes. */
function fewest(candidates: readonly Candidate[], surplus: number): readonly (readonly Candidate[])[] {
  for (let count = surplus + 1; ; count++) {
    const groups = new Map<string, Candidate[]>();
    for (const candidate of candidates.slice(0, count)) {
      const others = groups.get(candidate.group);
      if (others === undefined) groups.set(candidate.group, [candidate]);
      else others.push(candidate);
    }
    const joint = [...groups.values()].filter(({ length }) => length > 1);
    const saved = joint.reduce((sum, { length }) => sum + length - 1, 0);
    if (saved >= surplus || count >= candidates.length) return joint;
  }
}
