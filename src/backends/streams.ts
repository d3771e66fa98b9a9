// Elementwise ops on large tensors, and functions of single places (tensor/stream.ts), run as programs over pieces: a piece of each
// operand is copied into WebAssembly's memory, computed, and copied out while all of it is in the second-level cache. A program is for
// one op or function and its dtypes, whatever the shape, so that few are made.
import { type Graph, input, type Node, node } from "../compiler/graph.ts";
import { simplify } from "../compiler/simplify.ts";
import { trace } from "../compiler/trace.ts";
import { internal } from "../errors/error.ts";
import { full } from "../tensor/create.ts";
import { allocate, type DType, describe, type Type } from "../tensor/dtype.ts";
import type { Operation } from "../tensor/eager.ts";
import { elementwise } from "../tensor/ops/elementwise.ts";
import type { OpName } from "../tensor/ops.ts";
import { sizeOf } from "../tensor/shape.ts";
import { ArrayStorage, type Storage } from "../tensor/storage.ts";
import type { StreamCall } from "../tensor/stream.ts";
import { Tensor } from "../tensor/tensor.ts";
import { preparePieces } from "./wasm/backend.ts";
import { runsPrograms } from "./wasm/features.ts";
import { vectorMath } from "./wasm/math/vector-math.ts";
import type { PieceProgram } from "./wasm/pieces.ts";

/** Elements of a piece: three operands of 64 KiB. */
const piece = 2 ** 14;
/** Programs of single ops, those used last. */
const maxPrograms = 128;
/**
 * So many elements are computed op by op before a program is made, where the numbers are the same either way: making it takes some
 * milliseconds, in which the loops compute about as many.
 */
const minWork = 2 ** 16;

/** By op and operands: elements that the loops have computed, and the program once there is one. */
const programs = new Map<string, { work: number; program: PieceProgram | null }>();

/** Computes an elementwise op on operands of one shape, or where `uniform`, of one number everywhere; null: the loops are to do it. */
export function streamOperation({ name, inputs, attributes, dtype, shape }: Operation): Storage | null {
  if (!runsPrograms()) return null;
  let key: string = name;
  for (const { dtype, storage } of inputs) key += storage.uniform === null ? ` ${dtype}` : ` one ${dtype}`;
  if (name === "cast") key += ` ${dtype}`;
  const known = programs.get(key) ?? { work: 0, program: null };
  programs.delete(key);
  programs.set(key, known);
  const size = sizeOf(shape);
  // Vectors round otherwise than Math: there the size alone decides.
  const isExact = dtype !== "float32" || !Object.hasOwn(vectorMath, name);
  known.work += size;
  if (known.program === null && isExact && known.work < minWork) return null;
  if (known.program === null) {
    known.program = preparePieces(graphOf(name, inputs, attributes as Node["attributes"]));
    for (const oldest of programs.keys()) if (programs.size > maxPrograms) programs.delete(oldest);
  }
  const result = allocate(dtype, size);
  const args = inputs.map(({ dtype, storage }) =>
    storage.uniform === null ? storage.data : allocate(dtype, 1).fill(storage.uniform),
  );
  known.program.stream(args, [result], size, piece);
  return new ArrayStorage(result);
}

function graphOf(name: OpName, operands: readonly Tensor[], attributes: Node["attributes"]): Graph {
  const args = operands.map(({ dtype, storage }, i) =>
    input("argument", i, { dtype, shape: storage.uniform === null ? [piece] : [] }),
  );
  const whole = args.map((arg) => (arg.shape.length === 1 ? arg : node("expand", [arg], { shape: [piece] })));
  const result = node(name, whole, attributes);
  return { nodes: [...args, ...whole.filter((arg) => !args.includes(arg)), result], updates: [], results: [result] };
}

// ── functions

/** A function's program, and which of its arguments its results are assigned to. */
interface Made {
  readonly program: PieceProgram;
  readonly results: readonly Type[];
  /** By result: the position of the tensor that gets it, streamed ones first; null if it is returned. */
  readonly targets: readonly (number | null)[];
  /** Of the results that are returned, in their order. */
  readonly returned: readonly number[];
}

/** How much a function has been asked for op by op, and its program once it has one; null: it cannot have one. */
interface Known {
  work: number;
  made: Made | null | undefined;
}

const functions = new WeakMap<StreamCall["f"], Map<string, Known>>();

export function streamFunction(call: StreamCall): readonly Tensor[] | null {
  const { f, shape, streamed, shared, numbers } = call;
  const known = functions.get(f) ?? new Map<string, Known>();
  functions.set(f, known);
  const key = [...streamed.map(({ dtype }) => dtype), ...shared.map(describe)].join(" ");
  const one = known.get(key) ?? { work: 0, made: undefined };
  known.set(key, one);
  const size = sizeOf(shape);
  one.work += size;
  if (one.made === undefined && (one.work < minWork / 4 || !runsPrograms())) return null;
  if (one.made === undefined) one.made = make(call);
  if (one.made === null) return null;
  const { program, results, targets, returned } = one.made;
  const arrays = results.map((type) => allocate(type.dtype, type.shape[0] === piece ? size : sizeOf(type.shape)));
  const inputs = [...streamed, ...shared];
  const args = inputs.map(({ storage }) => storage.data);
  program.stream([...args, ...numbers.map((number) => Float64Array.of(number)), "first"], arrays, size, piece);
  const tensors = arrays.map((array, i): Tensor => {
    const { dtype, shape: own } = results[i];
    return new Tensor(new ArrayStorage(array), { dtype, shape: own[0] === piece ? shape : own });
  });
  for (const [i, target] of targets.entries()) if (target !== null) inputs[target].assign(tensors[i]);
  return returned.map((i) => tensors[i]);
}

/** null where the function does more than what can be done piece by piece. */
function make({ f, streamed, shared, numbers }: StreamCall): Made | null {
  const like = ({ dtype, shape }: Type): Tensor => full(shape, 0, { dtype });
  const first = like({ dtype: "int32", shape: [] });
  const standIns = {
    streamed: streamed.map(({ dtype }) => like({ dtype, shape: [piece] })),
    shared: shared.map(like),
    numbers: numbers.map(() => like({ dtype: "float64", shape: [] })),
    first,
  };
  const body = (all: unknown): readonly Tensor[] => f({ shape: [piece], ...(all as typeof standIns) });
  const inputs = [...standIns.streamed, ...standIns.shared, ...standIns.numbers, first];
  const traced = trace(body, [standIns], inputs, { lines: false });
  if (traced.states.length > 0 || !traced.graph.nodes.every(isPointwise)) return null;
  const graph = simplify(traced.graph);
  const assigned = new Map(traced.assigned.map(([argument, result]) => [result, argument]));
  const targets = traced.results.map((result) => assigned.get(result) ?? null);
  const returned = (traced.returned as readonly Tensor[]).map((tensor) => traced.results.indexOf(tensor));
  if (returned.includes(-1)) throw internal("a function of pieces returned what it was given");
  return { program: preparePieces(graph), results: traced.results.map(typeOf), targets, returned };
}

const typeOf = ({ dtype, shape }: Type): { readonly dtype: DType; readonly shape: readonly number[] } => ({
  dtype,
  shape,
});

const sources: readonly string[] = ["argument", "full", "randomBits"];

/** Whether each place of the node depends on that place of its inputs, or on a single number. */
function isPointwise({ op, inputs, shape }: Node): boolean {
  if (op === "expand") return sizeOf(inputs[0].shape) === 1;
  if (op === "reshape") return sizeOf(shape) === 1;
  return Object.hasOwn(elementwise, op) || sources.includes(op);
}
