// What loop programs mean: runs a routine, statement by statement, on arrays. It is slow and exact. Builders and backends are tested
// against it.
import { internal } from "../errors/error.ts";
import { lanewiseOf } from "./operations.ts";
import type { Expression, Memory, Place, Registers, Routine, Statement, Variable } from "./program.ts";
import { isVector, rounded, types } from "./types.ts";
import { fromBytes, spread, toBytes, type Value } from "./values.ts";

export type Contents = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Runs a routine with these contents of its memories, which it changes, and these values of its parameters. */
export function interpret(
  routine: Routine,
  memories: ReadonlyMap<Memory, Contents>,
  parameters: readonly number[],
  functions: Functions = new Map(),
): void {
  const values = new Map<Variable, Value>();
  for (const [i, parameter] of routine.parameters.entries()) values.set(parameter, [parameters[i]]);
  new Interpreter(memories, values, functions).run(routine.body);
}

/** The value of an expression after statements, with these values of the variables that are declared outside of them. */
export function valueAfter(
  statements: readonly Statement[],
  expression: Expression,
  variables: ReadonlyMap<Variable, Value>,
  functions: Functions = new Map(),
): Value {
  const interpreter = new Interpreter(new Map(), new Map(variables), functions);
  interpreter.run(statements);
  return interpreter.value(expression);
}

/** Numbers that make it obvious if a sum uses memory that nobody has stored to. */
export function undefinedContents({ name, element }: Memory, length: number): Contents {
  switch (element) {
    case "f32":
      return new Float32Array(length).fill(Number.NaN);
    case "i32":
      return new Int32Array(length).fill(0x7ead_beef);
    case "f64":
    case "u8":
      throw internal(`the memory ${name} of a workgroup has elements of ${element}`);
    default:
      return element satisfies never;
  }
}

/** Functions outside of the program, by their names. */
export type Functions = ReadonlyMap<string, (...operands: number[]) => number | undefined>;

/** The keys of all registers: "0,0", "0,1", … */
function keysOf({ sizes }: Registers): string[] {
  return sizes.reduce<string[]>(
    (keys, size) =>
      keys.flatMap((key) => Array.from({ length: size }, (_, i) => (key === "" ? `${i}` : `${key},${i}`))),
    [""],
  );
}

/** Sees which elements are loaded and stored. */
export type Watch = (memory: Memory, first: number, count: number, use: "load" | "store") => void;

/** One thread: it runs statements in order, on memories that others may share. */
export class Interpreter {
  readonly #functions: Functions;
  readonly #memories: ReadonlyMap<Memory, Contents>;
  /** Memory that no other thread has. */
  readonly #own = new Map<Memory, Contents>();
  readonly #watch: Watch | null;
  readonly #values: Map<Variable, Value>;
  readonly #registers = new Map<Registers, Map<string, Value>>();

  constructor(
    memories: ReadonlyMap<Memory, Contents>,
    values: Map<Variable, Value>,
    functions: Functions = new Map(),
    watch: Watch | null = null,
  ) {
    this.#watch = watch;
    this.#functions = functions;
    this.#memories = memories;
    this.#values = values;
  }

  /** Runs statements in order; true if one of them left the innermost loop. */
  run(statements: readonly Statement[]): boolean {
    return statements.some((statement) => this.#one(statement));
  }

  #one(statement: Statement): boolean {
    switch (statement.kind) {
      case "let":
      case "set":
        this.#values.set(statement.variable, this.value(statement.value));
        return false;
      case "registers":
        this.#registers.set(statement.registers, new Map());
        if (statement.value !== null)
          for (const key of keysOf(statement.registers))
            this.#registers.get(statement.registers)?.set(key, this.value(statement.value));
        return false;
      case "assign":
        this.#elements(statement.registers).set(this.#key(statement.indices), this.value(statement.value));
        return false;
      case "fence":
        return false;
      case "own":
        this.#own.set(statement.memory, undefinedContents(statement.memory, statement.length));
        return false;
      case "shared":
      case "barrier":
        throw internal(`a ${statement.kind} outside of workgroups`);
      case "outline":
        this.run(statement.body);
        if (statement.result !== null) this.#values.set(statement.result.variable, this.value(statement.result.own));
        return false;
      case "store":
        this.#store(statement);
        return false;
      case "point":
        this.#values.set(statement.pointer, [this.#indexOf(statement.place)]);
        return false;
      case "move":
        this.#values.set(statement.pointer, [this.#number(statement.pointer) + statement.by]);
        return false;
      case "call":
        if (statement.memories.length > 0 || statement.result !== null)
          throw internal(
            `the interpreter runs routines before their parts are functions, and ${statement.callee} is one`,
          );
        this.#function(statement.callee)(...statement.operands.map((operand) => this.#number(operand)));
        return false;
      case "for":
        this.#for(statement);
        return false;
      case "loop":
        while (!this.run(statement.body));
        return false;
      case "break":
        return this.#number(statement.when) !== 0;
      case "if":
        return this.run(this.#number(statement.condition) === 0 ? statement.whenFalse : statement.whenTrue);
      default:
        return statement satisfies never;
    }
  }

  #for({ index, from, to, step, body }: Extract<Statement, { readonly kind: "for" }>): void {
    for (let i = this.#number(from); i < this.#number(to); i += step) {
      this.#values.set(index, [i]);
      if (this.run(body)) break;
    }
  }

