// Writes loop programs (src/loops) as WebAssembly: a routine becomes a function whose parameters are the addresses of its memories, then the
// routine's parameters. A variable becomes a local, a statement its instructions, and an expression pushes its value.
import { internal } from "../../../errors/error.ts";
import { withFunctions } from "../../../loops/functions.ts";
import { withPointers } from "../../../loops/pointers.ts";
import type { Expression, Routine, Statement, Variable } from "../../../loops/program.ts";
import { splitLoops } from "../../../loops/split.ts";
import { usesOf } from "../../../loops/uses.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { againstSpilling } from "./spilling.ts";
import { RoutineWriter } from "./statements.ts";
import { type Functions, localType } from "./values.ts";

/**
 * Writes a routine and the functions of its parts: a function with the addresses of the routine's memories and then its parameters.
 */
export function writeFunction(module: Module, routine: Routine, functions: Functions = () => undefined): WasmFunction {
  const { routine: whole, functions: parts } = withFunctions(routine);
  const written = new Map<string, WasmFunction>();
  const known: Functions = (name) => written.get(name) ?? functions(name);
  for (const part of [...parts, whole]) {
    const { name, memories, parameters, result } = part;
    const types = [...memories.map(() => "i32" as const), ...parameters.map(({ type }) => localType(type))];
    const callee = module.function(
      name,
      { parameters: types, results: result === undefined ? [] : [localType(result.type)] },
      (code, ...locals) =>
        writeRoutine(
          code,
          againstSpilling(splitLoops(part)),
          locals.slice(0, memories.length),
          locals.slice(memories.length),
          known,
        ),
    );
    written.set(name, callee);
  }
  const callee = written.get(whole.name);
  if (callee === undefined) throw internal(`the routine ${whole.name} is not written`);
  return callee;
}

/** Writes the body of a routine. */
function writeRoutine(
  code: Code,
  routine: Routine,
  addresses: readonly Local[],
  parameters: readonly Local[],
  functions: Functions = () => undefined,
): void {
  const memories = new Map(routine.memories.map((memory, i) => [memory, addresses[i]]));
  const variables = new Map(routine.parameters.map((parameter, i) => [parameter, parameters[i]]));
  const { body } = withPointers(routine);
  const writer = new RoutineWriter(code, memories, variables, usesOf(body), functions);
  writer.statements(body);
  if (routine.result !== undefined) writer.push(routine.result);
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
  const writer = new RoutineWriter(code, new Map(), variables, usesOf(statements), functions);
  writer.statements(statements);
  writer.push(expression);
}
