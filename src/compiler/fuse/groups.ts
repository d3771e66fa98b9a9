// Decides which steps share a kernel. Each step, in order, is merged with the steps that it reads element for element, if one set of
// axes serves all. So two steps that a third reads end up in one kernel: the three updates of Adam are one kernel, together with the
// matrix product that computes their gradient.
import type { Group } from "./group.ts";
import { Partition } from "./partition.ts";
import { isAll, type Read, type Reduce, runs, type Step } from "./steps.ts";

/**
 * The groups; each step that runs is in one of them. `deferred` are updates that must wait for other readers of their state: they are
 * not merged with single numbers that they do not depend on.
 */
export function group(steps: readonly Step[], count: number, deferred: ReadonlySet<Step>): Group[] {
  const partition = new Partition(count);
  const reductions = new Map<string, Step>();
  steps.filter(runs).forEach((step) => {
    partition.add(step);
    mergeWithRead(step, partition);
    if (step.kind !== "reduce") return;
    // Reductions of the same elements over the same dims share a kernel, as max and argmax of one tensor.
    const key = describe(step);
    const sibling = reductions.get(key);
    if (sibling === undefined) reductions.set(key, step);
    else partition.merge(sibling, step, step.points);
  });
  mergeReductionsOfSameReads(partition);
  // Groups that each compute a single number share a kernel, even if they read nothing in common.
  let last: Step | null = null;
  for (const { kind, resultPoints, steps } of partition.groups()) {
    if (resultPoints !== 1 || (kind !== "map" && kind !== "reduce") || steps.some((step) => deferred.has(step)))
      continue;
    const [next] = steps;
    if (last !== null) partition.merge(last, next, 1);
    if (last === null || partition.groupOf(last) !== partition.groupOf(next)) last = next;
  }
  return partition.groups();
}

/** Merges a step with those that it reads element for element. */
function mergeWithRead(step: Step, partition: Partition): void {
  const partners = step.values.flatMap((read) =>
    runs(read.step) && isAll(read) && !hasGaps(read.step) ? [read.step] : [],
  );
  // Contractions come first: as an epilogue the step reads their sums from registers.
  const contractions = partners.filter((partner) => partition.groupOf(partner).kind === "contraction");
  for (const partner of contractions) partition.merge(partner, step, partner.size);
  for (const partner of partners) partition.merge(partner, step, partner.size);
}

/**
 * Whether a step is a convolution whose input has gaps, as the gradient of a convolution with a stride. It is computed in parts, whose
 * results are not neighbours, so that its epilogue would run for one number at a time. An own kernel does it for whole vectors: the step of
 * a net with depthwise convolutions of stride 2 takes a fifth less time (the net "mobile" of bench/nets.js).
 */
const hasGaps = (step: Step): boolean => step.kind === "convolution" && step.attributes.inputDilation[1] > 1;

/** The accumulators of more reductions than this do not fit into registers. */
const maxReductionsPerKernel = 4;

/** Merges reductions over the same dims that read the same elements from memory: one kernel loads these once for all. */
function mergeReductionsOfSameReads(partition: Partition): void {
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
      for (const other of others) partition.mergeReductions(other, own, points, maxReductionsPerKernel);
    }
  }
}

const isInMemory = (step: Step): boolean => step.kind === "input" || step.kind === "assembled" || runs(step);

function describe({ values, segments }: Reduce): string {
  const read = ({ step, view }: Read) => [step.id, view.offset, ...view.dims.flatMap((d) => [d.size, d.stride])];
  return [...values.map(read), segments.flatMap((s) => [s.size, s.special])].join(" ");
}
