// A loop that is unrolled by 4 becomes a loop of whole rounds, each with an inner loop that is written four times, and the remaining
// iterations: written out if their number is known, a loop otherwise.
//
//   for k in 0 .. 10 unrolled by 4         for round in 0 .. 2
//     f(k)                                    for u in 0 .. 4 unrolled
//                                               f(4 * round + u)
//                                           for u in 0 .. 2 unrolled
//                                             f(8 + u)
import { add, asLoop, constant, declare, div, max, mul, range, rem, sub, variable } from "./build.ts";
import type { Expression, Registers, Routine, Statement, Unroll, Variable } from "./program.ts";
import { hasInside, withInside, withOperands, withOwn } from "./rewrite.ts";

/** The routine without loops that are unrolled by a number. */
export const splitLoops = (routine: Routine): Routine => ({ ...routine, body: inside(routine.body) });

/** The statements themselves if no loop in them is split. */
function inside(statements: readonly Statement[]): readonly Statement[] {
  let changed: Statement[] | null = null;
  for (let i = 0; i < statements.length; i++) {
    const own = hasInside(statements[i]) ? withInside(statements[i], inside) : statements[i];
    const split = own.kind === "for" && own.unroll.kind === "copies" ? whole(own, own.unroll) : null;
    if (changed === null && (split !== null || own !== statements[i])) changed = statements.slice(0, i);
    if (changed !== null) changed.push(...(split ?? [own]));
  }
  return changed ?? statements;
}

type For = Extract<Statement, { readonly kind: "for" }>;
type Copies = Extract<Unroll, { readonly kind: "copies" }>;

/** Whole rounds of a loop, and the remaining iterations. */
function whole(statement: For, { copies, moves }: Copies): readonly Statement[] {
  const { index, from, to, step, body } = statement;
  if (step !== 1) return [{ ...statement, unroll: asLoop }];
  const length = max(sub(to, from), 0);
  const all = { kind: "all", moves } as const;
  const [round, u, rest] = [variable("round"), variable("u"), variable("u")];
  const inRound = replaced(body, index, add(from, add(mul(round, copies), u)));
  const rounds = (count: Expression) => range(round, 0, count, [range(u, 0, copies, inRound, 1, all)]);
  if (length.kind === "number") {
    const [count, left] = [Math.floor(Number(length.values[0]) / copies), Number(length.values[0]) % copies];
    const remaining = replaced(body, index, add(add(from, copies * count), rest));
    return [
      ...(count === 0 ? [] : [rounds(constant("i32", count))]),
      ...(left === 0 ? [] : [range(rest, 0, left, remaining, 1, all)]),
    ];
  }
  const [count, left] = [variable("rounds"), variable("rest")];
  return [
    declare(count, div(length, copies)),
    rounds(count),
    declare(left, rem(length, copies)),
    range(rest, 0, left, replaced(body, index, add(from, add(mul(count, copies), rest)))),
  ];
}

/** A copy of statements with an expression in place of a variable, and with variables of its own. */
function replaced(body: readonly Statement[], of: Variable, by: Expression): readonly Statement[] {
  return new Copy(new Map([[of, by]])).statements(body);
}

class Copy {
  readonly #values: Map<Variable, Expression>;
  readonly #registers = new Map<Registers, Registers>();

  constructor(values: Map<Variable, Expression>) {
    this.#values = values;
  }

  statements(all: readonly Statement[]): readonly Statement[] {
    return all.map((statement) => this.#one(statement));
  }

  #one(statement: Statement): Statement {
    const own = withOwn(statement, (expression) => this.#expression(expression));
    switch (own.kind) {
      case "let":
        return { ...own, variable: this.#fresh(own.variable) };
      case "set":
        return { ...own, variable: this.#variable(own.variable) };
      case "registers":
        this.#registers.set(own.registers, { ...own.registers });
        return { ...own, registers: this.#own(own.registers) };
      case "assign":
        return { ...own, registers: this.#own(own.registers) };
      case "for": {
        const index = this.#fresh(own.index);
        return { ...own, index, body: this.statements(own.body) };
      }
      case "outline": {
        const body = this.statements(own.body);
        if (own.result === null) return { ...own, body };
        const result = { own: this.#variable(own.result.own), variable: this.#fresh(own.result.variable) };
        return { ...own, body, result };
      }
      default:
        return withInside(own, (statements) => this.statements(statements));
    }
  }

  #expression(expression: Expression): Expression {
    if (expression.kind === "variable") return this.#values.get(expression) ?? expression;
    const own = withOperands(expression, (operand) => this.#expression(operand));
    return own.kind === "register" ? { ...own, registers: this.#own(own.registers) } : own;
  }

  #fresh(variable: Variable): Variable {
    const fresh = { ...variable };
    this.#values.set(variable, fresh);
    return fresh;
  }

  /** The copy's variable in place of one that is set. */
  #variable(variable: Variable): Variable {
    const own = this.#values.get(variable);
    return own?.kind === "variable" ? own : variable;
  }

  #own(registers: Registers): Registers {
    return this.#registers.get(registers) ?? registers;
  }
}
