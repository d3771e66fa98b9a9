// compile(f): a call finds the program of its signature, or traces the function and makes one. Then it runs, and what the
// function would have left behind (its result, gradients, modes) is left behind.
import type { Storage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tracing } from "../tensor/tracing.ts";
import type { Backend, Program } from "./backend.ts";
import { blame, type Watched, watchRanges } from "./finite.ts";
import { simplify } from "./simplify.ts";
import { mapTensors, type Signature, signatureOf } from "./structure.ts";
import { argumentGrads, type Traced, trace } from "./trace.ts";

/** How a function is compiled. */
export interface CompileOptions {
  /** How many threads at most; all that there are if left out. */
  threads?: number;
  /** "wasm" if left out; "reference" runs the graph by the loops that define each op. */
  backend?: Backend["name"];
  /** false: no fused multiply-add, so that engines agree in every bit. */
  relaxed?: boolean;
  /**
   * true: float32 convolutions of 3×3 with stride 1 and without dilation, forward and for the gradient of their input, may be computed by
   * Winograd's minimal filtering F(2×2, 3×3) where that is faster: 16 products instead of 36 (Lavin and Gray 2015, arXiv:1509.09308). They
   * are then less exact. Summed over C channels, an element is off by at most 4 · (C + 10) · 2⁻²⁴ · Σ, where Σ is the sum over the
   * channels of (Σ|x| of its window) · (Σ|w| of the kernel); the usual way has Σ|x · w| there. A NaN reaches the elements whose window
   * has it, as it does otherwise; of infinities NaNs may come there too, and where x, w or Σ go beyond 2¹²⁵ infinities and NaNs. The
   * bits do not depend on the number of threads. The reference backend computes as ever. false if left out.
   */
  winograd?: boolean;
  /** Throws where a NaN or an infinity first comes up, and names the op and the line; slow. The state stays as it was. */
  checkFinite?: boolean;
}

/** A compiled function, called as the function is. */
export interface Compiled<A extends unknown[], R> {
  (...args: A): R;
  /** The last program, for people: its graph, its kernels, its memory. Throws before the first call. */
  explain(): string;
  /**
   * Calls it once, its kernels one by one on one thread, and tells where the time goes: for each kernel and for the whole µs, GFLOP/s,
   * its share in % of the GFLOP/s that one thread can do at all (independent multiply-adds, measured at the same time), and GB/s. The first
   * calls of a program are slower than later ones, until the engine has compiled it well.
   */
  profile(...args: A): string;
  /** profile(), with what the call returns. */
  profiled(...args: A): { readonly result: R; readonly report: string };
}

const backends = new Map<Backend["name"], Backend>();

/** Makes a backend known. */
export function registerBackend(backend: Backend): void {
  backends.set(backend.name, backend);
}

/** A program and all that has to be known to use it for a call. */
interface Entry {
  readonly signature: Signature;
  readonly traced: Traced;
  readonly updated: ReadonlySet<Tensor>;
  readonly program: Program;
  readonly watched: Watched | null;
}

const most = 8;

/**
 * f as one program: forward, backward and update, whatever it does to tensors. It is traced once per signature (shapes and dtypes
 * of its tensor arguments, other arguments by value, the modes it reads) and must be synchronous. Tensors from outside that it
 * touches are the program's state, updated in place; results are ordinary tensors without a history.
 */
export function compile<A extends unknown[], R>(f: (...args: A) => R, options: CompileOptions = {}): Compiled<A, R> {
  if (typeof f !== "function") throw new Error(`compile: takes a function, not ${typeof f}`);
  const { threads = 1 } = options;
  if (!Number.isSafeInteger(threads) || threads < 1)
    throw new RangeError(`compile: threads are a whole number from 1 on, not ${threads}`);
  const entries: Entry[] = [];
  const made: Signature[] = [];
  let warned = false;

  const prepare = (args: A, signature: Signature): Entry => {
    const entry = entryOf(f as (...args: unknown[]) => unknown, args, signature, options);
    entries.unshift(entry);
    made.push(signature);
    if (entries.length > most) {
      entries.pop();
      if (!warned) console.warn(`compile: ${variety(f.name, made)}`);
      warned = true;
    }
    return entry;
  };
  const find = (args: A): { readonly entry: Entry; readonly signature: Signature } => {
    const signature = signatureOf(args);
    const index = entries.findIndex((entry) => fits(entry, signature));
    if (index < 0) return { entry: prepare(args, signature), signature };
    const entry = entries[index];
    if (index > 0) entries.unshift(...entries.splice(index, 1));
    return { entry, signature };
  };

  const call = (...args: A): R => {
    // Within another trace it is a function like any other.
    if (tracing()) return f(...args);
    const { entry, signature } = find(args);
    return finish(
      entry,
      signature.tensors,
      run(entry, signature.tensors, (all) => entry.program.run(all)),
    ) as R;
  };
  const profiled = (...args: A): { readonly result: R; readonly report: string } => {
    const { entry, signature } = find(args);
    let report = "";
    const storages = run(entry, signature.tensors, (all) => {
      const { results, report: told } = entry.program.profile(all);
      report = told;
      return results;
    });
    return { result: finish(entry, signature.tensors, storages) as R, report };
  };
  return Object.assign(call, {
    explain(): string {
      if (entries.length === 0)
        throw new Error("explain: there is no program before the first call; call the function once");
      return entries[0].program.explain();
    },
    profile: (...args: A): string => profiled(...args).report,
    profiled,
  });
}

