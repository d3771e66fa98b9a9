// What the writers of a module share: names of variables, registers and memories, the numbers that unrolled loops have given to their
// indices, tables, and which functions are called.
import { internal } from "../../../errors/error.ts";
import { constant } from "../../../loops/build.ts";
import type { Expression, Memory, Registers, Routine, Variable } from "../../../loops/program.ts";
import { withOperands } from "../../../loops/rewrite.ts";
import { type Uses, usesOf } from "../../../loops/uses.ts";
import type { FunctionName } from "./functions.ts";

export class Scope {
  readonly #uses: Uses;
  readonly #names = new Map<Variable | Registers | Memory, string>();
  readonly #counts = new Map<string, number>();
  readonly #tables = new Map<string, string>();
  /** The indices of unrolled loops. */
  readonly #known = new Map<Variable, number>();
  readonly functions = new Set<FunctionName>();
  readonly vectors: ReadonlySet<Memory>;

  constructor({ body }: Routine, vectors: ReadonlySet<Memory>) {
    this.#uses = usesOf(body);
    this.vectors = vectors;
  }

  isRead(variable: Variable): boolean {
    return this.#uses.read.has(variable);
  }

  isSet(variable: Variable): boolean {
    return this.#uses.set.has(variable);
  }

  /** A new name for a variable or registers: the number at its end keeps it apart from others and from WGSL's own words. */
  declare(of: Variable | Registers): string {
    return this.#newName(of);
  }

  #newName(of: Variable | Registers | Memory): string {
    const count = (this.#counts.get(of.name) ?? 0) + 1;
    this.#counts.set(of.name, count);
    const name = `${of.name}_${count}`;
    this.#names.set(of, name);
    return name;
  }

  /** The same for memory that a thread alone has. */
  declareOwn(memory: Memory): string {
    return this.#newName(memory);
  }

  declareMemory(memory: Memory, name: string): void {
    this.#names.set(memory, name);
  }

  nameOf(of: Variable | Registers | Memory): string {
    const name = this.#names.get(of);
    if (name === undefined) throw internal(`${of.name} is used before it is declared`);
    return name;
  }

  /** The module's constants. */
  get tables(): string[] {
    return [...this.#tables].map(([values, name]) => `const ${name} = array(${values});`);
  }

  table(values: readonly number[]): string {
    const text = values.map((value) => `i32(${value})`).join(", ");
    const name = this.#tables.get(text) ?? `table${this.#tables.size}`;
    this.#tables.set(text, name);
    return name;
  }

  call(name: FunctionName): FunctionName {
    this.functions.add(name);
    return name;
  }

  /** Writes with a number in place of an index. */
  withKnown(index: Variable, value: number, write: () => void): void {
    this.#known.set(index, value);
    write();
    this.#known.delete(index);
  }

  /** The expression with the numbers that are known now; operations on them are computed. */
  resolved(expression: Expression): Expression {
    if (this.#known.size === 0) return expression;
    if (expression.kind === "variable") {
      const value = this.#known.get(expression);
      return value === undefined ? expression : constant("i32", value);
    }
    return withOperands(expression, (operand) => this.resolved(operand));
  }
}
