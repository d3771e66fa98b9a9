// Fusion keeps the meaning of random graphs: their kernels, run by the interpreter, give the results of the op table.
// CHAINRULE_COUNT=<graphs> tries more of them.
import { it } from "vitest";
import { evaluate } from "../../src/compiler/evaluate.ts";
import { fuse } from "../../src/compiler/fuse.ts";
import { print as printGraph } from "../../src/compiler/graph-text.ts";
import { verify } from "../../src/compiler/kernel-rules.ts";
import { print } from "../../src/compiler/kernel-text.ts";
import { simplify } from "../../src/compiler/simplify.ts";
import { Draw, firstSeed } from "../tensor/draw.ts";
import { expectAllClose } from "./close.ts";
import { interpret } from "./interpret.ts";
import { knot } from "./knots.ts";
import { randomGraph } from "./random-graph.ts";
import type { Trial } from "./random-growth.ts";

const count = Number(process.env.CHAINRULE_COUNT ?? 300);

/** The trial's graph as fusion gets it. */
const kinds: Readonly<Record<string, (draw: Draw) => Trial>> = {
  "a random graph": randomGraph,
  "a random graph, simplified,": (draw) => {
    const trial = randomGraph(draw);
    return { ...trial, graph: simplify(trial.graph) };
  },
  "a knot": knot,
};

for (const [kind, make] of Object.entries(kinds)) {
  it(`${kind} has the same results in kernels`, { timeout: 1000 + 100 * count }, () => {
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const { graph, args, states } = make(new Draw(seed));
      let text = "";
      try {
        const program = fuse(graph);
        text = print(program);
        verify(program);
        const expected = evaluate(graph, args, states);
        const actual = interpret(program, args, states);
        expectAllClose(actual, expected);
      } catch (error) {
        throw new Error(`seed ${seed}: ${error}\n${printGraph(graph)}\n${text}`, { cause: error });
      }
    }
  });
}
