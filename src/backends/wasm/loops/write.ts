// Writes loop programs (src/loops) as WebAssembly: a routine becomes a function whose parameters are the addresses of its memories, then the
// routine's parameters. A variable becomes a local, a statement its instructions, and an expression pushes its value.
import { internal } from "../../../errors/error.ts";
import { operandsOf } from "../../../loops/operands.ts";
import type { Element, Expression, Memory, Routine, Statement, Variable } from "../../../loops/program.ts";
import { isVector, type Lane, type Type } from "../../../loops/types.ts";
import type { Code, Local, ValueType, Function as WasmFunction } from "../assembler/assembler.ts";
import type { MemoryInstruction } from "../assembler/opcodes.ts";
import { casts, instructions, splats } from "./instructions.ts";

const access = {
  f32: { load: "f32.load", store: "f32.store", bytes: 4 },
  f64: { load: "f64.load", store: "f64.store", bytes: 8 },
  i32: { load: "i32.load", store: "i32.store", bytes: 4 },
  u8: { load: "i32.load8_u", store: "i32.store8", bytes: 1 },
} as const satisfies Record<
  Element,
  { readonly load: MemoryInstruction; readonly store: MemoryInstruction; readonly bytes: number }
>;

/** The lanes that a lane instruction takes and gives. */
const laneInstructions = {
  i32x4: { extract: "i32x4.extract_lane", replace: "i32x4.replace_lane" },
  f32x4: { extract: "f32x4.extract_lane", replace: "f32x4.replace_lane" },
  f64x2: { extract: "f64x2.extract_lane", replace: "f64x2.replace_lane" },
} as const;

export const localType = (type: Type): ValueType => (isVector(type) ? "v128" : (type as Lane));

/** The lane instructions of a vector type. */
function lanesOf(type: Type) {
  if (type === "i32x4" || type === "f32x4" || type === "f64x2") return laneInstructions[type];
  throw internal(`WebAssembly's lanes of ${type}`);
}

/** The instruction, or an error if WebAssembly has none. */
function known<T>(instruction: T | undefined, { kind, type }: Expression): T {
  if (instruction === undefined) throw internal(`WebAssembly has no instruction for this ${kind} of ${type}`);
  return instruction;
}

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

/** The functions that calls name. */
type Functions = (name: string) => WasmFunction | undefined;

/**
 * Writes statements and pushes an expression after them, inside a function whose locals hold some variables. Declared variables are added
 * to these.
 */
export function pushAfter(
  code: Code,
  statements: readonly Statement[],
  expression: Expression,
  variables: Map<Variable, Local>,
  functions: Functions = () => undefined,
): void {
  const writer = new RoutineWriter(code, new Map(), variables, functions);
  writer.statements(statements);
  writer.push(expression);
}

class RoutineWriter {
  readonly #code: Code;
  readonly #memories: ReadonlyMap<Memory, Local>;
  readonly #functions: Functions;
  readonly #variables: Map<Variable, Local>;
  /** The label behind the innermost loop. */
  #end: number | null = null;

