// The tasks of a program: a task is a step, the steps of a chain, or those of a loop, which one thread runs. A chain is written as a function like that of a step, whose units
// are the chain's parts. It runs all its steps on some parts before it goes on to the next parts, so that what one step writes is still
// in the cache when the next step reads it.

import type { Chain, Repeat } from "../../compiler/kernel.ts";
import { loopAt } from "../../compiler/repeats.ts";
import { internal } from "../../errors/error.ts";
import type { Module, Function as WasmFunction } from "./assembler/assembler.ts";
import { placeWord, table } from "./layout.ts";

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

/** What is written around the steps of a program; `states` is the number of its states. */
interface Around {
  readonly chains: readonly Chain[];
  readonly repeats: readonly Repeat[];
  readonly states: number;
}

/** Writes the tasks; they are in the order in which they run. */
export const writeTasks = (module: Module, steps: readonly Callable[], around: Around): Task[] =>
  tasksIn(module, steps, around, { from: 0, to: steps.length, limit: around.repeats.length });

/** The tasks of some steps, in which only loops with a number below `limit` begin. */
function tasksIn(
  module: Module,
  steps: readonly Callable[],
  around: Around,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
): Task[] {
  const tasks: Task[] = [];
  for (let at = from; at < to; at += tasks[tasks.length - 1].steps.length) {
    const loop = loopAt(around.repeats, at, limit);
    const chain = around.chains.find(({ first }) => first === at);
    if (loop !== null) {
      const { repeat, number } = loop;
      const inside = tasksIn(module, steps, around, { from: at, to: at + repeat.count, limit: number });
      tasks.push({
        callee: writeRepeat(module, inside, repeat, { number, word: placeWord(around.states, number) }),
        units: 1,
        mayFail: inside.some(({ mayFail }) => mayFail),
        steps: inside.flatMap((task) => task.steps),
      });
    } else if (chain === undefined) tasks.push({ ...steps[at], steps: [at] });
    else {
      const indices = chain.axes.map((_, i) => at + i);
      const members = indices.map((index) => steps[index]);
      tasks.push({ callee: writeChain(module, members, chain), units: chain.parts, mayFail: false, steps: indices });
    }
  }
  return tasks;
}

/**
 * Writes the function of a loop, (table, scratch, from, to) over its only unit. For each step it stores the place along dim 0, from which windows
 * follow, and runs all tasks. It ends where one of them fails.
 */
function writeRepeat(
  module: Module,
  tasks: readonly Task[],
  { times, reverse }: Repeat,
  { number, word }: { readonly number: number; readonly word: number },
): WasmFunction {
  const parameters = ["i32", "i32", "i32", "i32"] as const;
  return module.function(`repeat${number}`, { parameters, results: [] }, (code, tableAddress, scratch, from, to) => {
    const step = code.local("i32");
    code.block((failed) => {
      // One unit: [0, 1) of all the steps is from · times to to · times.
      code.for(
        step,
        () => code.get(from).i32(times).op("i32.mul"),
        () => code.get(to).i32(times).op("i32.mul"),
        1,
        () => {
          code.get(tableAddress);
          if (reverse)
            code
              .i32(times - 1)
              .get(step)
              .op("i32.sub");
          else code.get(step);
          code.memory("i32.store", word);
          for (const { callee, units, mayFail } of tasks) {
            code.get(tableAddress).get(scratch).i32(0).i32(units).call(callee);
            if (mayFail) code.get(tableAddress).memory("i32.load", table.failure).brIf(failed);
          }
        },
      );
    });
  });
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
