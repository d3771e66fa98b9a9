// Eager products that would take too long in JavaScript run as programs of one op, made once for each signature. Which way one goes
// depends on its sizes alone, so that the same call always gives the same bits.
import type { Backend, Program } from "../compiler/backend.ts";
import { input, node } from "../compiler/graph.ts";
import { describe } from "../tensor/dtype.ts";
import type { Operation } from "../tensor/eager.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Storage } from "../tensor/storage.ts";

/** From so many multiplications on: eager takes half a millisecond for them, and making a program a few. */
const fewest = 2 ** 20;
/** Programs that are kept, those used last. */
const most = 64;

function multiplications({ name, inputs, shape }: Operation): number {
  if (name === "matmul") return sizeOf(shape) * (inputs[0].shape.at(-1) ?? 0);
  return name === "conv" ? sizeOf(shape) * sizeOf(inputs[1].shape.slice(1)) : 0;
}

/** Computes an operation as a program, or leaves it (null) to the plain loops. */
export function oneOpPrograms({ prepare }: Backend): (operation: Operation) => Storage | null {
  const programs = new Map<string, Program>();
  return (operation) => {
    const { name, inputs, attributes, dtype } = operation;
    if (dtype !== "float32" || multiplications(operation) < fewest) return null;
    const key = `${name} ${inputs.map(describe).join(" ")} ${JSON.stringify(attributes)}`;
    let program = programs.get(key);
    if (program === undefined) {
      const args = inputs.map((type, i) => input("argument", i, type));
      const result = node(name, args, attributes as Readonly<Record<string, unknown>>);
      const graph = { nodes: [...args, result], updates: [], results: [result] };
      program = prepare(graph, [], { relaxed: true, threads: null });
      for (const oldest of programs.keys()) if (programs.size >= most) programs.delete(oldest);
    }
    programs.delete(key);
    programs.set(key, program);
    return program.run(inputs)[0];
  };
}
