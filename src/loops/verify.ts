// Checks loop programs: names are declared before they are used, types fit, and loops are left only from inside. Tests run it on each
// routine that a builder makes.

import { operandsOf } from "./operands.ts";
import { resultOf } from "./operations.ts";
import {
  type Expression,
  type Memory,
  type Place,
  type Registers,
  type Routine,
  type Statement,
  typeOf,
  type Variable,
} from "./program.ts";
import { sizeOf, type Type, types } from "./types.ts";

/** What is known at a statement. */
interface Scope {
  readonly memories: Set<Memory>;
  /** Variables that have a value; of these, the constants may not be set. */
  readonly variables: Set<Variable>;
  readonly constants: ReadonlySet<Variable>;
  readonly registers: Set<Registers>;
  readonly inLoop: boolean;
}

/** The faults of a routine, one line each; empty if there are none. */
export function faultsOf({ memories, parameters, body }: Routine): string[] {
  const scope = {
    memories: new Set(memories),
    variables: new Set(parameters),
    constants: new Set(parameters),
    registers: new Set<Registers>(),
    inLoop: false,
  };
  return ofStatements(body, scope);
}

/** A block has variables of its own: what it declares is gone after it. */
function ofStatements(statements: readonly Statement[], outer: Scope): string[] {
  const { memories, variables, registers } = outer;
  const scope = {
    ...outer,
    memories: new Set(memories),
    variables: new Set(variables),
    registers: new Set(registers),
  };
  return statements.flatMap((statement) => ofStatement(statement, scope));
}

function ofStatement(statement: Statement, scope: Scope): string[] {
  switch (statement.kind) {
    case "let":
    case "set":
    case "registers":
    case "assign":
    case "point":
    case "move":
      return ofVariables(statement, scope);
    case "fence":
      return ofExpression(statement.place.index, scope);
    case "shared":
    case "own":
      return ofMemory(statement, scope);
    case "barrier":
      return [];
    case "outline":
      return ofOutline(statement, scope);
    case "store": {
      const { place, value, lanes } = statement;
      return [
        ...ofExpression(place.index, scope),
        ...ofExpression(value, scope),
        ...ofPlace(place, value.type, scope),
        ...(lanes >= 1 && lanes <= types[value.type].lanes ? [] : [`a store of ${lanes} lanes of ${value.type}`]),
      ];
    }
    case "call": {
      const { memories, operands, result } = statement;
      if (result !== null) scope.variables.add(result);
      return [
        ...memories.flatMap((memory) =>
          scope.memories.has(memory) ? [] : [`the routine has no memory ${memory.name}`],
        ),
        ...operands.flatMap((operand) => ofExpression(operand, scope)),
      ];
    }
    case "for":
      return ofFor(statement, scope);
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
        ...ofStatements(statement.whenTrue, scope),
        ...ofStatements(statement.whenFalse, scope),
      ];
    default:
      return statement satisfies never;
  }
}

type OfVariables = Extract<Statement, { readonly kind: "let" | "set" | "registers" | "assign" | "point" | "move" }>;

/** The faults of a statement that declares a variable, registers or a pointer, or that gives one another value. */
function ofVariables(statement: OfVariables, scope: Scope): string[] {
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
    case "registers": {
      const { registers, value } = statement;
      const faults = [
        ...(scope.registers.has(registers) ? [`${registers.name} are declared twice`] : []),
        ...(value === null ? [] : [...ofExpression(value, scope), ...typed(registers.name, value, registers.type)]),
      ];
      scope.registers.add(registers);
      return faults;
    }
    case "assign": {
      const { registers, indices, value } = statement;
      return [
        ...ofRegister(registers, indices, scope),
        ...[...indices, value].flatMap((own) => ofExpression(own, scope)),
        ...typed(registers.name, value, registers.type),
      ];
    }
    case "point": {
      const { pointer, place } = statement;
      const faults = [
        ...(scope.variables.has(pointer) ? [`${pointer.name} is declared twice`] : []),
        ...ofExpression(place.index, scope),
        ...ofPlace(place, typeOf(place.memory.element), scope),
      ];
      scope.variables.add(pointer);
      return faults;
    }
    case "move":
      return scope.variables.has(statement.pointer) ? [] : [`${statement.pointer.name} moves before it is declared`];
    default:
      return statement satisfies never;
  }
}

