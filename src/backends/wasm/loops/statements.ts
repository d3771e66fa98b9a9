// Writes the statements of loop programs as WebAssembly: their instructions, in order. Declared variables become locals.
import { internal } from "../../../errors/error.ts";
import { constant } from "../../../loops/build.ts";
import type { Expression, Memory, Place, Registers, Statement, Variable } from "../../../loops/program.ts";
import { isVector, types } from "../../../loops/types.ts";
import type { Uses } from "../../../loops/uses.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { hasFence, isUnrolled, writeFence } from "./spilling.ts";
import { access, type Functions, ValueWriter } from "./values.ts";

type For = Extract<Statement, { readonly kind: "for" }>;

/** Writes statements, of which `uses` tells the variables that they read and set. */
export class RoutineWriter {
  readonly #code: Code;
  readonly #values: ValueWriter;
  readonly #uses: Uses;
  /** The label behind the innermost loop. */
  #end: number | null = null;
  /** The label behind the sums in registers, and the number of fences before. */
  #afterFences: number | null = null;
  #fences = 0;

  constructor(
    code: Code,
    memories: ReadonlyMap<Memory, Local>,
    variables: Map<Variable, Local>,
    uses: Uses,
    functions: Functions = () => undefined,
  ) {
    this.#code = code;
    this.#uses = uses;
    this.#values = new ValueWriter(code, memories, variables, functions);
  }

  /** Writes the instructions that push the value of an expression. */
  push(expression: Expression): void {
    this.#values.push(expression);
  }

  statements(all: readonly Statement[]): void {
    let next = 0;
    while (next < all.length) {
      const statement = all[next];
      next++;
      if (this.#afterFences === null && statement.kind === "for" && isUnrolled(statement) && hasFence(statement))
        this.#fenced([statement]);
      else this.#statement(statement);
      if (statement.kind !== "registers" || this.#afterFences !== null) continue;
      const others = all.findIndex(({ kind }, i) => i >= next && kind === "registers");
      const sums = all.slice(next, others < 0 ? all.length : others);
      const count = sums.findLastIndex(hasFence) + 1;
      if (count > 0) this.#fenced(sums.slice(0, count));
      next += count;
    }
  }

  /** Statements that add to registers, up to where their sums are read. */
  #fenced(statements: readonly Statement[]): void {
    this.#code.block((label) => {
      this.#afterFences = label;
      for (const statement of statements) this.#statement(statement);
      this.#afterFences = null;
    });
  }

  #statement(statement: Statement): void {
    const code = this.#code;
    const values = this.#values;
    switch (statement.kind) {
      case "let":
        values.push(statement.value);
        code.set(values.declare(statement.variable));
        return;
      case "set":
        values.push(statement.value);
        code.set(values.local(statement.variable));
        return;
      case "assign":
        values.push(statement.value);
        code.set(values.register(statement.registers, statement.indices));
        return;
      case "registers":
        values.declareRegisters(statement.registers);
        if (statement.value !== null) this.#fill(statement.registers, statement.value);
        return;
      case "store":
        this.#store(statement);
        return;
      case "point":
      case "move":
        this.#pointer(statement);
        return;
      case "fence":
        this.#fence(statement.place);
        return;
      case "call":
        this.#call(statement);
        return;
      case "outline":
        throw internal(`the part ${statement.name} is not a function yet`);
      case "shared":
      case "own":
      case "barrier":
        throw internal(`a ${statement.kind} outside of workgroups`);
      case "for":
        this.#for(statement);
        return;
      case "loop":
        this.#loop(statement.body);
        return;
      case "break":
        values.push(statement.when);
        code.brIf(this.#label());
        return;
      case "if":
        this.#if(statement);
        return;
      default:
        statement satisfies never;
    }
  }

  /** Declares a pointer, or moves it. */
  #pointer(statement: Extract<Statement, { readonly kind: "point" | "move" }>): void {
    const code = this.#code;
    if (statement.kind === "point") {
      const offset = this.#values.address(statement.place);
      if (offset !== 0) code.i32(offset).op("i32.add");
      code.set(this.#values.declare(statement.pointer));
      return;
    }
    const local = this.#values.local(statement.pointer);
    const bytes = statement.by * access[statement.memory.element].bytes;
    code.get(local).i32(bytes).op("i32.add").set(local);
  }

  #call({ callee, memories, operands, result }: Extract<Statement, { readonly kind: "call" }>): void {
    const code = this.#code;
    for (const memory of memories) code.get(this.#values.memory(memory));
    for (const operand of operands) this.push(operand);
    code.call(this.#values.function(callee));
    if (result !== null) code.set(this.#values.declare(result));
  }

  #loop(body: readonly Statement[]): void {
    this.#repeat(() => this.statements(body));
  }

  #if({ condition, whenTrue, whenFalse }: Extract<Statement, { readonly kind: "if" }>): void {
    const known = this.#values.constantOf(condition);
    if (known !== null) {
      this.statements(known === 0 ? whenFalse : whenTrue);
      return;
    }
    this.push(condition);
    const otherwise = whenFalse.length === 0 ? undefined : () => this.statements(whenFalse);
    this.#code.if(() => this.statements(whenTrue), otherwise);
  }

  #for(statement: For): void {
    const { index, from, to, step, unroll, body } = statement;
    const first = this.#values.constantOf(from);
    const end = this.#values.constantOf(to);
    if (unroll.kind === "all") {
      if (first === null || end === null)
        throw internal(`the loop over ${index.name} is unrolled, its bounds are not known`);
      for (let i = first; i < end; i += step) {
        this.#values.know(index, i);
        this.statements(body);
      }
    } else if (first !== null && end !== null) {
      const count = Math.max(0, Math.ceil((end - first) / step));
      if (count > 0) this.#counted(index, first, count, step, body);
    } else if (end === null && (to.kind !== "variable" || this.#uses.set.has(to))) this.#tested(statement);
    else this.#bounded(statement, first);
  }

  /** A loop whose end is known before it: a test before the first iteration, and no index if the body does not read it. */
  #bounded({ index, from, to, step, body }: For, first: number | null): void {
    const code = this.#code;
    const local = this.#values.declare(index);
    const isRead = this.#uses.read.has(index);
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
  #tested({ index, from, to, step, body }: For): void {
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

  /** A loop whose number of iterations is known needs no test before the first one. */
  #counted(index: Variable, first: number, count: number, step: number, body: readonly Statement[]): void {
    const code = this.#code;
    const isRead = this.#uses.read.has(index);
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

  /** All registers have the value. */
  #fill(registers: Registers, value: Expression): void {
    const each = (indices: readonly Expression[]): void => {
      if (indices.length < registers.sizes.length) {
        for (let i = 0; i < registers.sizes[indices.length]; i++) each([...indices, constant("i32", i)]);
        return;
      }
      this.push(value);
      this.#code.set(this.#values.register(registers, indices));
    };
    each([]);
  }

  /** See spilling.ts. */
  #fence(place: Place): void {
    if (this.#afterFences === null) return;
    writeFence(this.#code, this.#values.pointer(place), ++this.#fences, this.#afterFences);
  }

  #label(): number {
    if (this.#end === null) throw internal("a break outside of loops");
    return this.#end;
  }
}
