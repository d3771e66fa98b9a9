// Parts of a routine become functions of their own (outlining): a call with the addresses of the memories and the variables that the part
// reads from outside. Engines keep the values of small functions in registers, and parts that are alike are written once.
import { operandsOf } from "./operands.ts";
import type { Expression, Memory, Routine, Statement, Variable } from "./program.ts";
import { withInside } from "./rewrite.ts";
import { print } from "./text.ts";
import { expressionsOf, statementsIn } from "./uses.ts";

export interface Parts {
  /** The routine with calls in place of its parts. */
  readonly routine: Routine;
  /** The functions of the parts, each after those that it calls. */
  readonly functions: readonly Routine[];
}

/** The routine with functions for its parts. */
export function withFunctions(routine: Routine): Parts {
  const functions: Routine[] = [];
  const known = new Map<string, Routine[]>();
  // The text of a routine tells all that it does.
  const texts = new Map<Routine, string>();
  const textOf = (part: Routine): string => {
    const text = texts.get(part) ?? print(part);
    texts.set(part, text);
    return text;
  };
  const written = new Map<Routine, string>();
  const inside = (statements: readonly Statement[]): readonly Statement[] =>
    statements.map((statement) => {
      const own = withInside(statement, inside);
      return own.kind === "outline" ? callOf(own) : own;
    });
  const callOf = ({ name, body, result }: Extract<Statement, { readonly kind: "outline" }>): Statement => {
    const { memories, variables } = usedFromOutside(body);
    const part: Routine = { name, memories, parameters: variables, body, ...(result ? { result: result.own } : {}) };
    const alike = known.get(name) ?? [];
    const same = alike.find((other) => textOf(other) === textOf(part));
    const callee = (same && written.get(same)) ?? `${routine.name}.${name}${functions.length}`;
    if (same === undefined) {
      known.set(name, [...alike, part]);
      written.set(part, callee);
      functions.push({ ...part, name: callee });
    }
    return { kind: "call", callee, memories, operands: variables, result: result?.variable ?? null };
  };
  return { routine: { ...routine, body: inside(routine.body) }, functions };
}

/** The memories and variables of statements that are declared outside of them, in the order of their first use. */
function usedFromOutside(body: readonly Statement[]): {
  readonly memories: readonly Memory[];
  readonly variables: readonly Variable[];
} {
  const memories = new Set<Memory>();
  const variables = new Set<Variable>();
  const declared = new Set<Variable>();
  const expression = (one: Expression): void => {
    for (const operand of operandsOf(one)) expression(operand);
    if (one.kind === "load") memories.add(one.place.memory);
    if (one.kind === "variable" && !declared.has(one)) variables.add(one);
  };
  const statements = (all: readonly Statement[]): void => {
    for (const statement of all) {
      for (const one of expressionsOf(statement)) expression(one);
      if (statement.kind === "store" || statement.kind === "fence") memories.add(statement.place.memory);
      if (statement.kind === "call") for (const memory of statement.memories) memories.add(memory);
      const own = declaredBy(statement);
      if (own !== null) declared.add(own);
      statements(statementsIn(statement));
    }
  };
  statements(body);
  return { memories: [...memories], variables: [...variables] };
}

/** The variable that a statement declares. */
function declaredBy(statement: Statement): Variable | null {
  if (statement.kind === "let") return statement.variable;
  if (statement.kind === "for") return statement.index;
  return statement.kind === "call" ? statement.result : null;
}