  constructor(
    code: Code,
    memories: ReadonlyMap<Memory, Local>,
    variables: Map<Variable, Local>,
    functions: Functions = () => undefined,
  ) {
    this.#functions = functions;
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
        this.push(statement.value);
        code.set(this.#declare(statement.variable));
        return;
      case "set":
        this.push(statement.value);
        code.set(this.#local(statement.variable));
        return;
      case "store": {
        const { memory, index, value } = statement;
        const { store, bytes } = access[memory.element];
        this.#address(memory, index, bytes);
        this.push(value);
        if (isVector(value.type)) code.memory("v128.store", 0, Math.log2(bytes));
        else code.memory(store);
        return;
      }
      case "for": {
        const { index, from, to, step, body } = statement;
        const local = this.#declare(index);
        this.push(from);
        code.set(local);
        this.#repeat(() => {
          code.get(local);
          this.push(to);
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
        this.push(statement.when);
        code.brIf(this.#label());
        return;
      case "if": {
        const { condition, whenTrue, whenFalse } = statement;
        this.push(condition);
        code.if(() => this.statements(whenTrue), whenFalse.length === 0 ? undefined : () => this.statements(whenFalse));
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

  /** Writes the instructions that push the value of an expression. */
  push(expression: Expression): void {
    const code = this.#code;
    const splatted = this.#splattedLoad(expression);
    if (splatted) return;
    if (expression.kind === "load") {
      const { load, bytes } = access[expression.memory.element];
      this.#address(expression.memory, expression.index, bytes);
      if (isVector(expression.type)) code.memory("v128.load", 0, Math.log2(bytes));
      else code.memory(load);
      return;
    }
    for (const operand of operandsOf(expression)) this.push(operand);
    switch (expression.kind) {
      case "variable":
        code.get(this.#local(expression));
        return;
      case "number":
        this.#number(expression);
        return;
      case "operation":
        this.#operation(expression);
        return;
      case "select":
        code.op(isVector(expression.condition.type) ? "v128.bitselect" : "select");
        return;
      case "splat":
        code.op(known(splats[expression.type], expression));
        return;
      case "lane":
        code.lane(lanesOf(expression.vector.type).extract, expression.lane);
        return;
      case "withLane":
        code.lane(lanesOf(expression.type).replace, expression.lane);
        return;
      case "shuffle":
        code.shuffleWords(expression.words);
        return;
      case "bits": {
        const cast = casts.get(`${expression.value.type} ${expression.type}`);
        if (cast) code.op(cast);
        return;
      }
      case "call":
        code.call(known(this.#functions(expression.callee), expression));
        return;
      case "promoteLow":
        code.op("f64x2.promote_low_f32x4");
        return;
      case "demoteLow":
        code.op("f32x4.demote_f64x2_zero");
        return;
      case "any":
        code.op("v128.any_true");
        return;
      default:
        expression satisfies never;
    }
  }

  #operation({ operation, operands }: Extract<Expression, { readonly kind: "operation" }>): void {
    const code = this.#code;
    const [{ type }] = operands;
    if ((operation === "min" || operation === "max") && type === "i32") {
      // min(a, b) = a < b ? a : b; the operands are on the stack once.
      for (const operand of operands) this.push(operand);
      code.op(operation === "min" ? "i32.lt_s" : "i32.gt_s", "select");
      return;
    }
    if (type === "i64" && operation.startsWith("shift")) code.op("i64.extend_i32_u");
    code.op(known(instructions[operation][type], operands[0]));
  }

  #number(number: Extract<Expression, { readonly kind: "number" }>): void {
    const code = this.#code;
    const { values } = number;
    const [first] = values;
    switch (number.type) {
      case "i32":
        code.i32(Number(first));
        return;
      case "i64":
        code.i64(BigInt(first));
        return;
      case "f32":
        code.f32(Number(first));
        return;
      case "f64":
        code.f64(Number(first));
        return;
      case "i32x4":
        if (values.length === 4) code.int32s(...(values.map(Number) as [number, number, number, number]));
        else code.i32x4(Number(first));
        return;
      case "f32x4":
        if (values.length !== 1) throw internal("a constant with four different f32");
        code.f32x4(Number(first));
        return;
      case "f64x2":
        code.f64(Number(first)).op("f64x2.splat");
        return;
      case "i64x2":
        code.i64(BigInt(first)).op("i64x2.splat");
        return;
      default: {
        number.type satisfies never;
      }
    }
  }

  /** Writes a load into all lanes as one instruction; false if the expression is something else. */
  #splattedLoad(expression: Expression): boolean {
    if (expression.kind !== "splat" || expression.value.kind !== "load") return false;
    const { memory, index } = expression.value;
    const { bytes } = access[memory.element];
    if (bytes === 1) return false;
    this.#address(memory, index, bytes);
    this.#code.memory(bytes === 4 ? "v128.load32_splat" : "v128.load64_splat");
    return true;
  }

  /** Pushes the address of an element. */
  #address(memory: Memory, index: Expression, bytes: number): void {
    const base = this.#memories.get(memory);
    if (base === undefined) throw internal(`the memory ${memory.name} has no address`);
    this.push(index);
    if (bytes !== 1) this.#code.i32(bytes).op("i32.mul");
    this.#code.get(base).op("i32.add");
  }

  #declare(variable: Variable): Local {
    const local = this.#code.local(localType(variable.type));
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
