// Who shares a kernel. Steps join, in their order, with what they read element for element, if one set of axes serves all. So
// siblings meet at the step that reads them both: the three updates of Adam are one kernel, and with them the product that their
// gradient comes from.
import type { Group } from "./group.ts";
import { Partition } from "./partition.ts";
import { isAll, type Read, type Reduce, runs, type Step } from "./steps.ts";

/** The groups, each step that runs in one of them. Steps that are `late` keep out of kernels that they only would share by chance. */
export function group(steps: readonly Step[], count: number, late: ReadonlySet<Step>): Group[] {
  const running = steps.filter(runs);
  const partition = new Partition(count);
  const alike = new Map<string, Step>();
  for (const step of running) {
    partition.add(step);
    const partners = step.values.filter((read) => runs(read.step) && isAll(read)).map((read) => read.step);
    // A contraction takes what follows it first: its sums are still in registers.
    const first = partners.filter((partner) => partition.groupOf(partner).kind === "contraction");
    for (const partner of [...first, ...partners]) partition.merge(partner, step, partner.size);
    if (step.kind !== "reduce") continue;
    // Reductions of one thing in one way, as its largest and where that stands.
    const key = describe(step);
    const sibling = alike.get(key);
    if (sibling === undefined) alike.set(key, step);
    else partition.merge(sibling, step, step.points);
  }
  meetAtReads(partition);
  // Single numbers, wherever they come from, are not worth a kernel each.
  let last: Step | null = null;
  for (const { kind, kept, steps } of partition.groups()) {
    if (kept !== 1 || (kind !== "map" && kind !== "reduce") || steps.some((step) => late.has(step))) continue;
    const [next] = steps;
    if (last !== null) partition.merge(last, next, 1);
    if (last === null || partition.groupOf(last) !== partition.groupOf(next)) last = next;
  }
  return partition.groups();
}

/** More sums at a time do not stay in registers. */
const mostReductions = 4;

/** Reductions over the same dims that read the same numbers, whatever they make of them, go over them once. */
function meetAtReads(partition: Partition): void {
  const readers = new Map<string, Step[]>();
  for (const { kind, points, segments, steps } of partition.groups()) {
    if (kind !== "reduce") continue;
    const read = new Set<Step>();
    for (const step of steps) {
      if (step.points !== points) continue;
      for (const one of step.values)
        if (isInMemory(one.step) && isAll(one) && !steps.includes(one.step)) read.add(one.step);
    }
    const own = steps.find((step) => step.kind === "reduce") ?? steps[0];
    for (const { id } of read) {
      const key = [id, ...segments.flatMap((s) => [s.size, s.special])].join(" ");
      const others = readers.get(key) ?? [];
      readers.set(key, [...others, own]);
      for (const other of others) partition.mergeReductions(other, own, points, mostReductions);
    }
  }
}

const isInMemory = (step: Step): boolean => step.kind === "input" || step.kind === "assembled" || runs(step);

function describe({ values, segments }: Reduce): string {
  const read = ({ step, view }: Read) => [step.id, view.offset, ...view.dims.flatMap((d) => [d.size, d.stride])];
  return [...values.map(read), segments.flatMap((s) => [s.size, s.special])].join(" ");
}
