// What of a program runs as one: a step, or the steps of a chain. A chain is a function like that of a step, whose units are the
// chain's parts: it does some of them with all its steps, then the next ones, so that what the steps hand to each other stays in the
// cache.

import type { Chain } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import type { Module, Function as WasmFunction } from "./assembler/assembler.ts";

/** A function (table, scratch, from, to). */
interface Callable {
  readonly callee: WasmFunction;
  readonly units: number;
  /** Whether it may fail. */
  readonly decided: boolean;
}

export interface Task extends Callable {
  /** Positions of its steps. */
  readonly steps: readonly number[];
}

/** In the order in which they run. */
export function writeTasks(module: Module, steps: readonly Callable[], chains: readonly Chain[]): Task[] {
  const tasks: Task[] = [];
  for (let at = 0; at < steps.length; at += tasks[tasks.length - 1].steps.length) {
    const chain = chains.find(({ first }) => first === at);
    if (chain === undefined) tasks.push({ ...steps[at], steps: [at] });
    else {
      const positions = chain.axes.map((_, i) => at + i);
      const own = positions.map((position) => steps[position]);
      tasks.push({ callee: writeChain(module, own, chain), units: chain.parts, decided: false, steps: positions });
    }
  }
  return tasks;
}

function writeChain(module: Module, steps: readonly Callable[], { first, parts, piece }: Chain): WasmFunction {
  for (const { units, decided } of steps)
    if (decided || units === 0 || units % parts !== 0)
      throw internal(`a step of ${units} units in a chain of ${parts} parts`);
  const parameters = ["i32", "i32", "i32", "i32"] as const;
  return module.function(`chain${first}`, { parameters, results: [] }, (code, words, scratch, from, to) => {
    const [at, end] = [code.local("i32"), code.local("i32")];
    code.for(
      at,
      () => code.get(from),
      () => code.get(to),
      piece,
      () => {
        code.get(at).i32(piece).op("i32.add").tee(end).get(to).get(end).get(to).op("i32.lt_u", "select").set(end);
        for (const { callee, units } of steps) {
          const each = units / parts;
          code.get(words).get(scratch);
          for (const bound of [at, end]) code.get(bound).i32(each).op("i32.mul");
          code.call(callee);
        }
      },
    );
  });
}
