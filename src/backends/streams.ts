// Runs elementwise ops on large tensors, and pointwise functions (tensor/stream.ts), as programs over pieces (wasm/pieces.ts): a piece of
// each operand is copied into WebAssembly's memory, computed, and copied out while it is in the second-level cache. A program serves one
// op or function and its dtypes with all shapes, so that few programs are compiled. A broadcast operand is written into the pieces alone.
import { type Graph, input, isInput, type Node, node } from "../compiler/graph.ts";
import { simplify } from "../compiler/simplify.ts";
import { trace } from "../compiler/trace.ts";
import { internal } from "../errors/error.ts";
import { full } from "../tensor/create.ts";
import { contentsFor } from "../tensor/device.ts";
import { allocate, type DType, describe, type Type } from "../tensor/dtype.ts";
import type { Operation } from "../tensor/eager.ts";
import { elementwise } from "../tensor/ops/elementwise.ts";
import { sources } from "../tensor/ops/sources.ts";
import { type Attributes, isElementwise, isSource, isView, type OpName } from "../tensor/ops.ts";
import { sizeOf } from "../tensor/shape.ts";
import { ArrayStorage, type Storage } from "../tensor/storage.ts";
import type { StreamCall } from "../tensor/stream.ts";
import { Tensor } from "../tensor/tensor.ts";
import { preparePieces } from "./wasm/backend.ts";
import { runsPrograms } from "./wasm/features.ts";
import type { PieceProgram } from "./wasm/pieces.ts";

/** Elements of a piece: a float32 operand has 64 KiB, and three operands fit into the second-level cache. */
const piece = 2 ** 14;
/** Programs of single ops that are kept; the least recently used one is dropped first. */
const maxPrograms = 128;
/**
 * Number of elements that an op computes by the table's loops before its program is compiled, if results are the same either way. Compiling
 * takes a few milliseconds, in which the loops compute about as many elements.
 */
const minElements = 2 ** 16;

/** An op's elements that were computed by the loops, and its program once it is compiled. */
interface OpEntry {
  elements: number;
  program: PieceProgram | null;
}

/** The entries of single ops by op and operands, in the order of their last use. */
const programs = new Map<string, OpEntry>();

/**
 * Computes an elementwise op; its operands have the same shape, and may be a single number in all places. Returns null if the
 * table's loops have to compute it.
 */
export function streamOperation({ name, inputs, attributes, dtype, shape }: Operation): Storage | null {
  if (!runsPrograms()) return null;
  let key = `${dtype} ${name}`;
  for (const { dtype, storage } of inputs) key += numberOf(storage) === null ? ` ${dtype}` : ` one ${dtype}`;
  const entry = programs.get(key) ?? { elements: 0, program: null };
  programs.delete(key);
  programs.set(key, entry);
  const size = sizeOf(shape);
  // Vector functions of float32 round differently from Math. For these the choice depends on the size alone.
  const isExact = dtype !== "float32" || !isElementwise(name) || elementwise[name].cost !== "function";
  entry.elements += size;
  if (entry.program === null && isExact && entry.elements < minElements) return null;
  if (entry.program === null) {
    entry.program = preparePieces(graphOf(name, inputs, attributes));
    for (const oldest of programs.keys()) if (programs.size > maxPrograms) programs.delete(oldest);
  }
  const result = allocate(dtype, size);
  const args = inputs.map(({ dtype, storage }) => {
    const number = numberOf(storage);
    return number === null ? (storage.repetition ?? storage.data) : allocate(dtype, 1).fill(number);
  });
  entry.program.stream(args, [result], size, piece);
  return new ArrayStorage(result);
}

/** The number that all elements are; null if they may differ. */
const numberOf = ({ uniform, repetition }: Storage): number | null =>
  uniform ?? (repetition?.elements.length === 1 ? repetition.elements[0] : null);

function graphOf(name: OpName, operands: readonly Tensor[], attributes: Attributes<OpName>): Graph {
  const args = operands.map(({ dtype, storage }, i) =>
    input("argument", i, { dtype, shape: numberOf(storage) === null ? [piece] : [] }),
  );
  const whole = args.map((arg): Node => (arg.shape.length === 1 ? arg : node("expand", [arg], { shape: [piece] })));
  const result = node(name, whole, attributes);
  return { nodes: [...args, ...whole.filter((arg) => !isInput(arg)), result], updates: [], results: [result] };
}

// ── functions

/** The program of a pointwise function, and the arguments that its results are assigned to. */
interface FunctionProgram {
  readonly program: PieceProgram;
  readonly results: readonly Type[];
  /** For each result, the index of the tensor that it is assigned to (streamed tensors first); null if it is returned. */
  readonly targets: readonly (number | null)[];
  /** The indices of the results that are returned, in their order. */
  readonly returned: readonly number[];
}

/**
 * The state of a function: the elements that it has computed op by op, and its program (undefined: not yet compiled; null: it cannot have
 * one).
 */
interface FunctionEntry {
  elements: number;
  compiled: FunctionProgram | null | undefined;
}

const functions = new WeakMap<StreamCall["f"], Map<string, FunctionEntry>>();

/** Runs a pointwise function as a program; null if it has to run op by op. */
export function streamFunction(call: StreamCall): readonly Tensor[] | null {
  const { f, shape, streamed, shared, numbers } = call;
  const entries = functions.get(f) ?? new Map<string, FunctionEntry>();
  functions.set(f, entries);
  const key = [...streamed.map(({ dtype }) => dtype), ...shared.map(describe)].join(" ");
  const entry = entries.get(key) ?? { elements: 0, compiled: undefined };
  entries.set(key, entry);
  const size = sizeOf(shape);
  entry.elements += size;
  if (entry.compiled === undefined && (entry.elements < minElements / 4 || !runsPrograms())) return null;
  if (entry.compiled === undefined) entry.compiled = compileFunction(call);
  if (entry.compiled === null) return null;
  const { program, results, targets, returned } = entry.compiled;
  const arrays = results.map((type) => allocate(type.dtype, type.shape[0] === piece ? size : sizeOf(type.shape)));
  const inputs = [...streamed, ...shared];
  const args = inputs.map((tensor) => contentsFor("update", tensor));
  program.stream([...args, ...numbers.map((number) => Float64Array.of(number)), "first"], arrays, size, piece);
  const tensors = arrays.map((array, i): Tensor => {
    const { dtype, shape: own } = results[i];
    return new Tensor(new ArrayStorage(array), { dtype, shape: own[0] === piece ? shape : own });
  });
  for (const [i, target] of targets.entries()) if (target !== null) inputs[target].assign(tensors[i]);
  return returned.map((i) => tensors[i]);
}

/** Compiles a function; null if it is not pointwise. */
function compileFunction({ f, streamed, shared, numbers }: StreamCall): FunctionProgram | null {
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
  if (returned.includes(-1)) throw internal("a pointwise function returned one of its arguments");
  return { program: preparePieces(graph), results: traced.results.map(typeOf), targets, returned };
}

const typeOf = ({ dtype, shape }: Type): { readonly dtype: DType; readonly shape: readonly number[] } => ({
  dtype,
  shape,
});

/** Whether each element of the node depends only on the elements of its inputs at the same index, or on a single number. */
function isPointwise({ op, inputs }: Node): boolean {
  if (isView(op)) return sizeOf(inputs[0].shape) === 1;
  return op === "argument" || isElementwise(op) || (isSource(op) && sources[op].inPieces);
}
