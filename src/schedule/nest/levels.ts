// Finds in which loop each value of a nest is computed (the innermost loop in which one of its operands varies: loop-invariant code
// motion), and which values differ from lane to lane.
import { type Access, type Buffer, type Instruction, type Value, wordsOf } from "../../compiler/kernel.ts";
import { variesAlong } from "../body/varying.ts";
import type { Nest, NestPlan } from "./nest.ts";

interface PlacedInstruction {
  readonly value: Value;
  readonly instruction: Instruction;
  /** Number of loops around the instruction; 0 is inside a unit of work, -1 is before all units. */
  readonly level: number;
}

export interface Levels {
  /** The buffers that the nest writes. */
  readonly written: ReadonlySet<Buffer>;
  /** Number of loops around the start of the reductions and the epilogue; null without reductions. */
  readonly reduceDepth: number | null;
  readonly instructions: readonly PlacedInstruction[];
  /** Whether a value differs from lane to lane. */
  varies(value: Value): boolean;
  /** Random bits whose positions along the lanes are consecutive and start at an even one, so that two vectors need only four blocks. */
  readonly paired: ReadonlySet<Value>;
  /** The value that argmax reads as the index of a point along the reduced axes; this value is not part of the kernel. */
  readonly placeOfReduced: Value;
}

/** The levels of a nest's instructions under a schedule. */
export function levelsOf(nest: Nest, { units, loops, lane }: NestPlan): Levels {
  const { axes, body, stores, reductions, epilogue, running } = nest;
  const outer = loops.filter(({ axis }) => axes[axis].kind !== "reduce").length;
  const lanesReduced = lane !== null && axes[lane].kind === "reduce";
  const depths = axes.map((_, axis) => {
    const depth = loops.findIndex((loop) => loop.axis === axis);
    return depth >= 0 ? depth + 1 : units.includes(axis) ? 0 : -1;
  });
  const written = new Set([...stores, ...epilogue.stores].map(({ access }) => access.buffer));
  if (running) written.add(running.buffer);

  const levels = new Map<Value, number>();
  const varying = new Set<Value>();
  const along = (strides: readonly number[]) => lane !== null && (strides[lane] ?? 0) !== 0;
  const instructions: PlacedInstruction[] = [];
  const place = (value: Value, instruction: Instruction, innermost: number) => {
    const level = levelOf(instruction, innermost, { depths, written, levels });
    levels.set(value, level);
    if (variesAlong(instruction, along, varying)) varying.add(value);
    instructions.push({ value, instruction, level });
  };
  for (const [value, instruction] of body.entries()) place(value, instruction, loops.length);
  const placeOfReduced = -1;
  if (reductions.some(({ combine }) => combine === "argmax")) {
    const strides = rowMajor(nest);
    place(placeOfReduced, { kind: "position", offset: 0, strides, dtype: "int32" }, loops.length);
  }
  const first = body.length;
  for (const [i, { value }] of reductions.entries()) {
    levels.set(first + i, outer);
    if (!lanesReduced && varying.has(value)) varying.add(first + i);
  }
  for (const [i, instruction] of epilogue.instructions.entries())
    place(first + reductions.length + i, instruction, outer);
  const reduceDepth = reductions.length === 0 ? null : outer;
  return {
    written,
    paired: pairedOf(nest, lane),
    reduceDepth,
    instructions,
    placeOfReduced,
    varies: (value) => varying.has(value),
  };
}

interface LevelFacts {
  /** Number of loops around each axis's loop body; 0 for an axis of units, -1 for an axis of size 1. */
  readonly depths: readonly number[];
  /** The buffers that the nest writes: loads from them stay in the innermost loop. */
  readonly written: ReadonlySet<Buffer>;
  /** The levels of earlier values. */
  readonly levels: ReadonlyMap<Value, number>;
}

/** The level of an instruction whose innermost possible level is `innermost`. */
function levelOf(instruction: Instruction, innermost: number, { depths, written, levels }: LevelFacts): number {
  const strideLevel = (strides: readonly number[]) =>
    strides.reduce((level, stride, axis) => (stride === 0 ? level : Math.max(level, depths[axis])), -1);
  const accessLevel = ({ buffer, strides }: Access) => (written.has(buffer) ? innermost : strideLevel(strides));
  const valueLevel = (value: Value) => levels.get(value) ?? -1;
  switch (instruction.kind) {
    case "load": {
      const { access, indirection } = instruction;
      return Math.max(accessLevel(access), indirection ? valueLevel(indirection.value) : -1);
    }
    case "constant":
      return -1;
    case "position":
      return strideLevel(instruction.strides);
    case "randomBits":
      return Math.max(...wordsOf(instruction).map(accessLevel), valueLevel(instruction.position));
    case "op":
      return Math.max(-1, ...instruction.operands.map(valueLevel));
    default:
      return instruction satisfies never;
  }
}

/** The values of Levels.paired. */
function pairedOf({ axes, body }: Nest, lane: number | null): Set<Value> {
  const paired = new Set<Value>();
  for (const [value, instruction] of body.entries()) {
    if (instruction.kind !== "randomBits") continue;
    const at = body[instruction.position];
    const fixed = wordsOf(instruction).every(({ strides }) => lane === null || strides[lane] === 0);
    if (lane === null || !fixed || at.kind !== "position" || at.strides[lane] !== 1 || at.offset % 2 !== 0) continue;
    if (at.strides.every((stride, axis) => axis === lane || axes[axis].size === 1 || stride % 2 === 0))
      paired.add(value);
  }
  return paired;
}

/** Row-major strides of the reduced axes; 0 for all other axes. */
function rowMajor({ axes }: Nest): number[] {
  const strides = axes.map(() => 0);
  let stride = 1;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    if (axes[axis].kind !== "reduce") continue;
    strides[axis] = stride;
    stride *= axes[axis].size;
  }
  return strides;
}
