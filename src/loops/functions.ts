// Parts of a routine become functions of their own (outlining): a call with the addresses of the memories and the variables that the part
// reads from outside. Engines keep the values of small functions in registers, and parts that are alike are written once.
import { areAlike } from "./alike.ts";
import { operandsOf } from "./operands.ts";
import type { Expression, Memory, Routine, Statement, Variable } from "./program.ts";
import { eachWith, hasInside, withInside } from "./rewrite.ts";
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
  const written = new Map<Routine, string>();
  // A part may stand in several places.
  const calls = new Map<Statement, Statement>();
  const inside = (statements: readonly Statement[]): readonly Statement[] => eachWith(statements, called);
  const called = (statement: Statement): Statement => {
    if (!hasInside(statement)) return statement;
    const known = calls.get(statement);
    if (known !== undefined) return known;
    const own = withInside(statement, inside);
    if (own.kind !== "outline") return own;
    const call = callOf(own);
    calls.set(statement, call);
    return call;
  };
  const callOf = ({ name, body, result }: Extract<Statement, { readonly kind: "outline" }>): Statement => {
    const { memories, variables } = usedFromOutside(body);
    const part: Routine = { name, memories, parameters: variables, body, ...(result ? { result: result.own } : {}) };
    const alike = known.get(name) ?? [];
    const same = alike.find((other) => areAlike(other, part));
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
  const used: Used = { memories: new Set(), variables: new Set(), declared: new Set() };
  addUsed(body, used);
  return { memories: [...used.memories], variables: [...used.variables] };
}

interface Used {
  readonly memories: Set<Memory>;
  readonly variables: Set<Variable>;
  readonly declared: Set<Variable>;
}

function addUsed(statements: readonly Statement[], used: Used): void {
  for (let i = 0; i < statements.length; i++) {
    const statement = statements[i];
    addUsedBy(expressionsOf(statement), used);
    if (statement.kind === "store" || statement.kind === "fence") used.memories.add(statement.place.memory);
    if (statement.kind === "call") for (const memory of statement.memories) used.memories.add(memory);
    const own = declaredBy(statement);
    if (own !== null) used.declared.add(own);
    addUsed(statementsIn(statement), used);
  }
}

function addUsedBy(expressions: readonly Expression[], used: Used): void {
  for (let i = 0; i < expressions.length; i++) {
    const expression = expressions[i];
    if (expression.kind === "variable") {
      if (!used.declared.has(expression)) used.variables.add(expression);
    } else if (expression.kind !== "number") {
      addUsedBy(operandsOf(expression), used);
      if (expression.kind === "load") used.memories.add(expression.place.memory);
    }
  }
}

/** The variable that a statement declares. */
function declaredBy(statement: Statement): Variable | null {
  if (statement.kind === "let") return statement.variable;
  if (statement.kind === "for") return statement.index;
  return statement.kind === "call" ? statement.result : null;
}