  #store({ place, value, lanes }: Extract<Statement, { readonly kind: "store" }>): void {
    const contents = this.#contents(place.memory);
    const first = this.#start(place, lanes);
    this.#watch?.(place.memory, first, lanes, "store");
    for (const [i, x] of this.value(value).slice(0, lanes).entries()) contents[first + i] = Number(x);
  }

  /** Gives a variable a value. */
  give(of: Variable, value: Value): void {
    this.#values.set(of, value);
  }

  value(expression: Expression): Value {
    const { type } = expression;
    switch (expression.kind) {
      case "variable": {
        const value = this.#values.get(expression);
        if (value === undefined) throw internal(`the variable ${expression.name} has no value`);
        return value;
      }
      case "number":
        return spread(expression.values, type);
      case "register": {
        const key = this.#key(expression.indices);
        const value = this.#elements(expression.registers).get(key);
        if (value === undefined) throw internal(`${expression.registers.name}[${key}] has no value`);
        return value;
      }
      case "entry": {
        const value = expression.values[this.#number(expression.index)];
        if (value === undefined) throw internal(`no entry ${this.#number(expression.index)} of ${expression.values}`);
        return [value];
      }
      case "operation":
        return this.#operation(expression);
      case "select":
        return this.#select(expression);
      case "splat":
        return spread(this.value(expression.value), type);
      case "lane":
        return [this.value(expression.vector)[expression.lane]];
      case "withLane":
        return this.value(expression.vector).with(expression.lane, this.value(expression.value)[0]);
      case "shuffle": {
        const both = [expression.a, expression.b].flatMap((one) => [...this.#bytes(one)]);
        return fromBytes(Uint8Array.from(expression.words.flatMap((word) => both.slice(4 * word, 4 * word + 4))), type);
      }
      case "bits":
        return fromBytes(this.#bytes(expression.value), type);
      case "promoteLow":
        return this.value(expression.value).slice(0, 2);
      case "demoteLow":
        return [...this.value(expression.value).map((x) => rounded(x, "f32")), 0, 0];
      case "any":
        return [this.#bytes(expression.value).some((byte) => byte !== 0) ? 1 : 0];
      case "call": {
        const result = this.#function(expression.callee)(
          ...expression.operands.map((operand) => this.#number(operand)),
        );
        if (typeof result !== "number") throw internal(`${expression.callee} has no result`);
        return [result];
      }
      case "bitmask":
        return [this.value(expression.value).reduce<number>((bits, x, i) => bits | (Number(x) < 0 ? 1 << i : 0), 0)];
      case "load":
        return this.#load(expression);
      default:
        return expression satisfies never;
    }
  }

  #load({ place, type }: Extract<Expression, { readonly kind: "load" }>): Value {
    const contents = this.#contents(place.memory);
    const first = this.#start(place, 1);
    this.#watch?.(place.memory, first, types[type].lanes, "load");
    return Array.from({ length: types[type].lanes }, (_, i) => rounded(contents[first + i] ?? 7, type));
  }

  #operation({ operation, type, operands }: Extract<Expression, { readonly kind: "operation" }>): Value {
    const values = operands.map((operand) => this.value(operand));
    const { lane } = types[operands[0].type];
    const divides = operation === "divideUnsigned" || operation === "remainderUnsigned";
    if (divides && values[1].some((x) => Number(x) === 0)) throw internal("division by 0");
    const { meaning, wide } = lanewiseOf(operation);
    const holds = isVector(type) ? -1 : 1;
    return values[0].map((_, i) => {
      const [a, b = 0, c = 0] = values.map((value) => value[i] ?? value[0]);
      const x = lane === "i64" && wide ? wide(BigInt(a), BigInt(b)) : meaning(Number(a), Number(b), Number(c), lane);
      return rounded(typeof x === "boolean" ? (x ? holds : 0) : x, type);
    });
  }

  #select({ type, condition, whenTrue, whenFalse }: Extract<Expression, { readonly kind: "select" }>): Value {
    if (types[condition.type].lanes === 1) return this.value(this.#number(condition) === 0 ? whenFalse : whenTrue);
    const [mask, a, b] = [this.#bytes(condition), this.#bytes(whenTrue), this.#bytes(whenFalse)];
    return fromBytes(
      mask.map((bits, i) => (a[i] & bits) | (b[i] & ~bits)),
      type,
    );
  }

  #elements(registers: Registers): Map<string, Value> {
    const elements = this.#registers.get(registers);
    if (elements === undefined) throw internal(`the registers ${registers.name} are not declared`);
    return elements;
  }

  #key(indices: readonly Expression[]): string {
    return indices.map((index) => this.#number(index)).join();
  }

  #bytes(expression: Expression): Uint8Array {
    return toBytes(this.value(expression), expression.type);
  }

  #number(expression: Expression): number {
    return Number(this.value(expression)[0]);
  }

  #contents(memory: Memory): Contents {
    const contents = this.#own.get(memory) ?? this.#memories.get(memory);
    if (contents === undefined) throw internal(`the memory ${memory.name} has no contents`);
    return contents;
  }

  /** The index of a place, counted from the start of its memory. */
  #indexOf({ pointer, index }: Place): number {
    return (pointer === null ? 0 : this.#number(pointer)) + this.#number(index);
  }

  /** The index of the first of some elements, which must be inside of the memory. */
  #start(place: Place, count: number): number {
    const first = this.#indexOf(place);
    const { length } = this.#contents(place.memory);
    if (first < 0 || first + count > length)
      throw internal(`index ${first} is outside of ${place.memory.name}, which has ${length} elements`);
    return first;
  }

  #function(name: string): (...operands: number[]) => number | undefined {
    const callee = this.#functions.get(name);
    if (callee === undefined) throw internal(`the interpreter has no function ${name}`);
    return callee;
  }
}
