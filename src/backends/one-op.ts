// Eager products that would take too long in JavaScript run as programs of one op, made once for each signature. Which way one goes
// depends on its sizes alone, so that the same call always gives the same bits. Matrices with a few more or fewer rows share a program,
// so that texts that grow by a word do not have one made for each length.
import type { Backend, Program } from "../compiler/backend.ts";
import { input, node } from "../compiler/graph.ts";
import { describe, type Type } from "../tensor/dtype.ts";
import type { Operation } from "../tensor/eager.ts";
import { sizeOf } from "../tensor/shape.ts";
import { ArrayStorage, type Storage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { runsPrograms } from "./wasm/features.ts";

/** From so many multiplications on: JavaScript takes half a millisecond for them, and making a program one or two. */
const minMultiplications = 2 ** 20;
/** Of two matrices: it takes 0.07 ms, a program 0.01, and few are made. */
const minOfMatrices = 2 ** 17;
/** Programs that are kept, those used last. */
const maxPrograms = 64;
/** Numbers of rows that programs are made for between one power of two and the next. */
const stepsPerOctave = 4;

function isLarge({ name, inputs: [a, b], shape }: Operation): boolean {
  if (name === "conv") return sizeOf(shape) * sizeOf(b.shape.slice(1)) >= minMultiplications;
  return sizeOf(shape) * (a.shape.at(-1) ?? 0) >= (a.ndim === 2 ? minOfMatrices : minMultiplications);
}

/** The rows of the program that multiplies a matrix of so many: up to 16 just as many, then at most a quarter more. */
export function programRows(rows: number): number {
  if (rows <= 4 * stepsPerOctave) return rows;
  const step = 2 ** Math.floor(Math.log2(rows)) / stepsPerOctave;
  return Math.ceil(rows / step) * step;
}

/** Computes an operation as a program, or leaves it (null) to the plain loops. */
export function oneOpPrograms({ prepare }: Backend): (operation: Operation) => Storage | null {
  const programs = new Map<string, Program>();
  const programOf = (name: "matmul" | "conv", types: readonly Type[], attributes: unknown): Program => {
    const key = `${name} ${types.map(describe).join(" ")} ${name === "conv" ? JSON.stringify(attributes) : ""}`;
    let program = programs.get(key);
    if (program === undefined) {
      const args = types.map((type, i) => input("argument", i, type));
      const result = node(name, args, attributes as Readonly<Record<string, unknown>>);
      const graph = { nodes: [...args, result], updates: [], results: [result] };
      program = prepare(graph, [], { relaxed: true, threads: null });
      for (const oldest of programs.keys()) if (programs.size >= maxPrograms) programs.delete(oldest);
    }
    programs.delete(key);
    programs.set(key, program);
    return program;
  };
  return (operation) => {
    const { name, inputs, attributes, dtype, shape } = operation;
    if ((name !== "matmul" && name !== "conv") || dtype !== "float32" || !isLarge(operation)) return null;
    if (!runsPrograms()) return null;
    const [a, b] = inputs;
    const rows = programRows(a.shape[0]);
    if (name === "conv" || a.ndim !== 2 || rows === a.shape[0])
      return programOf(name, inputs, attributes).run(inputs)[0];
    const more = withRows(a, rows);
    const { data } = programOf(name, [more, b], attributes).run([more, b])[0];
    return new ArrayStorage(data.slice(0, sizeOf(shape)));
  };
}

/** The same matrix with zeros below. */
function withRows({ shape: [, columns], storage }: Tensor, rows: number): Tensor {
  const data = new Float32Array(rows * columns);
  data.set(storage.data);
  return new Tensor(new ArrayStorage(data), { shape: [rows, columns], dtype: "float32" });
}
