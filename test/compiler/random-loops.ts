// Random loops: the body is a random graph of a few ops, whose states are the carries. Its arguments are taken along dim 0, or read whole.

import type { Node } from "../../src/compiler/graph.ts";
import { argumentsOf, statesOf } from "../../src/compiler/graph.ts";
import { Body } from "../../src/compiler/loops/body.ts";
import { bodyGraph } from "../../src/compiler/loops/body-graph.ts";
import { allocate, isFloating, type NDArray } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { Growth } from "./random-growth.ts";

/** Values of more elements make loops slow to try. */
const maxElements = 500;

/** Adds a loop, each result a node of its own, and returns one of them. `grow` adds an op to the body. */
export function randomLoop(growth: Growth, grow: (inside: Growth) => Node | null): Node | null {
  const { draw } = growth;
  const inside = new Growth(draw);
  for (let count = draw.whole(1, 3); count > 0; count--) inside.fresh();
  for (let count = draw.whole(1, 5); count > 0; count--) {
    const made = grow(inside);
    if (made !== null && sizeOf(made.shape) > maxElements) return null;
  }
  const { graph, args, states } = inside.finish();
  const length = draw.pick([1, 2, 3, 4, draw.whole(0, 5)]);
  const taken = args.map(() => draw.unit() < 0.5);
  const nodes = argumentsOf(graph);
  const after = new Map<Node, Node>(graph.updates.map(({ state, value }) => [state, value]));
  const body = new Body({
    graph: bodyGraph({
      taken: nodes.filter((_, i) => taken[i]),
      whole: nodes.filter((_, i) => !taken[i]),
      // Whole numbers may be indices, which must stay in range.
      states: statesOf(graph).map((before) => {
        const next = after.get(before);
        return { before, after: next !== undefined && isFloating(before.dtype) ? next : before };
      }),
      results: graph.results,
    }),
    taken: taken.filter(Boolean).length,
    length,
    reverse: draw.unit() < 0.3,
  });
  const around = (value: NDArray): Node =>
    isFloating(value.dtype) && draw.unit() < 0.6 ? growth.like(value) : growth.given(value);
  const inputs = [
    ...states.map(around),
    ...args.filter((_, i) => taken[i]).map((value) => growth.given(repeated(value, length))),
    ...args.filter((_, i) => !taken[i]).map(around),
  ];
  const outputs = body.outputs.map((_, output) => growth.add("scan", inputs, { body, output }));
  return draw.pick(outputs);
}

/** The numbers of an array for each step, floating ones scaled otherwise in each. */
function repeated({ shape, dtype, data }: NDArray, length: number): NDArray {
  const all = allocate(dtype, data.length * length);
  for (let step = 0; step < length; step++) {
    const factor = isFloating(dtype) ? 1 - step / 4 : 1;
    for (let i = 0; i < data.length; i++) all[step * data.length + i] = data[i] * factor;
  }
  return { shape: [length, ...shape], dtype, data: all };
}
