// Runs a graph by the loop programs of its kernels, with the interpreter that defines what they mean: the same passes as those of the backend
// "wasm", without an engine. Each unit of work runs by itself, the last first, since no bit may depend on how the units are divided.
import { fuse } from "../../src/compiler/fuse.ts";
import type { Graph } from "../../src/compiler/graph.ts";
import { inPlace } from "../../src/compiler/in-place.ts";
import type { Buffer } from "../../src/compiler/kernel.ts";
import { everywhere } from "../../src/compiler/loops/body.ts";
import { multiply } from "../../src/compiler/one-by-one.ts";
import { visitSteps } from "../../src/compiler/repeats.ts";
import { split } from "../../src/compiler/split.ts";
import { variable } from "../../src/loops/build.ts";
import { type Contents, interpret } from "../../src/loops/interpret.ts";
import { faultsOf } from "../../src/loops/verify.ts";
import { minPositions, splitLimits } from "../../src/schedule/limits.ts";
import { routineOf } from "../../src/schedule/loops.ts";
import { plainMachine } from "../../src/schedule/machine.ts";
import { scheduleProgram } from "../../src/schedule/program.ts";
import type { Schedule } from "../../src/schedule/schedule.ts";
import { allocate, type NDArray } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Values } from "./agree.ts";
import { callees } from "./callees.ts";

/** The results of a simplified graph, its states afterwards, and the number of its kernels. */
export function asLoops(
  graph: Graph,
  args: readonly NDArray[],
  states: readonly NDArray[],
): Values & { readonly kernels: number } {
  const program = scheduleProgram(
    inPlace(fuse(everywhere(graph, (part) => multiply(split(part, splitLimits), minPositions)))),
    plainMachine,
  );
  const after = states.map((state): NDArray => ({ ...state, data: state.data.slice() }));
  const given = { argument: args.map(({ data }) => data.slice()), state: after.map(({ data }) => data) };
  const contents = new Map<Buffer, Contents>();
  const places = new Map<number, number>();
  const contentsOf = (buffer: Buffer): Contents => {
    const { kind, index, dtype, shape, window } = buffer;
    if (kind === "window") return windowOf(contentsOf, places, window, sizeOf(shape));
    const own = contents.get(buffer) ?? (kind === "temporary" ? allocate(dtype, sizeOf(shape)) : given[kind][index]);
    contents.set(buffer, own);
    return own;
  };
  visitSteps(program, {
    kernel: (at) => run(program.schedules[at], contentsOf),
    begin: (loop, place) => places.set(loop, place),
  });
  return {
    results: program.results.map((buffer) => ({ ...buffer, data: contentsOf(buffer) })),
    states: after,
    kernels: program.schedules.length,
  };
}

/** The element of a buffer that belongs to the current step of a loop. */
export function windowOf(
  contentsOf: (buffer: Buffer) => Contents,
  places: ReadonlyMap<number, number>,
  window: Buffer["window"],
  size: number,
): Contents {
  const place = window && places.get(window.repeat);
  if (window === undefined || place === undefined) throw new Error("internal: a window outside of its loop");
  return contentsOf(window.of).subarray(place * size, (place + 1) * size);
}

function run(schedule: Schedule, contentsOf: (buffer: Buffer) => Contents): void {
  const { buffers, units, scratchBytes } = schedule;
  const routine = routineOf(schedule, { table: variable("table"), site: () => 1 });
  const faults = faultsOf(routine);
  if (faults.length > 0) throw new Error(`${schedule.kernel.name}: ${faults.join("\n")}`);
  const memories = new Map(
    routine.memories.map((memory, i) => [memory, i < buffers.length ? contentsOf(buffers[i]) : null]),
  );
  for (let unit = units - 1; unit >= 0; unit--) {
    const scratch = new Map(
      [...memories].map(([memory, own]) => [
        memory,
        own ?? (memory.element === "i32" ? new Int32Array(scratchBytes / 4) : new Float32Array(scratchBytes / 4)),
      ]),
    );
    interpret(routine, scratch, [unit, unit + 1, 0], callees);
  }
}
