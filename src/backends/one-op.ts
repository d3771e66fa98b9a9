// Runs large eager products as programs of one op, compiled once for each signature; small ones stay in JavaScript. The choice depends on
// the sizes alone, so that the same call always gives the same bits. Matrices with similar numbers of rows share a program, so that a
// text that grows word by word does not need a program for each length.
import type { Backend, Program } from "../compiler/backend.ts";
import { input, node } from "../compiler/graph.ts";
import { describe, type Type } from "../tensor/dtype.ts";
import type { Operation } from "../tensor/eager.ts";
import { contractions } from "../tensor/ops/contractions.ts";
import { type Attributes, type ContractionName, isContraction } from "../tensor/ops.ts";
import { sizeOf } from "../tensor/shape.ts";
import { ArrayStorage, type Storage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { runsPrograms } from "./wasm/features.ts";

/** Multiplications of a product that runs as a program: JavaScript takes 0.5 ms for this many, and compiling a program takes 1 or 2 ms. */
const minMultiplications = 2 ** 20;
/** The same for a product of two matrices: JavaScript takes 0.07 ms, a program 0.01 ms, and few programs are compiled. */
const minMatrixMultiplications = 2 ** 17;
/** Programs that are kept; the least recently used one is dropped first. */
const maxPrograms = 64;
/** Programs for matrices have this many different numbers of rows between one power of 2 and the next. */
const stepsPerOctave = 4;

/** Whether an operation is large enough for a program. */
function isLarge(name: ContractionName, { inputs, shape }: Operation): boolean {
  const isOfMatrices = inputs[0].ndim === 2;
  return (
    sizeOf(shape) * contractions[name].terms(inputs) >= (isOfMatrices ? minMatrixMultiplications : minMultiplications)
  );
}

/** Rows of the program for a matrix of `rows` rows: the same number up to 16, and at most a quarter more above. */
export function programRows(rows: number): number {
  if (rows <= 4 * stepsPerOctave) return rows;
  const step = 2 ** Math.floor(Math.log2(rows)) / stepsPerOctave;
  return Math.ceil(rows / step) * step;
}

/** Returns a function that computes an operation as a program, or returns null if it has to be computed in JavaScript. */
export function oneOpPrograms({ prepare }: Backend): (operation: Operation) => Storage | null {
  const programs = new Map<string, Program>();
  const programOf = (
    name: ContractionName,
    types: readonly Type[],
    attributes: Attributes<ContractionName>,
  ): Program => {
    const key = `${name} ${types.map(describe).join(" ")} ${JSON.stringify(attributes)}`;
    let program = programs.get(key);
    if (program === undefined) {
      const args = types.map((type, i) => input("argument", i, type));
      const result = node(name, args, attributes);
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
    if (!isContraction(name) || dtype !== "float32" || !isLarge(name, operation)) return null;
    if (!runsPrograms()) return null;
    const [a, b] = inputs;
    const rows = programRows(a.shape[0]);
    if (a.ndim !== 2 || rows === a.shape[0]) return programOf(name, inputs, attributes).run(inputs)[0];
    const padded = withRows(a, rows);
    const { data } = programOf(name, [padded, b], attributes).run([padded, b])[0];
    return new ArrayStorage(data.slice(0, sizeOf(shape)));
  };
}

/** The matrix with rows of zeros appended, up to `rows` rows. */
function withRows({ shape: [, columns], storage }: Tensor, rows: number): Tensor {
  const data = new Float32Array(rows * columns);
  data.set(storage.data);
  return new Tensor(new ArrayStorage(data), { shape: [rows, columns], dtype: "float32" });
}
