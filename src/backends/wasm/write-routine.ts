// Writes loop programs (src/loops) as WebAssembly: a routine becomes a function whose parameters are the addresses of its memories, then the
// routine's parameters. A variable becomes a local, a statement its instructions, and an expression pushes its value.
import { internal } from "../../errors/error.ts";
import type { Operation } from "../../loops/operations.ts";
import type { Element, Expression, Memory, Routine, Statement, Type, Variable } from "../../loops/program.ts";
import type { Code, Local } from "./assembler/assembler.ts";
import type { Instruction, MemoryInstruction } from "./assembler/opcodes.ts";

const access = {
  f32: { load: "f32.load", store: "f32.store", bytes: 4 },
  f64: { load: "f64.load", store: "f64.store", bytes: 8 },
  i32: { load: "i32.load", store: "i32.store", bytes: 4 },
  u8: { load: "i32.load8_u", store: "i32.store8", bytes: 1 },
} as const satisfies Record<
  Element,
  { readonly load: MemoryInstruction; readonly store: MemoryInstruction; readonly bytes: number }
>;

/** The instruction of each operation, by the type of its first operand; null where WebAssembly has none. */
const instructions = {
  add: { i32: "i32.add", f32: "f32.add", f64: "f64.add" },
  sub: { i32: "i32.sub", f32: "f32.sub", f64: "f64.sub" },
  mul: { i32: "i32.mul", f32: "f32.mul", f64: "f64.mul" },
  div: { i32: "i32.div_u", f32: null, f64: null },
  rem: { i32: "i32.rem_u", f32: null, f64: null },
  min: { i32: null, f32: null, f64: null },
  and: { i32: "i32.and", f32: null, f64: null },
  or: { i32: "i32.or", f32: null, f64: null },
  not: { i32: "i32.eqz", f32: null, f64: null },
  eq: { i32: "i32.eq", f32: "f32.eq", f64: "f64.eq" },
  ne: { i32: "i32.ne", f32: "f32.ne", f64: "f64.ne" },
  lt: { i32: "i32.lt_s", f32: "f32.lt", f64: "f64.lt" },
  gt: { i32: "i32.gt_s", f32: "f32.gt", f64: "f64.gt" },
  ge: { i32: "i32.ge_s", f32: "f32.ge", f64: "f64.ge" },
  f64FromF32: { i32: null, f32: "f64.promote_f32", f64: null },
  f64FromI32: { i32: "f64.convert_i32_s", f32: null, f64: null },
} as const satisfies Record<Operation, Record<Type, Instruction | null>>;

/** Writes the body of a routine. */
export function writeRoutine(
  code: Code,
  routine: Routine,
  addresses: readonly Local[],
  parameters: readonly Local[],
): void {
  const memories = new Map(routine.memories.map((memory, i) => [memory, addresses[i]]));
  const variables = new Map(routine.parameters.map((parameter, i) => [parameter, parameters[i]]));
  new RoutineWriter(code, memories, variables).statements(routine.body);
}

class RoutineWriter {
  readonly #code: Code;
  readonly #memories: ReadonlyMap<Memory, Local>;
  readonly #variables: Map<Variable, Local>;
  /** The label behind the innermost loop. */
  #end: number | null = null;

  constructor(code: Code, memories: ReadonlyMap<Memory, Local>, variables: Map<Variable, Local>) {
    this.#code = code;
    this.#memories = memories;
    this.#variables = variables;
  }

  statements(all: readonly Statement[]): void {
    for (const statement of all) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    const code = this.#code;
    switch (statement.kind) {
      case "let":
        this.#push(statement.value);
        code.set(this.#declare(statement.variable));
        return;
      case "set":
        this.#push(statement.value);
        code.set(this.#local(statement.variable));
        return;
      case "store": {
        const { memory, index, value } = statement;
        const { store, bytes } = access[memory.element];
        this.#address(memory, index, bytes);
        this.#push(value);
        code.memory(store);
        return;
      }
      case "for": {
        const { index, from, to, step, body } = statement;
        const local = this.#declare(index);
        this.#push(from);
        code.set(local);
        this.#repeat(() => {
          code.get(local);
          this.#push(to);
          code.op("i32.ge_s").brIf(this.#label());
          this.statements(body);
          code.get(local).i32(step).op("i32.add").set(local);
        });
        return;
      }
      case "loop":
        this.#repeat(() => this.statements(statement.body));
        return;
      case "break":
        this.#push(statement.when);
        code.brIf(this.#label());
        return;
      case "if": {
        const { condition, then, otherwise } = statement;
        this.#push(condition);
        code.if(() => this.statements(then), otherwise.length === 0 ? undefined : () => this.statements(otherwise));
        return;
      }
      default:
        statement satisfies never;
    }
  }

  /** Repeats what `body` writes until a branch to the label behind it. */
  #repeat(body: () => void): void {
    const outer = this.#end;
    this.#code.block((end) => {
      this.#code.loop((again) => {
        this.#end = end;
        body();
        this.#code.br(again);
      });
    });
    this.#end = outer;
  }

  #push(expression: Expression): void {
    const code = this.#code;
    switch (expression.kind) {
      case "variable":
        code.get(this.#local(expression));
        return;
      case "number":
        code[expression.type](expression.value);
        return;
      case "load": {
        const { load, bytes } = access[expression.memory.element];
        this.#address(expression.memory, expression.index, bytes);
        code.memory(load);
        return;
      }
      case "operation": {
        const { operation, operands } = expression;
        for (const operand of operands) this.#push(operand);
        if (operation === "min") {
          // min(a, b) = a < b ? a : b
          for (const operand of operands) this.#push(operand);
          code.op("i32.lt_s", "select");
          return;
        }
        const instruction = instructions[operation][operands[0].type];
        if (instruction === null) throw internal(`WebAssembly has no ${operation} of ${operands[0].type}`);
        code.op(instruction);
        return;
      }
      default:
        expression satisfies never;
    }
  }

  /** Pushes the address of an element. */
  #address(memory: Memory, index: Expression, bytes: number): void {
    const base = this.#memories.get(memory);
    if (base === undefined) throw internal(`the memory ${memory.name} has no address`);
    this.#push(index);
    if (bytes !== 1) this.#code.i32(bytes).op("i32.mul");
    this.#code.get(base).op("i32.add");
  }

  #declare(variable: Variable): Local {
    const local = this.#code.local(variable.type);
    this.#variables.set(variable, local);
    return local;
  }

  #local(variable: Variable): Local {
    const local = this.#variables.get(variable);
    if (local === undefined) throw internal(`the variable ${variable.name} is not declared`);
    return local;
  }

  #label(): number {
    if (this.#end === null) throw internal("a break outside of loops");
    return this.#end;
  }
}
