// Writes loop programs (src/loops) as WebAssembly: a routine becomes a function whose parameters are the addresses of its memories, then the
// routine's parameters. A variable becomes a local, a statement its instructions, and an expression pushes its value.
import { internal } from "../../../errors/error.ts";
import { withPointers } from "../../../loops/pointers.ts";
import type { Expression, Memory, Place, Routine, Statement, Variable } from "../../../loops/program.ts";
import { isVector, types } from "../../../loops/types.ts";
import { reads, sets } from "../../../loops/uses.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { access, type Functions, numberOf, ValueWriter } from "./values.ts";

/** Writes the body of a routine. */
export function writeRoutine(
  code: Code,
  routine: Routine,
  addresses: readonly Local[],
  parameters: readonly Local[],
  functions: Functions = () => undefined,
): void {
  const memories = new Map(routine.memories.map((memory, i) => [memory, addresses[i]]));
  const variables = new Map(routine.parameters.map((parameter, i) => [parameter, parameters[i]]));
  new RoutineWriter(code, memories, variables, functions).statements(withPointers(routine).body);
}

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

export class RoutineWriter {
  readonly #code: Code;
  readonly #values: ValueWriter;
  /** The label behind the innermost loop. */
  #end: number | null = null;

  constructor(
    code: Code,
    memories: ReadonlyMap<Memory, Local>,
    variables: Map<Variable, Local>,
    functions: Functions = () => undefined,
  ) {
    this.#code = code;
    this.#values = new ValueWriter(code, memories, variables, functions);
  }

  /** Writes the instructions that push the value of an expression. */
  push(expression: Expression): void {
    this.#values.push(expression);
  }

  statements(all: readonly Statement[]): void {
    for (const statement of all) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    const code = this.#code;
    switch (statement.kind) {
      case "let":
        this.push(statement.value);
        code.set(this.#values.declare(statement.variable));
        return;
      case "set":
        this.push(statement.value);
        code.set(this.#values.local(statement.variable));
        return;
      case "store":
        this.#store(statement);
        return;
      case "point": {
        const { pointer, place } = statement;
        const offset = this.#values.address(place);
        if (offset !== 0) code.i32(offset).op("i32.add");
        code.set(this.#values.declare(pointer));
        return;
      }
      case "move": {
        const local = this.#values.local(statement.pointer);
        code
          .get(local)
          .i32(statement.by * access[statement.memory.element].bytes)
          .op("i32.add")
          .set(local);
        return;
      }
      case "call":
        for (const operand of statement.operands) this.push(operand);
        code.call(this.#values.function(statement.callee));
        return;
      case "for":
        this.#for(statement);
        return;
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

  /** A loop whose number of iterations is known needs no test before the first one, and no index if the body does not read it. */
  #for(statement: Extract<Statement, { readonly kind: "for" }>): void {
    const { index, from, to, step, body } = statement;
    const code = this.#code;
    const [first, end] = [numberOf(from), numberOf(to)];
    if (first !== null && end !== null) {
      const count = Math.max(0, Math.ceil((end - first) / step));
      if (count > 0) this.#counted(index, first, count, step, body);
      return;
    }
    if (end === null && (to.kind !== "variable" || sets(body, to))) {
      this.#tested(statement);
      return;
    }
    const local = this.#values.declare(index);
    const isRead = reads(body, index);
    // Without readers the index counts down: it is tested by the instruction that changes it, and the end needs no register.
    const down = !isRead && first === 0 && step === 1;
    this.push(down ? to : from);
    code.set(local);
    const goesOn = () => {
      if (down) code.i32(0);
      else this.push(to);
      code.op(down ? "i32.gt_s" : "i32.lt_s");
    };
    this.#once(() => {
      code.get(local);
      goesOn();
      code.if(() => {
        code.loop((again) => {
          this.statements(body);
          code
            .get(local)
            .i32(down ? -1 : step)
            .op("i32.add")
            .tee(local);
          if (!down) goesOn();
          code.brIf(again);
        });
      });
    });
  }

  /** A loop whose end is computed anew before each iteration. */
  #tested({ index, from, to, step, body }: Extract<Statement, { readonly kind: "for" }>): void {
    const code = this.#code;
    const local = this.#values.declare(index);
    this.push(from);
    code.set(local);
    this.#repeat(() => {
      code.get(local);
      this.push(to);
      code.op("i32.ge_s").brIf(this.#label());
      this.statements(body);
      code.get(local).i32(step).op("i32.add").set(local);
    });
  }

  #counted(index: Variable, first: number, count: number, step: number, body: readonly Statement[]): void {
    const code = this.#code;
    const isRead = reads(body, index);
    const local = this.#values.declare(index);
    if (isRead || count > 1) code.i32(isRead ? first : count).set(local);
    if (count === 1) {
      this.#once(() => this.statements(body));
      return;
    }
    const next = () => code.get(local).i32(isRead ? step : -1);
    this.#once(() => {
      code.loop((again) => {
        this.statements(body);
        next().op("i32.add").tee(local);
        if (isRead) code.i32(first + count * step).op("i32.lt_s");
        code.brIf(again);
      });
    });
  }

  /** Runs a body whose breaks lead behind it. */
  #once(body: () => void): void {
    const outer = this.#end;
    this.#code.block((end) => {
      this.#end = end;
      body();
    });
    this.#end = outer;
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

  #store({ place, value, lanes }: Extract<Statement, { readonly kind: "store" }>): void {
    const code = this.#code;
    const { store, bytes } = access[place.memory.element];
    if (!isVector(value.type)) {
      const offset = this.#values.address(place);
      if (value.kind === "lane" && bytes <= 4) {
        this.push(value.vector);
        if (bytes === 4) code.laneMemory("v128.store32_lane", value.lane, offset);
        else code.laneMemory("v128.store8_lane", 4 * value.lane, offset);
        return;
      }
      this.push(value);
      code.memory(store, offset);
      return;
    }
    if (bytes === 1) {
      // The lowest byte of each lane.
      const vector = this.#values.inLocal(value);
      const offset = this.#values.address(place);
      code.get(vector).get(vector).shuffle([0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12]);
      code.laneMemory("v128.store32_lane", 0, offset);
      return;
    }
    this.#storeVector(place, value, lanes);
  }

  #storeVector(place: Place, value: Expression, lanes: number): void {
    const code = this.#code;
    const { bytes } = access[place.memory.element];
    if (lanes === types[value.type].lanes) {
      const offset = this.#values.address(place);
      this.push(value);
      code.memory("v128.store", offset, Math.log2(bytes));
      return;
    }
    const vector = this.#values.inLocal(value);
    const offset = this.#values.address(place);
    if (lanes === 1) {
      code.get(vector).laneMemory(bytes === 4 ? "v128.store32_lane" : "v128.store64_lane", 0, offset);
      return;
    }
    const address = code.local("i32");
    code.tee(address).get(vector).laneMemory("v128.store64_lane", 0, offset);
    if (lanes === 3)
      code
        .get(address)
        .get(vector)
        .laneMemory("v128.store32_lane", 2, offset + 8);
  }

  #label(): number {
    if (this.#end === null) throw internal("a break outside of loops");
    return this.#end;
  }
}
