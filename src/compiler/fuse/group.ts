// A group is the steps that share a kernel, and the axes that serve all of them. Two groups become one if one set of axes serves both.
import { internal } from "../../errors/error.ts";
import { mergeMarks } from "../view.ts";
import type { ContractionDim, Segment, Step } from "./steps.ts";

/**
 * "map": every step is computed at each point. "reduce": the body is computed at each point, the epilogue at the points of the result.
 * "contraction": a matmul or convolution and its epilogue, at the points of its result. "alone": a step that shares its kernel with
 * no other.
 */
export interface Group {
  /** The id of its first step. */
  readonly id: number;
  readonly kind: "map" | "reduce" | "contraction" | "alone";
  readonly steps: readonly Step[];
  readonly points: number;
  /** The number of points after its reductions; equal to `points` if it has none. */
  readonly resultPoints: number;
  readonly marks: readonly number[];
  /** The dims of a reduction's points; empty otherwise. */
  readonly segments: readonly Segment[];
  /** The dims of a contraction's result; empty otherwise. */
  readonly dims: readonly ContractionDim[];
}

/** A group of one step. */
export function single(step: Step): Group {
  const { id, points, marks } = step;
  const segments = step.kind === "reduce" ? step.segments : [];
  const dims = step.kind === "matmul" || step.kind === "convolution" ? step.dims : [];
  const resultPoints = step.kind === "reduce" ? step.size : points;
  return { id, kind: kindOf(step), steps: [step], points, resultPoints, marks, segments, dims };
}

/** Two groups, which meet at `points` points, as one; null if no axes serve both. Dependencies on other groups are not looked at. */
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

/** Marks over a reduction's result points as marks over all of its points; null where they do not fit its segments. */
function lift(marks: readonly number[], { segments }: Group): number[] | null {
  const result: number[] = [];
  let next = 0;
  let [resultSpan, span] = [1, 1];
  for (const { size, special } of segments.toReversed()) {
    if (!special) {
      for (; next < marks.length && marks[next] <= resultSpan * size; next++) {
        const mark = marks[next] / resultSpan;
        if (!Number.isInteger(mark) || size % mark !== 0) return null;
        if (mark > 1) result.push(span * mark);
      }
      resultSpan *= size;
    }
    span *= size;
  }
  return result;
}

/** Whether a mark divides a dim that has to stay one axis: any dim but a batch dim. */
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
    case "repeat":
      return "alone";
    case "map":
    case "random":
    case "gather":
      return "map";
    case "input":
    case "constant":
    case "iota":
    case "assembled":
      throw internal(`a step of kind ${step.kind} has no kernel`);
    default:
      return step satisfies never;
  }
}
