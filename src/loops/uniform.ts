// Checks that all threads of a workgroup reach each barrier: no condition and no bound around a barrier depends on the thread. What depends
// on it are the places of threads, whatever is loaded from memory, and what is computed from these. WGSL demands the same of programs.
import { operandsOf } from "./operands.ts";
import type { Expression, Routine, Statement, Variable } from "./program.ts";
import { statementsIn } from "./uses.ts";

/** The faults of a routine for workgroups, one line each; empty if there are none. */
export function divergentBarriers({ parameters, body }: Routine): string[] {
  const varying = new Set<Variable>(parameters.slice(3));
  // A variable that is set in a loop may vary from the second iteration on.
  for (let known = -1; known < varying.size; ) {
    known = varying.size;
    spread(body, varying, false);
  }
  return faultsIn(body, varying, null);
}

const varies = (expression: Expression, varying: ReadonlySet<Variable>): boolean => {
  switch (expression.kind) {
    case "variable":
      return varying.has(expression);
    case "load":
    case "register":
    case "call":
      return true;
    default:
      return operandsOf(expression).some((operand) => varies(operand, varying));
  }
};

/** Adds the variables whose values depend on the thread; all that are set where only some threads are do. */
function spread(statements: readonly Statement[], varying: Set<Variable>, alone: boolean): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case "let":
      case "set":
        if (alone || varies(statement.value, varying)) varying.add(statement.variable);
        break;
      case "for": {
        const own = boundsVary(statement, varying);
        if (own) varying.add(statement.index);
        spread(statement.body, varying, alone || own);
        break;
      }
      case "if":
        spread(statementsIn(statement), varying, alone || varies(statement.condition, varying));
        break;
      default:
        spread(statementsIn(statement), varying, alone || leavesAlone(statement, varying));
    }
  }
}

const boundsVary = (statement: Extract<Statement, { readonly kind: "for" }>, varying: ReadonlySet<Variable>): boolean =>
  varies(statement.from, varying) || varies(statement.to, varying) || leavesAlone(statement, varying);

/** Whether only some threads may leave a loop. */
const leavesAlone = (statement: Statement, varying: ReadonlySet<Variable>): boolean =>
  (statement.kind === "for" || statement.kind === "loop") &&
  breaksOf(statement.body).some((when) => varies(when, varying));

/** The conditions under which a loop with these statements is left. */
const breaksOf = (statements: readonly Statement[]): Expression[] =>
  statements.flatMap((statement) => {
    if (statement.kind === "break") return [statement.when];
    return statement.kind === "if" ? breaksOf(statementsIn(statement)) : [];
  });

/** `around`: what surrounds the statements and depends on the thread; null if nothing does. */
function faultsIn(statements: readonly Statement[], varying: ReadonlySet<Variable>, around: string | null): string[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case "barrier":
        return around === null ? [] : [`only some threads may reach a barrier in ${around}`];
      case "for":
        return faultsIn(
          statement.body,
          varying,
          around ?? (boundsVary(statement, varying) ? `the loop of ${statement.index.name}` : null),
        );
      case "loop":
        return faultsIn(statement.body, varying, around ?? (leavesAlone(statement, varying) ? "a loop" : null));
      case "if":
        return faultsIn(
          statementsIn(statement),
          varying,
          around ?? (varies(statement.condition, varying) ? "an if" : null),
        );
      default:
        return faultsIn(statementsIn(statement), varying, around);
    }
  });
}