function entryOf(
  f: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  signature: Signature,
  { backend: name = "wasm", relaxed = true, winograd = false, threads, checkFinite = false }: CompileOptions,
): Entry {
  const backend = backends.get(name);
  if (backend === undefined)
    throw new Error(`compile: there is no backend ${name}; there are ${[...backends.keys()].join(" and ")}`);
  const traced = trace(f, args, signature.tensors, { lines: checkFinite });
  const watched = checkFinite ? watchRanges(traced.graph) : null;
  const graph = simplify(watched?.graph ?? traced.graph);
  const program = backend.prepare(graph, traced.states, { relaxed, winograd, threads: threads ?? null });
  const updated = new Set(traced.graph.updates.map(({ state }) => traced.states[Number(state.attributes.index)]));
  return { signature, traced, program, updated, watched };
}

/** Whether a program is right for a call: the same arguments but for contents, and what the trace read is as it was. */
function fits({ signature: { key, recording }, traced: { guards } }: Entry, now: Signature): boolean {
  return key === now.key && recording === now.recording && guards.every(({ read, value }) => read() === value);
}

/** The contents of the program's results; after an error of checkFinite the states are as they were. */
function run(
  { traced, updated, watched }: Entry,
  tensors: readonly Tensor[],
  execute: (all: readonly Tensor[]) => readonly Storage[],
): readonly Storage[] {
  const all = [...tensors, ...argumentGrads(tensors)];
  for (const tensor of tensors) {
    if (updated.has(tensor))
      throw new Error(
        "compile: an argument is also a tensor that the function changes from outside; pass it or use it, not both",
      );
  }
  if (watched === null) return execute(all);
  const before = traced.states.map((state) => state.storage.share());
  const results = execute(all);
  const complaint = blame(watched, results[results.length - 1].data);
  if (complaint === null) return results;
  traced.states.forEach((state, i) => {
    state.replaceStorage(before[i]);
  });
  throw new Error(complaint);
}

/** Gives the tensors from outside what the function leaves in them, and the caller what it returns. */
function finish({ traced }: Entry, tensors: readonly Tensor[], storages: readonly Storage[]): unknown {
  const { results, returned, grads, assigned, standIns, modes } = traced;
  const fresh = new Map(results.map((tensor, i) => [tensor, new Tensor(storages[i], tensor)]));
  const outside = (tensor: Tensor): Tensor => {
    const argument = standIns.get(tensor);
    return argument === undefined ? (fresh.get(tensor) ?? tensor) : tensors[argument];
  };
  for (const [argument, result] of assigned) tensors[argument].assign(fresh.get(result) ?? result);
  for (const { tensor, grad } of grads) outside(tensor).grad = grad && outside(grad);
  for (const write of modes) write();
  return mapTensors(returned, outside);
}

/** Which part of the signatures keeps changing. */
function variety(name: string, signatures: readonly Signature[]): string {
  const places = new Map<string, Set<string>>();
  for (const { parts } of signatures) {
    for (const [place, what] of parts) places.set(place, (places.get(place) ?? new Set()).add(what));
  }
  const [place, values] = [...places].reduce(
    (most, next) => (next[1].size > most[1].size ? next : most),
    ["a mode that it reads", new Set<string>()],
  );
  const examples = values.size > 1 ? `: ${[...values].slice(0, 3).join(", ")}, ...` : "";
  return `${name || "the function"} has been traced for more than ${most} signatures, and the oldest programs are dropped; ${values.size > 1 ? place : "a mode that it reads"} varies${examples}. Numbers that change should be 0-d tensors, and batches of one size`;
}
