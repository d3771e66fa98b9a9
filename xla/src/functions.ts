// The functions of a module. A private one is written when it is first called; functions whose text is the same are one function.
import { Body } from "./body.ts";
import { resultText, type Type, typeText, type Value } from "./types.ts";

/** An argument of a function, with the attributes that follow its type in braces. */
export interface Parameter extends Value {
  readonly attributes?: string;
}

interface Made {
  readonly callee: string;
  readonly types: readonly Type[];
}

export class Functions {
  readonly #texts = new Map<string, { readonly text: string; readonly callees: readonly string[] }>();
  readonly #byText = new Map<string, Made>();
  readonly #byKey = new Map<string, Made>();
  readonly #counts = new Map<string, number>();

  /** Writes a private function, or finds the one with the same text. The name is `called`, with a number from the second on. */
  region(
    called: string,
    parameters: readonly Parameter[],
    write: (body: Body, parameters: readonly Value[]) => readonly Value[],
  ): Made {
    const body = new Body(this);
    const results = write(body, parameters);
    body.finish(results);
    const key = `${called} ${signature(parameters, results)} ${body.lines.join("\n")}`;
    const existing = this.#byText.get(key);
    if (existing !== undefined) return existing;
    const made = { callee: this.#unused(called), types: results };
    this.#texts.set(made.callee, {
      text: text("private", made.callee, parameters, results, body),
      callees: body.callees,
    });
    this.#byText.set(key, made);
    return made;
  }

  /** Calls a function that several ops share; it is written for the first call of this name, detail and types. */
  shared(
    caller: Body,
    called: string,
    operands: readonly Value[],
    write: (body: Body, parameters: readonly Value[]) => readonly Value[],
    detail = "",
  ): Value[] {
    const key = `${called} ${detail} ${operands.map(typeText).join(" ")}`;
    const parameters = operands.map(({ shape, dtype }, i) => ({ name: `%arg${i}`, shape, dtype }));
    const made = this.#byKey.get(key) ?? this.region(called, parameters, write);
    this.#byKey.set(key, made);
    return caller.call(made.callee, operands, made.types);
  }

  /** The module: the public function main, then the private ones in the order in which a reader meets them. */
  module(parameters: readonly Parameter[], results: readonly Value[], body: Body): string {
    body.finish(results);
    const texts = new Map([["main", text("public", "main", parameters, results, body)]]);
    const add = (callees: readonly string[]): void => {
      for (const callee of callees) {
        const made = this.#texts.get(callee);
        if (made === undefined || texts.has(callee)) continue;
        texts.set(callee, made.text);
        add(made.callees);
      }
    };
    add(body.callees);
    return ["module @chainrule {", ...[...texts.values()].map(indented), "}", ""].join("\n");
  }

  /** A name of MLIR: "vmap(softmax)", the softmax inside a vmap, is vmap_softmax. */
  #unused(region: string): string {
    const called = region.replaceAll(/[^\w$.-]+/g, "_").replace(/_+$/, "");
    const count = this.#counts.get(called) ?? 0;
    this.#counts.set(called, count + 1);
    return count === 0 && called !== "main" ? called : `${called}_${count + 1}`;
  }
}

const signature = (parameters: readonly Parameter[], results: readonly Type[]): string =>
  `${parameters.map((parameter) => `${parameter.name}: ${typeText(parameter)}`).join(", ")} -> ${resultText(results)}`;

function text(
  visibility: "public" | "private",
  name: string,
  parameters: readonly Parameter[],
  results: readonly Type[],
  body: Body,
): string {
  const declared = parameters.map(({ attributes = "", ...value }) => `${value.name}: ${typeText(value)}${attributes}`);
  const isLong = declared.length > 4;
  const list = isLong ? `(\n${declared.map((one) => `    ${one}`).join(",\n")}\n)` : `(${declared.join(", ")})`;
  const head = `func.func ${visibility} @${name}${list} -> ${resultText(results)} {`;
  return [head, ...body.lines.map((line) => `  ${line}`), "}"].join("\n");
}

const indented = (block: string): string =>
  block
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
