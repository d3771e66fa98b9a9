// What shares a kernel: steps, and the axes that serve them all. Two groups become one if their axes agree.
import { internal } from "../../errors/error.ts";
import { mergeMarks } from "../view.ts";
import type { ContractionDim, Segment, Step } from "./steps.ts";

/**
 * "map": computed at its points. "reduce": the body at its points, what follows at those that are left. "contraction": what
 * follows a matmul or convolution, at the points of its result. "alone": a kernel of its own.
 */
export interface Group {
  /** That of its first step. */
  readonly id: number;
  readonly kind: "map" | "reduce" | "contraction" | "alone";
  readonly steps: readonly Step[];
  readonly points: number;
  /** How many points are left once it has reduced; as many as before, if it does not. */
  readonly kept: number;
  readonly marks: readonly number[];
  /** Of a reduction. */
  readonly segments: readonly Segment[];
  /** Of a contraction. */
  readonly dims: readonly ContractionDim[];
}

/** A step's own group. */
export function single(step: Step): Group {
  const { id, points, marks } = step;
  const segments = step.kind === "reduce" ? step.segments : [];
  const dims = step.kind === "matmul" || step.kind === "convolution" ? step.dims : [];
  const kept = step.kind === "reduce" ? step.size : points;
  return { id, kind: kindOf(step), steps: [step], points, kept, marks, segments, dims };
}

/** Two groups as one, without regard to the others; null if no axes serve both. */
export function joint(a: Group, b: Group, points: number): Group | null {
  if (a.kind === "alone" || b.kind === "alone") return null;
  if (a.kind === "map" && b.kind !== "map") return joint(b, a, points);
  const inBody = points === a.points && a.kind !== "contraction";
  if (b.kind !== "map") {
    if (a.kind !== "reduce" || b.kind !== "reduce" || inBody !== (points === b.points)) return null;
    if (!sameSegments(a.segments, b.segments)) return null;
  }
  const added = inBody || a.kind !== "reduce" || b.kind === "reduce" ? b.marks : lift(b.marks, a);
  const marks = added && mergeMarks(a.marks, added);
  if (marks === null || splits(marks, a.dims)) return null;
  return { ...a, id: Math.min(a.id, b.id), marks };
}

const sameSegments = (a: readonly Segment[], b: readonly Segment[]): boolean =>
  a.length === b.length && a.every(({ size, special }, i) => size === b[i].size && special === b[i].special);

/** Marks among the points that a reduction leaves, as marks among all of its points; null where they are at odds with its segments. */
function lift(marks: readonly number[], { segments }: Group): number[] | null {
  const result: number[] = [];
  let next = 0;
  let [kept, all] = [1, 1];
  for (const { size, special } of segments.toReversed()) {
    if (!special) {
      for (; next < marks.length && marks[next] <= kept * size; next++) {
        const mark = marks[next] / kept;
        if (!Number.isInteger(mark) || size % mark !== 0) return null;
        if (mark > 1) result.push(all * mark);
      }
      kept *= size;
    }
    all *= size;
  }
  return result;
}

/** Whether a mark is inside of a dim that has to stay one axis. */
function splits(marks: readonly number[], dims: readonly ContractionDim[]): boolean {
  let span = 1;
  for (const { size, role } of dims.toReversed()) {
    if (role !== "batch" && marks.some((mark) => mark > span && mark < span * size)) return true;
    span *= size;
  }
  return false;
}

function kindOf(step: Step): Group["kind"] {
  switch (step.kind) {
    case "reduce":
      return "reduce";
    case "matmul":
    case "convolution":
      return "contraction";
    case "place":
      return step.mode === "add" ? "alone" : "map";
    case "scan":
    case "topk":
      return "alone";
    case "map":
    case "random":
    case "gather":
      return "map";
    case "input":
    case "constant":
    case "iota":
    case "assembled":
      throw internal(`${step.kind} does not run`);
    default:
      return step satisfies never;
  }
}
