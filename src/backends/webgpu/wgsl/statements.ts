// Statements of loop programs in WGSL: one call a kind of statement.
import { internal } from "../../../errors/error.ts";
import type { Expression, Statement } from "../../../loops/program.ts";
import { isVector } from "../../../loops/types.ts";
import { ExpressionWriter } from "./expressions.ts";
import type { Scope } from "./scope.ts";
import { elementText, typeText } from "./types.ts";

type Of<K extends Statement["kind"]> = Extract<Statement, { readonly kind: K }>;

const lanesText = ["x", "y", "z", "w"] as const;

export class StatementWriter {
  readonly lines: string[] = [];
  readonly #scope: Scope;
  readonly #expressions: ExpressionWriter;
  #depth = 1;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#expressions = new ExpressionWriter(scope);
  }

  line(text: string): void {
    this.lines.push(`${"  ".repeat(this.#depth)}${text}`);
  }

  statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case "let":
        this.#let(statement);
        return;
      case "set":
        this.line(`${this.#scope.nameOf(statement.variable)} = ${this.#value(statement.value)};`);
        return;
      case "registers":
        this.#registers(statement);
        return;
      case "assign":
        this.line(`${this.#expressions.register(statement)} = ${this.#value(statement.value)};`);
        return;
      case "store":
        this.#store(statement);
        return;
      case "for":
        this.#for(statement);
        return;
      case "loop":
        this.#braces("loop", () => this.statements(statement.body));
        return;
      case "break":
        this.#braces(`if (${this.#expressions.condition(statement.when)})`, () => this.line("break;"));
        return;
      case "if":
        this.#if(statement);
        return;
      case "shared":
        return;
      case "own":
        this.#own(statement);
        return;
      case "barrier":
        this.line("workgroupBarrier();");
        return;
      case "fence":
      case "point":
      case "move":
      case "call":
      case "outline":
        throw internal(`WGSL has no statement of kind ${statement.kind}`);
      default:
        statement satisfies never;
    }
  }

  #value(expression: Expression): string {
    return this.#expressions.value(expression);
  }

  #let({ variable, value }: Of<"let">): void {
    const text = this.#value(value);
    const word = this.#scope.isSet(variable) ? "var" : "let";
    this.line(`${word} ${this.#scope.declare(variable)}: ${typeText(variable.type)} = ${text};`);
  }

  /** Each register is a variable of its own. */
  #registers({ registers, value }: Of<"registers">): void {
    const name = this.#scope.declare(registers);
    const start = value === null ? "" : ` = ${this.#value(value)}`;
    const names = registers.sizes.reduce<string[]>(
      (all, size) => all.flatMap((one) => Array.from({ length: size }, (_, i) => `${one}_${i}`)),
      [name],
    );
    for (const own of names) this.line(`var ${own}: ${typeText(registers.type)}${start};`);
  }

  #own({ memory, length }: Of<"own">): void {
    const { vectors } = this.#scope;
    const count = vectors.has(memory) ? Math.ceil(length / 4) : length;
    this.line(`var ${this.#scope.declareOwn(memory)}: array<${elementText(memory, vectors)}, ${count}>;`);
  }

  #store({ place, value, lanes }: Of<"store">): void {
    if (!isVector(value.type)) this.line(`${this.#expressions.place(place, 1)} = ${this.#value(value)};`);
    else if (lanes === 4 && this.#scope.vectors.has(place.memory))
      this.line(`${this.#expressions.place(place, 4)} = ${this.#value(value)};`);
    else
      this.#braces("", () => {
        this.line(`let lanes = ${this.#value(value)};`);
        this.line(`let first = ${this.#value(place.index)};`);
        for (let lane = 0; lane < lanes; lane++)
          this.line(`${this.#scope.nameOf(place.memory)}[first + ${lane}] = lanes.${lanesText[lane]};`);
      });
  }

  #for({ index, from, to, step, unroll, body }: Of<"for">): void {
    const [first, last] = [from, to].map((bound) => this.#scope.resolved(bound));
    if (unroll.kind === "all" && first.kind === "number" && last.kind === "number") {
      for (let i = Number(first.values[0]); i < Number(last.values[0]); i += step)
        this.#scope.withKnown(index, i, () => this.#unrolled(body));
      return;
    }
    const start = this.#value(from);
    const name = this.#scope.declare(index);
    this.#braces(`for (var ${name} = ${start}; ${name} < ${this.#value(to)}; ${name} += ${step})`, () =>
      this.statements(body),
    );
  }

  /** One iteration of a loop that is written out: in braces if it declares something. */
  #unrolled(body: readonly Statement[]): void {
    const declares = body.some(({ kind }) => kind === "let" || kind === "registers");
    if (declares) this.#braces("", () => this.statements(body));
    else this.statements(body);
  }

  #if({ condition, whenTrue, whenFalse }: Of<"if">): void {
    this.#braces(`if (${this.#expressions.condition(condition)})`, () => this.statements(whenTrue));
    if (whenFalse.length > 0) this.#braces("else", () => this.statements(whenFalse));
  }

  #braces(head: string, write: () => void): void {
    this.line(`${head}${head === "" ? "" : " "}{`);
    this.#depth++;
    write();
    this.#depth--;
    this.line("}");
  }
}
