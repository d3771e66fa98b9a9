// Short texts of graphs for the tests of fusion, and the kernels that they become.
import { evaluate } from "../../src/compiler/evaluate.ts";
import { fuse } from "../../src/compiler/fuse.ts";
import { argumentsOf, type Graph, statesOf } from "../../src/compiler/graph.ts";
import { verify as verifyGraph } from "../../src/compiler/graph-rules.ts";
import { parse } from "../../src/compiler/graph-text.ts";
import type { KernelProgram } from "../../src/compiler/kernel.ts";
import { verify } from "../../src/compiler/kernel-rules.ts";
import { printKernel } from "../../src/compiler/kernel-text.ts";
import { simplify } from "../../src/compiler/simplify.ts";
import { allocate, isFloating, type NDArray, type Type } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { Draw } from "../tensor/draw.ts";
import { expectAllClose } from "./close.ts";
import { interpret } from "./interpret.ts";

/** A graph from its lines. */
export const graphOf = (text: string): Graph =>
  parse(
    `graph\n${text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .join("\n")}`,
  );

/** Random numbers from -1 to 1; 0 and 1 for integers and bools. */
function numbers(draw: Draw, { shape, dtype }: Type): NDArray {
  const next = isFloating(dtype) ? () => 2 * draw.unit() - 1 : () => draw.whole(0, 1);
  return { shape, dtype, data: allocate(dtype, sizeOf(shape)).map(next) };
}

/** A graph after simplify, for cases in which simplify replaces an op by a simpler one before fusion. */
export const simplified = (text: string): Graph => simplify(graphOf(text));

/** The graph's kernels, after checks that they are valid and give the graph's results. */
export function program(source: string | Graph): KernelProgram {
  const graph = typeof source === "string" ? graphOf(source) : source;
  verifyGraph(graph);
  const result = fuse(graph);
  verify(result);
  const draw = new Draw(1);
  const args = argumentsOf(graph).map((node) => numbers(draw, node));
  const states = statesOf(graph).map((node) => numbers(draw, node));
  const expected = evaluate(graph, args, states);
  const actual = interpret(result, args, states);
  expectAllClose(actual, expected);
  return result;
}

/** The kernels and results as text. */
export function kernels(source: string | Graph): string {
  const { kernels, results } = program(source);
  const end = results.length === 0 ? [] : [`results ${results.map(({ name }) => name).join(" ")}`];
  return [...kernels.map(printKernel), ...end].join("\n\n");
}

/** The kinds and names of the kernels alone. */
export const names = (source: string | Graph): string[] =>
  program(source).kernels.map(({ kind, name }) => `${kind} ${name}`);
