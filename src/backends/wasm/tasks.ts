// The tasks of a program: a task is a step, or the steps of a chain. A chain is written as a function like that of a step, whose units
// are the chain's parts. It runs all its steps on some parts before it goes on to the next parts, so that what one step writes is still
// in the cache when the next step reads it.

import type { Chain } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import type { Module, Function as WasmFunction } from "./assembler/assembler.ts";

/** A function (table, scratch, from, to). */
interface Callable {
  readonly callee: WasmFunction;
  readonly units: number;
  /** Whether it may meet an index out of range. */
  readonly mayFail: boolean;
}

export interface Task extends Callable {
  /** Indices of its steps. */
  readonly steps: readonly number[];
}

/** Writes the tasks; they are in the order in which they run. */
export function writeTasks(module: Module, steps: readonly Callable[], chains: readonly Chain[]): Task[] {
  const tasks: Task[] = [];
  for (let at = 0; at < steps.length; at += tasks[tasks.length - 1].steps.length) {
    const chain = chains.find(({ first }) => first === at);
    if (chain === undefined) tasks.push({ ...steps[at], steps: [at] });
    else {
      const indices = chain.axes.map((_, i) => at + i);
      const members = indices.map((index) => steps[index]);
      tasks.push({ callee: writeChain(module, members, chain), units: chain.parts, mayFail: false, steps: indices });
    }
  }
  return tasks;
}

/** Writes the function of a chain, (table, scratch, from, to) over its parts. */
function writeChain(module: Module, steps: readonly Callable[], { first, parts, piece }: Chain): WasmFunction {
  for (const { units, mayFail } of steps)
    if (mayFail || units === 0 || units % parts !== 0)
      throw internal(`a step of ${units} units cannot be in a chain of ${parts} parts`);
  const parameters = ["i32", "i32", "i32", "i32"] as const;
  return module.function(`chain${first}`, { parameters, results: [] }, (code, tableAddress, scratch, from, to) => {
    const [at, end] = [code.local("i32"), code.local("i32")];
    code.for(
      at,
      () => code.get(from),
      () => code.get(to),
      piece,
      () => {
        code.get(at).i32(piece).op("i32.add").tee(end).get(to).get(end).get(to).op("i32.lt_u", "select").set(end);
        for (const { callee, units } of steps) {
          const unitsOfPart = units / parts;
          code.get(tableAddress).get(scratch);
          for (const bound of [at, end]) code.get(bound).i32(unitsOfPart).op("i32.mul");
          code.call(callee);
        }
      },
    );
  });
}