function ofFor({ index, from, to, step, body }: Extract<Statement, { readonly kind: "for" }>, scope: Scope): string[] {
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

function ofMemory({ memory, length }: Extract<Statement, { readonly kind: "shared" | "own" }>, scope: Scope): string[] {
  const faults = [
    ...(scope.memories.has(memory) ? [`${memory.name} is declared twice`] : []),
    ...(Number.isInteger(length) && length >= 1 ? [] : [`${memory.name} has ${length} elements`]),
    ...(scope.inLoop ? [`${memory.name} is declared in a loop`] : []),
  ];
  scope.memories.add(memory);
  return faults;
}

/** A part that becomes a function reads what is declared outside, and sets nothing of it. */
function ofOutline({ body, result }: Extract<Statement, { readonly kind: "outline" }>, scope: Scope): string[] {
  const inside = {
    ...scope,
    constants: scope.variables,
    registers: new Set<Registers>(),
    inLoop: false,
  };
  const faults = ofStatements(body, inside);
  if (result === null) return faults;
  scope.variables.add(result.variable);
  const isDeclared = body.some((one) => one.kind === "let" && one.variable === result.own);
  return [...faults, ...(isDeclared ? [] : [`a part has the result ${result.own.name}, which it does not declare`])];
}

/** The faults in the indices of a register, as far as they are numbers. */
const ofRegister = (registers: Registers, indices: readonly Expression[], scope: Scope): string[] => [
  ...(scope.registers.has(registers) ? [] : [`${registers.name} are used before they are declared`]),
  ...(indices.length === registers.sizes.length ? [] : [`${registers.name} has ${registers.sizes.length} indices`]),
  ...indices.flatMap((index, i) => [
    ...typed(`an index of ${registers.name}`, index, "i32"),
    ...(index.kind === "number" && Number(index.values[0]) >= registers.sizes[i]
      ? [`${registers.name} has no index ${index.values[0]}`]
      : []),
  ]),
];

function ofExpression(expression: Expression, scope: Scope): string[] {
  const faults = operandsOf(expression).flatMap((operand) => ofExpression(operand, scope));
  return [...faults, ...ofNode(expression, scope)];
}

/** The faults of an expression, without those of its operands. */
function ofNode(expression: Expression, scope: Scope): string[] {
  const { kind, type } = expression;
  const given = operandsOf(expression).map((operand) => operand.type);
  const fault = () => [`${kind} of ${given.join(" and ")} cannot give ${type}`];
  const { lane, lanes } = types[type];
  switch (kind) {
    case "variable":
      return scope.variables.has(expression) ? [] : [`${expression.name} is read before it is declared`];
    case "call":
      return [];
    case "register":
      return ofRegister(expression.registers, expression.indices, scope);
    case "entry":
      return given[0] === "i32" ? [] : fault();
    case "number":
      return expression.values.length === 1 || expression.values.length === lanes ? [] : fault();
    case "operation":
      if (resultOf(expression.operation, given) === type) return [];
      return [`${expression.operation} of ${given.join(" and ")} cannot give ${type}`];
    case "select": {
      const [whenTrue, whenFalse, condition] = given;
      const fits = condition === "i32" || (condition === types[type].condition && lanes > 1);
      return whenTrue === type && whenFalse === type && fits ? [] : fault();
    }
    case "splat":
      return lanes > 1 && given[0] === lane ? [] : fault();
    case "lane":
      return types[given[0]].lane === type && expression.lane < types[given[0]].lanes ? [] : fault();
    case "withLane":
      return given[0] === type && given[1] === lane && expression.lane < lanes ? [] : fault();
    case "shuffle":
      return given.every((one) => one === type) && sizeOf(type) === 16 && expression.words.length === 4 ? [] : fault();
    case "bits":
      return sizeOf(given[0]) === sizeOf(type) ? [] : fault();
    case "promoteLow":
      return given[0] === "f32x4" ? [] : fault();
    case "demoteLow":
      return given[0] === "f64x2" ? [] : fault();
    case "bitmask":
    case "any":
      return sizeOf(given[0]) === 16 ? [] : fault();
    case "load":
      return ofPlace(expression.place, type, scope);
    default:
      return expression satisfies never;
  }
}

/** The faults of a load or a store of a value of the type. */
function ofPlace({ memory, pointer, index }: Place, type: Type, scope: Scope): string[] {
  const element = typeOf(memory.element);
  return [
    ...(pointer === null || scope.variables.has(pointer) ? [] : [`${pointer.name} is read before it is declared`]),
    ...(scope.memories.has(memory) ? [] : [`the routine has no memory ${memory.name}`]),
    ...typed(`an index of ${memory.name}`, index, "i32"),
    ...(types[type].lane === element ? [] : [`${memory.name} has elements of ${element}, not ${type}`]),
  ];
}

const typed = (what: string, { type }: Expression, wanted: Type): string[] =>
  type === wanted ? [] : [`${what} has type ${type}, not ${wanted}`];
