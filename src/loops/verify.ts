// Checks loop programs: names are declared before they are used, types fit, and loops are left only from inside. Tests run it on each
// routine that a builder makes.
import { entryOf } from "./operations.ts";
import {
  type Expression,
  type Memory,
  type Routine,
  type Statement,
  type Type,
  typeOf,
  type Variable,
} from "./program.ts";

/** What is known at a statement. */
interface Scope {
  readonly memories: ReadonlySet<Memory>;
  /** Variables that have a value; of these, the constants may not be set. */
  readonly variables: Set<Variable>;
  readonly constants: ReadonlySet<Variable>;
  readonly inLoop: boolean;
}

/** The faults of a routine, one line each; empty if there are none. */
export function faultsOf({ memories, parameters, body }: Routine): string[] {
  const scope = {
    memories: new Set(memories),
    variables: new Set(parameters),
    constants: new Set(parameters),
    inLoop: false,
  };
  return ofStatements(body, scope);
}

/** A block has variables of its own: what it declares is gone after it. */
function ofStatements(statements: readonly Statement[], outer: Scope): string[] {
  const scope = { ...outer, variables: new Set(outer.variables) };
  return statements.flatMap((statement) => ofStatement(statement, scope));
}

function ofStatement(statement: Statement, scope: Scope): string[] {
  switch (statement.kind) {
    case "let": {
      const { variable, value } = statement;
      const faults = [
        ...(scope.variables.has(variable) ? [`${variable.name} is declared twice`] : []),
        ...ofExpression(value, scope),
        ...typed(`let ${variable.name}`, value, variable.type),
      ];
      scope.variables.add(variable);
      return faults;
    }
    case "set": {
      const { variable, value } = statement;
      return [
        ...(scope.variables.has(variable) ? [] : [`${variable.name} is set before it is declared`]),
        ...(scope.constants.has(variable)
          ? [`${variable.name} is a parameter or the index of a loop, and is set`]
          : []),
        ...ofExpression(value, scope),
        ...typed(`set ${variable.name}`, value, variable.type),
      ];
    }
    case "store": {
      const { memory, index, value } = statement;
      return [
        ...ofPlace(memory, index, scope),
        ...ofExpression(value, scope),
        ...typed(`store to ${memory.name}`, value, typeOf(memory.element)),
      ];
    }
    case "for": {
      const { index, from, to, step, body } = statement;
      const inside = {
        ...scope,
        variables: new Set([...scope.variables, index]),
        constants: new Set([...scope.constants, index]),
        inLoop: true,
      };
      return [
        ...(scope.variables.has(index) ? [`${index.name} is declared twice`] : []),
        ...(Number.isInteger(step) && step >= 1 ? [] : [`the step of ${index.name} is ${step}`]),
        ...[from, to].flatMap((bound) => [
          ...ofExpression(bound, scope),
          ...typed(`a bound of ${index.name}`, bound, "i32"),
        ]),
        ...typed(`the index ${index.name}`, index, "i32"),
        ...ofStatements(body, inside),
      ];
    }
    case "loop":
      return ofStatements(statement.body, { ...scope, inLoop: true });
    case "break":
      return [
        ...(scope.inLoop ? [] : ["a break outside of loops"]),
        ...ofExpression(statement.when, scope),
        ...typed("a break's condition", statement.when, "i32"),
      ];
    case "if":
      return [
        ...ofExpression(statement.condition, scope),
        ...typed("a condition", statement.condition, "i32"),
        ...ofStatements(statement.then, scope),
        ...ofStatements(statement.otherwise, scope),
      ];
    default:
      return statement satisfies never;
  }
}

function ofExpression(expression: Expression, scope: Scope): string[] {
  switch (expression.kind) {
    case "variable":
      return scope.variables.has(expression) ? [] : [`${expression.name} is read before it is declared`];
    case "number":
      return [];
    case "load":
      return [
        ...ofPlace(expression.memory, expression.index, scope),
        ...typed(`load from ${expression.memory.name}`, expression, typeOf(expression.memory.element)),
      ];
    case "operation": {
      const { operation, type, operands } = expression;
      const wanted = entryOf(operation).operands(type, operands[0].type);
      const given = operands.map((operand) => operand.type);
      const faults = operands.flatMap((operand) => ofExpression(operand, scope));
      if (wanted?.join() !== given.join()) faults.push(`${operation} of ${given.join(" and ")} cannot give ${type}`);
      return faults;
    }
    default:
      return expression satisfies never;
  }
}

const ofPlace = (memory: Memory, index: Expression, scope: Scope): string[] => [
  ...(scope.memories.has(memory) ? [] : [`the routine has no memory ${memory.name}`]),
  ...ofExpression(index, scope),
  ...typed(`an index of ${memory.name}`, index, "i32"),
];

const typed = (what: string, { type }: Expression, wanted: Type): string[] =>
  type === wanted ? [] : [`${what} has type ${type}, not ${wanted}`];
