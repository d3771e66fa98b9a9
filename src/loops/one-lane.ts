// A formula of vectors as a formula of single numbers, for threads that compute one number each: f32x4 becomes f32 and i32x4 becomes i32.
// A comparison of vectors gives a mask, 0 or -1; here it is the comparison of numbers, 0 or 1, with its sign changed:
//   let y = select(x < 0, -x, x)        of f32x4
//   let y = select(x < 0, -x, x)        of f32, where the condition is taken as it is
//   let n = n + (x < 0)                 of i32x4
//   let n = n + (0 - (x < 0))           of i32
// What such a formula names are the steps whose rounding it relies on, and so they are exact for compilers of GPUs, too.
import { internal } from "../errors/error.ts";
import type { Block } from "./block.ts";
import { Block as Inner } from "./block.ts";
import { constant, exact, ne, sub, variable } from "./build.ts";
import type { Expression, Statement, Variable } from "./program.ts";
import { isVector, type Type, types } from "./types.ts";

type Formula = (block: Block, ...operands: readonly Variable[]) => Expression;

/** Adds a formula of vectors to a block, for single numbers, and returns its value. */
export function inOneLane(block: Block, formula: Formula, operands: readonly Expression[]): Expression {
  const inner = new Inner();
  const vectors = operands.map(({ type }, i) => variable(`x${i}`, type === "i32" ? "i32x4" : "f32x4"));
  const result = formula(inner, ...vectors);
  const known = new Map<Variable, Expression>(vectors.map((vector, i) => [vector, operands[i]]));
  for (const statement of inner.statements) addOne(block, statement, known);
  return oneLane(result, known);
}

function addOne(block: Block, statement: Statement, known: Map<Variable, Expression>): void {
  if (statement.kind !== "let") throw internal(`a formula with a statement of kind ${statement.kind}`);
  const value = oneLane(statement.value, known);
  const isComputed = value.type === "f32" && value.kind === "operation";
  known.set(statement.variable, block.named(statement.variable.name, isComputed ? exact(value) : value));
}

const typeOfLane = (type: Type): Type => types[type].lane;

function oneLane(expression: Expression, known: ReadonlyMap<Variable, Expression>): Expression {
  const of = (operand: Expression) => oneLane(operand, known);
  const type = typeOfLane(expression.type);
  switch (expression.kind) {
    case "variable": {
      const value = known.get(expression);
      if (value === undefined) throw internal(`a formula reads ${expression.name}, which is declared outside of it`);
      return value;
    }
    case "number":
      return constant(type, expression.values[0]);
    case "operation": {
      const [first] = expression.operands;
      const own: Expression = { ...expression, type, operands: expression.operands.map(of) };
      return isVector(first.type) && isComparison(expression) ? sub(0, own) : own;
    }
    case "select":
      return {
        ...expression,
        type,
        condition: conditionOf(of(expression.condition)),
        whenTrue: of(expression.whenTrue),
        whenFalse: of(expression.whenFalse),
      };
    case "bits": {
      const value = of(expression.value);
      return value.type === type ? value : { kind: "bits", type, value };
    }
    case "splat":
      return of(expression.value);
    default:
      throw internal(`a formula with an expression of kind ${expression.kind}`);
  }
}

const comparisons: ReadonlySet<string> = new Set(["eq", "ne", "lt", "le", "gt", "ge", "ltUnsigned"]);
const isComparison = ({ operation }: Extract<Expression, { readonly kind: "operation" }>): boolean =>
  comparisons.has(operation);

/** The condition that a mask, 0 or -1, stands for. */
function conditionOf(mask: Expression): Expression {
  if (mask.kind === "operation" && mask.operation === "sub") {
    const [zero, comparison] = mask.operands;
    const isNegated = zero.kind === "number" && zero.values[0] === 0 && comparison.kind === "operation";
    if (isNegated && isComparison(comparison)) return comparison;
  }
  return ne(mask, 0);
}
