// The order in which groups run, and which of them write a state in place. A new value is written directly to its state if every reader
// of the old contents can run before; otherwise it is written to a temporary and copied to the state at the end.
import { internal } from "../../errors/error.ts";
import type { Buffer } from "../kernel.ts";
import type { Builder } from "./builder.ts";
import { type Group, single } from "./group.ts";
import { group } from "./groups.ts";
import { Lifetimes } from "./lifetimes.ts";
import { Order } from "./order.ts";
import { earlierOf, isAll, type Read, runs, type Step, targetsOf, writersOf } from "./steps.ts";

/** A state's buffer and the step that computes its new contents. */
export interface Home {
  readonly state: Buffer;
  readonly step: Step;
  /** Whether the step adds to the old contents, where they lie, in place of replacing them. */
  readonly isAdded?: boolean;
}

export interface Schedule {
  readonly groups: readonly Group[];
  /** The steps that are written to a state, with the state's buffer. */
  readonly homes: ReadonlyMap<Step, Buffer>;
  /** The steps that a kernel other than their own reads, and the outputs. */
  readonly stored: ReadonlySet<Step>;
}

export function schedule(builder: Builder, outputs: readonly Step[], updates: readonly Home[]): Schedule {
  const steps = live(builder.steps, outputs);
  const readers = readersOf(steps);
  const readsOf = (state: Buffer) => readers.get(state) ?? [];
  // Updates of states that steps of more than one point read: these have to run before the state is overwritten.
  const deferred = updates.filter(({ state }) => readsOf(state).some(({ points }) => points > 1));
  const groups = group(steps, builder.steps.length, new Set(deferred.map(({ step }) => step)));
  const of: (Group | undefined)[] = new Array(builder.steps.length);
  for (const group of groups) for (const step of group.steps) of[step.id] = group;
  const groupOf = ({ id }: Step) => of[id];
  const stored = new Set<Step>(outputs);
  steps.forEach((step) => {
    const own = groupOf(step);
    for (const read of step.values) if (!isAll(read) || groupOf(read.step) !== own) stored.add(read.step);
    for (const read of step.buffers) stored.add(read.step);
  });
  const order = new Order();
  const groupsOf = (some: readonly Step[]) => some.flatMap((step) => groupOf(step) ?? []);
  groups.forEach((group) => {
    const earlier = new Set<Group>();
    const add = (other: Step) => {
      const own = groupOf(other);
      if (own !== undefined && own !== group) earlier.add(own);
    };
    for (const step of group.steps) eachBefore(step, add);
    order.append(group, [...earlier]);
  });
  const homes = new Map<Step, Buffer>();
  for (const { state, step, isAdded = false } of updates) {
    const reading = readsOf(state);
    if (isAdded) {
      const [home] = groupsOf(writersOf(step));
      if (home === undefined || !order.defer(home, groupsOf(reading)))
        throw internal("rows cannot be added to a state");
      homes.set(step, state);
      continue;
    }
    const home = homes.has(step) ? undefined : groupOf(step);
    const fits = home && reading.every((reader) => groupOf(reader) !== home || readsInPlace(reader, state, step));
    if (home && fits && order.defer(home, groupsOf(reading))) homes.set(step, state);
    else {
      const copy = builder.duplicate(builder.whole(step), step.shape);
      homes.set(copy, state);
      order.append(single(copy), groupsOf([...writersOf(step), ...reading]));
    }
  }
  const lifetimes = new Lifetimes(order.groups, (step) => stored.has(step) && !homes.has(step), outputs);
  return { groups: order.sorted((ready) => lifetimes.pick(ready)), homes, stored };
}

/** Calls `see` with each step that has to run before a step. */
function eachBefore(step: Step, see: (other: Step) => void): void {
  for (const read of step.values) writersOf(read.step).forEach(see);
  for (const read of step.buffers) writersOf(read.step).forEach(see);
  earlierOf(step).forEach(see);
}

/** The steps that outputs need. */
function live(steps: readonly Step[], outputs: readonly Step[]): Step[] {
  const needed = new Set<Step>(outputs);
  const need = ({ step, after = [] }: Read) => {
    needed.add(step);
    for (const earlier of after) needed.add(earlier);
  };
  const visit = (step: Step) => {
    if (!needed.has(step) && !targetsOf(step).some((target) => needed.has(target))) return;
    needed.add(step);
    step.values.forEach(need);
    step.buffers.forEach(need);
    if (step.kind === "repeat") for (const target of step.carries) needed.add(target);
  };
  // A step reads only steps of lower ids, except that an assembled step's parts have higher ids than it.
  steps.toReversed().forEach(visit);
  return steps.filter((step) => needed.has(step));
}

/** The steps that read each state's old contents. */
function readersOf(steps: readonly Step[]): Map<Buffer, Step[]> {
  const readers = new Map<Buffer, Step[]>();
  const add = (step: Step, { step: read }: Read) => {
    if (read.kind !== "input" || read.buffer.kind !== "state") return;
    const others = readers.get(read.buffer);
    if (others === undefined) readers.set(read.buffer, [step]);
    else others.push(step);
  };
  steps.filter(runs).forEach((step) => {
    for (const read of step.values) add(step, read);
    for (const read of step.buffers) add(step, read);
  });
  return readers;
}

/** Whether each point of a reader reads only the element of a state that `step`, in the same kernel, writes at this point. */
function readsInPlace(reader: Step, state: Buffer, step: Step): boolean {
  const isOld = ({ step: read }: Read) => read.kind === "input" && read.buffer === state;
  return reader.points === step.size && !reader.buffers.some(isOld) && reader.values.filter(isOld).every(isAll);
}
