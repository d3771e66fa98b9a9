// The threads of a dispatch, and the number of the item that each of them has. Items are numbered along x; more workgroups than one direction
// may have continue along y.
import type { Block } from "../../loops/block.ts";
import { add, mul, variable } from "../../loops/build.ts";
import { withoutCancelling } from "../../loops/cancelling.ts";
import { computedOnce } from "../../loops/once.ts";
import type { Expression, Statement, Variable } from "../../loops/program.ts";
import type { Dispatch, GpuLimits } from "./dispatch.ts";
import type { Operands } from "./operands.ts";

/** Threads of a workgroup: a multiple of every GPU's subgroups (32 or 64), small enough that several workgroups share a processor. */
export const groupThreads = 64;

/** The parameters of every program: the place of a workgroup, and the place of a thread in it. */
export interface Threads {
  readonly group: readonly [x: Variable, y: Variable, z: Variable];
  readonly local: readonly [x: Variable, y: Variable, z: Variable];
}

export const newThreads = (): Threads => ({
  group: [variable("groupX"), variable("groupY"), variable("groupZ")],
  local: [variable("localX"), variable("localY"), variable("localZ")],
});

/** How many workgroups along x and y hold `count` of them. */
export function gridOf(
  count: number,
  { workgroups }: Pick<GpuLimits, "workgroups">,
): readonly [number, number, number] {
  const y = Math.ceil(count / workgroups);
  return [Math.ceil(count / Math.max(y, 1)), y, 1];
}

/** The number of a workgroup in such a grid. */
export const groupNumber = (block: Block, { group: [x, y] }: Threads, grid: Dispatch["workgroups"]): Expression =>
  grid[1] === 1 ? x : block.let("group", add(mul(y, grid[0]), x));

/** A dispatch of what a block has become. */
export function dispatchOf(
  name: string,
  threads: Threads,
  operands: Operands,
  body: readonly Statement[],
  { workgroups, workgroupSize }: Pick<Dispatch, "workgroups" | "workgroupSize">,
): Dispatch {
  const parameters = [...threads.group, ...threads.local];
  return {
    name,
    routine: withoutCancelling(computedOnce({ name, memories: operands.memories, parameters, body })),
    operands: operands.operands,
    workgroups,
    workgroupSize,
  };
}
