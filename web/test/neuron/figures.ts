// What the tests of part one share: graphs of formulas, and text as the page shows it in English.
import { parse } from "../../src/neuron/formula/expression.ts";
import { ExpressionError, wordsOf } from "../../src/neuron/formula/faults.ts";
import type { Role } from "../../src/neuron/formula/roles.ts";
import { build, type Graph, type Leaves } from "../../src/neuron/graph.ts";
import { stepsOf } from "../../src/neuron/steps/steps.ts";
import { trouble } from "../../src/neuron/steps/trouble.ts";
import { neuron as words } from "../../src/texts/en/neuron.ts";

export { words };

type Numbers = Readonly<Record<string, number>>;

export const leavesOf = (numbers: Numbers = {}, roles: Readonly<Record<string, Role>> = {}): Leaves => ({
  numbers: new Map(Object.entries(numbers)),
  roles: new Map(Object.entries(roles)),
});

export const graphOf = (text: string, numbers: Numbers = {}, roles: Readonly<Record<string, Role>> = {}): Graph =>
  build(parse(text), leavesOf(numbers, roles), text);

export const valueFrom = (text: string, numbers: Numbers = {}): number => graphOf(text, numbers).root.value.data;

/** What the page says of a formula that it cannot draw; null if it can. */
export function faultOf(text: string): string | null {
  try {
    graphOf(text);
    return null;
  } catch (error) {
    if (error instanceof ExpressionError) return wordsOf(error, words.faults);
    throw error;
  }
}

/** What the page says of a number without a value or slope; null if there is nothing to say. */
export function troubleOf(text: string, numbers: Numbers = {}): string | null {
  const graph = graphOf(text, numbers);
  return trouble(graph, stepsOf(graph), words.trouble);
}
