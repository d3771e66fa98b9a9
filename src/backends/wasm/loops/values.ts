// Writes the expressions of loop programs as WebAssembly: each pushes its value. Variables are locals, and memories have their addresses in
// locals.
import { internal } from "../../../errors/error.ts";
import { operandsOf } from "../../../loops/operands.ts";
import { i32Of } from "../../../loops/operations.ts";
import type { Element, Expression, Memory, Place, Registers, Variable } from "../../../loops/program.ts";
import { isVector, type Lane, type Type } from "../../../loops/types.ts";
import type { Code, Local, ValueType, Function as WasmFunction } from "../assembler/assembler.ts";
import type { MemoryInstruction } from "../assembler/opcodes.ts";
import { casts, instructions, splats } from "./instructions.ts";

/** The instructions for elements of memory. */
export const access = {
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

const isZero = (expression: Expression): boolean =>
  expression.kind === "number" && expression.values.every((value) => Object.is(value, 0));

/** Expressions whose instructions are not those of their operands and then one of their own. */
type Direct = Extract<
  Expression,
  { readonly kind: "variable" | "register" | "operation" | "number" | "entry" | "load" }
>;

/** The functions that calls name. */
export type Functions = (name: string) => WasmFunction | undefined;

export class ValueWriter {
  readonly #code: Code;
  readonly #memories: ReadonlyMap<Memory, Local>;
  readonly #variables: Map<Variable, Local>;
  /** The indices of the unrolled loops around: numbers in the copy that is being written. */
  readonly #known = new Map<Variable, number>();
  /** The locals of registers, by their number in row-major order. */
  readonly #registers = new Map<Registers, (Local | undefined)[]>();
  readonly #functions: Functions;

  /** Declared variables are added to `variables`. */
  constructor(
    code: Code,
    memories: ReadonlyMap<Memory, Local>,
    variables: Map<Variable, Local>,
    functions: Functions = () => undefined,
  ) {
    this.#code = code;
    this.#memories = memories;
    this.#variables = variables;
    this.#functions = functions;
  }

  /** Writes the instructions that push the value of an expression. */
  push(expression: Expression): void {
    const code = this.#code;
    switch (expression.kind) {
      case "variable": {
        const number = this.#known.get(expression);
        if (number === undefined) code.get(this.local(expression));
        else code.i32(number);
        return;
      }
      case "register":
        code.get(this.register(expression.registers, expression.indices));
        return;
      case "operation":
        this.#pushAll(expression.operands);
        this.#operation(expression);
        return;
      case "number":
        this.#number(expression);
        return;
      case "entry":
        code.i32(this.#knownNumber(expression));
        return;
      case "load":
        this.#load(expression);
        return;
      case "splat":
      case "withLane":
        if (this.#loadsAtOnce(expression)) return;
        break;
      default:
    }
    this.#pushAll(operandsOf(expression));
    this.#apply(expression);
  }

  #pushAll(expressions: readonly Expression[]): void {
    for (let i = 0; i < expressions.length; i++) this.push(expressions[i]);
  }

  /** Writes the instruction of an expression whose operands are pushed. */
  #apply(expression: Exclude<Expression, Direct>): void {
    const code = this.#code;
    switch (expression.kind) {
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
      case "bits":
        // Vectors have no type in WebAssembly.
        if (!isVector(expression.type))
          code.op(known(casts.get(`${expression.value.type} ${expression.type}`), expression));
        return;
      case "call":
        code.call(this.function(expression.callee));
        return;
      case "promoteLow":
        code.op("f64x2.promote_low_f32x4");
        return;
      case "demoteLow":
        code.op("f32x4.demote_f64x2_zero");
        return;
      case "bitmask":
        code.op("i32x4.bitmask");
        return;
      case "any":
        code.op("v128.any_true");
        return;
      default:
        expression satisfies never;
    }
  }

  /** Writes the instruction of an operation whose operands are pushed. */
  #operation(expression: Extract<Expression, { readonly kind: "operation" }>): void {
    const code = this.#code;
    const { operation, operands } = expression;
    const { type } = operands[0];
    if (type === "i64" && operation.startsWith("shift")) code.op("i64.extend_i32_u");
    if ((operation === "min" || operation === "max") && type === "i32") {
      // min(a, b) = a < b ? a : b
      this.#pushAll(operands);
      code.op(operation === "min" ? "i32.lt_s" : "i32.gt_s", "select");
      return;
    }
    code.op(known(instructions[operation][type], expression));
  }

  #number(number: Extract<Expression, { readonly kind: "number" }>): void {
    const code = this.#code;
    const { values } = number;
    const first = values[0];
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

  #load({ type, place }: Extract<Expression, { readonly kind: "load" }>): void {
    const code = this.#code;
    const { load, bytes } = access[place.memory.element];
    const offset = this.address(place);
    if (!isVector(type)) code.memory(load, offset);
    else if (bytes > 1) code.memory("v128.load", offset, Math.log2(bytes));
    else {
      code.memory("v128.load32_zero", offset, 0);
      code.op("i16x8.extend_low_i8x16_u", "i32x4.extend_low_i16x8_u");
    }
  }

  /** Writes loads that WebAssembly joins with what follows them: into all lanes, or into one. False if the expression is something else. */
  #loadsAtOnce(expression: Extract<Expression, { readonly kind: "splat" | "withLane" }>): boolean {
    const code = this.#code;
    const { value } = expression;
    if (value.kind !== "load") return false;
    const { bytes } = access[value.place.memory.element];
    if (bytes === 1 || (expression.kind === "withLane" && bytes !== 4)) return false;
    if (expression.kind === "splat") {
      const offset = this.address(value.place);
      code.memory(bytes === 4 ? "v128.load32_splat" : "v128.load64_splat", offset);
      return true;
    }
    if (expression.lane === 0 && isZero(expression.vector)) {
      code.memory("v128.load32_zero", this.address(value.place));
      return true;
    }
    const offset = this.address(value.place);
    this.push(expression.vector);
    code.laneMemory("v128.load32_lane", expression.lane, offset);
    return true;
  }

  /** The local of a variable, or a new one with the value. */
  inLocal(value: Expression): Local {
    if (value.kind === "variable") return this.local(value);
    const local = this.#code.local(localType(value.type));
    this.push(value);
    this.#code.set(local);
    return local;
  }

  /**
   * Pushes an address and returns the offset in bytes to be added to it, which is not negative: the index, if it is a constant. A part that
   * is computed keeps its constant, because if it is negative, an address below 0 would wrap around to 4 GiB.
   */
  address(place: Place): number {
    const code = this.#code;
    const { bytes } = access[place.memory.element];
    const constant = this.constantOf(place.index);
    code.get(this.pointer(place));
    if (constant === null) {
      this.push(place.index);
      if (bytes !== 1) code.i32(bytes).op("i32.mul");
      code.op("i32.add");
      return 0;
    }
    const offset = constant * bytes;
    if (offset >= 0) return offset;
    code.i32(offset).op("i32.add");
    return 0;
  }

  /** The value of an i32 that is known where it is written: of numbers and the indices of unrolled loops. */
  constantOf(expression: Expression): number | null {
    switch (expression.kind) {
      case "number":
        return expression.type === "i32" ? Number(expression.values[0]) : null;
      case "variable":
        return this.#known.get(expression) ?? null;
      case "entry":
        return this.#knownNumber(expression);
      case "operation": {
        if (expression.type !== "i32") return null;
        const { operands } = expression;
        const a = this.constantOf(operands[0]);
        if (a === null) return null;
        const b = operands.length > 1 ? this.constantOf(operands[1]) : 0;
        return b === null ? null : i32Of(expression.operation, a, b);
      }
      default:
        return null;
    }
  }

  #knownNumber({ values, index }: Extract<Expression, { readonly kind: "entry" }>): number {
    const at = this.constantOf(index);
    const value = at === null ? undefined : values[at];
    if (value === undefined) throw internal(`an entry at an index that is not known, or none of ${values.length}`);
    return value;
  }

  /** Gives the index of an unrolled loop its number. */
  know(index: Variable, value: number): void {
    this.#known.set(index, value);
  }

  /** Registers that are declared again, in another copy of an unrolled loop, have the same locals. */
  declareRegisters(registers: Registers): void {
    if (!this.#registers.has(registers)) this.#registers.set(registers, []);
  }

  /** The local of one of some registers, whose indices are known. */
  register(registers: Registers, indices: readonly Expression[]): Local {
    const locals = this.#registers.get(registers);
    let number = 0;
    for (let i = 0; i < indices.length; i++)
      number = number * registers.sizes[i] + (this.constantOf(indices[i]) ?? Number.NaN);
    if (locals === undefined || Number.isNaN(number))
      throw internal(`${registers.name} is not declared, or has an index that is not known`);
    return (locals[number] ??= this.#code.local(localType(registers.type)));
  }

  /** The local with the address of a memory. */
  memory(memory: Memory): Local {
    const base = this.#memories.get(memory);
    if (base === undefined) throw internal(`the memory ${memory.name} has no address`);
    return base;
  }

  /** The local that a place's address is counted from. */
  pointer({ memory, pointer }: Place): Local {
    return pointer === null ? this.memory(memory) : this.local(pointer);
  }

  /** The local of a variable that is declared now; one that is declared again, in another copy of an unrolled loop, has the same. */
  declare(variable: Variable): Local {
    const local = this.#variables.get(variable) ?? this.#code.local(localType(variable.type));
    this.#variables.set(variable, local);
    return local;
  }

  /** The local of a declared variable. */
  local(variable: Variable): Local {
    const local = this.#variables.get(variable);
    if (local === undefined) throw internal(`the variable ${variable.name} is not declared`);
    return local;
  }

  /** A function by its name. */
  function(name: string): WasmFunction {
    const callee = this.#functions(name);
    if (callee === undefined) throw internal(`no function ${name}`);
    return callee;
  }
}
