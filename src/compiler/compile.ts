// compile(f): a call finds the program of its signature, or traces the function and makes one. Then it runs, and what the
// function would have left behind (its result, gradients, modes) is left behind.
import { ChainruleError } from "../errors/error.ts";
import type { OutputHistory } from "../tensor/autograd.ts";
import { forgetHistory } from "../tensor/derived.ts";
import type { Storage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tracing } from "../tensor/tracing.ts";
import type { Backend, Program } from "./backend.ts";
import { type Chapter, printChapters } from "./chapters.ts";
import { defaultBounds, type Found, Programs } from "./programs.ts";
import { Pullback } from "./pullback.ts";
import { ready } from "./ready.ts";
import { mapTensors, type Signature, signatureOf } from "./structure.ts";
import { argumentGrads, trace } from "./trace.ts";
import type { Traced } from "./traced.ts";

/** How a function is compiled. */
export interface CompileOptions {
  /** How many threads at most; all that there are if left out. */
  threads?: number;
  /**
   * How many programs may be there at once, one for each signature; those used longest ago are dropped, and traced again if they are
   * called again. If left out 256, and fewer where they hold more than 128 MiB together.
   */
  maxPrograms?: number;
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
  /** What explain() prints, chapter by chapter. */
  chapters(): readonly Chapter[];
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
interface Entry extends Found {
  readonly traced: Traced;
  readonly updated: ReadonlySet<Tensor>;
  readonly program: Program;
  /** How results are differentiated; null where they have no history. */
  readonly pullback: Pullback | null;
}

/**
 * f as one program: forward, backward and update, whatever it does to tensors. It is traced once per signature (shapes and dtypes
 * of its tensor arguments, other arguments by value, the modes it reads) and must be synchronous. Tensors from outside that it
 * touches are the program's state, updated in place; results are ordinary tensors.
 *
 * Results have a history, and gradients arrive at arguments and tensors from outside, as they would without compile, unless the call is
 * in noGrad, or f itself calls backward() or changes a tensor that requires a gradient, as a training step does. backward() then runs a
 * second program, which computes the forward pass again: a step that has loss, backward and update inside is faster. It throws
 * where a tensor that it needs was assigned since the call, and its gradients cannot be differentiated again.
 */
export function compile<A extends unknown[], R>(f: (...args: A) => R, options: CompileOptions = {}): Compiled<A, R> {
  if (typeof f !== "function") throw new ChainruleError("type", "compile", `takes a function, not ${typeof f}`);
  const { threads = 1, maxPrograms = 1 } = options;
  checkCount("threads", threads);
  checkCount("maxPrograms", maxPrograms);
  const bounds = options.maxPrograms === undefined ? defaultBounds : { programs: maxPrograms, bytes: Infinity };
  const programs = new Programs<Entry>(f.name, bounds);

  const find = (args: A): { readonly entry: Entry; readonly signature: Signature } => {
    const signature = signatureOf(args);
    const found = programs.find(signature);
    if (found !== null) return { entry: found, signature };
    programs.misses(signature);
    const entry = entryOf(f as (...args: unknown[]) => unknown, args, signature, options);
    programs.add(entry);
    return { entry, signature };
  };

  const call = (...args: A): R => {
    // Within another trace it is a function like any other.
    if (tracing()) return f(...args);
    const { entry, signature } = find(args);
    return run(entry, signature.tensors, (all) => entry.program.run(all)) as R;
  };
  const profiled = (...args: A): { readonly result: R; readonly report: string } => {
    const { entry, signature } = find(args);
    let report = "";
    const result = run(entry, signature.tensors, (all) => {
      const { results, report: told } = entry.program.profile(all);
      report = told;
      return results;
    });
    return { result: result as R, report };
  };
  const last = (asked: string): Program => {
    if (programs.last === null)
      throw new ChainruleError("order", asked, "there is no program before the first call; call the function once");
    return programs.last.program;
  };
  return Object.assign(call, {
    explain: (): string => printChapters(last("explain").chapters()),
    chapters: (): readonly Chapter[] => last("chapters").chapters(),
    profile: (...args: A): string => profiled(...args).report,
    profiled,
  });
}

function checkCount(name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new ChainruleError("option", "compile", `${name} is a whole number from 1 on, not ${count}`);
}

/** What a node takes up beside its code: about so many bytes in graphs and kernels. */
const bytesOfNode = 1000;

function entryOf(
  f: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  { key, recording, tensors }: Signature,
  { backend: name = "wasm", relaxed = true, winograd = false, threads, checkFinite = false }: CompileOptions,
): Entry {
  const backend = backends.get(name);
  if (backend === undefined)
    throw new ChainruleError(
      "option",
      "compile",
      `there is no backend ${name}; there are ${[...backends.keys()].join(" and ")}`,
    );
  const traced = trace(f, args, tensors, { lines: checkFinite });
  const { graph, states, guards, open } = traced;
  const readyOptions = { backend, checkFinite, relaxed, winograd, threads: threads ?? null };
  const program = ready(graph, states, readyOptions);
  const updated = new Set(graph.updates.map(({ state }) => states[Number(state.attributes.index)]));
  const pullback = open && new Pullback(traced, open, (own, read) => ready(own, read, readyOptions));
  return {
    key,
    recording,
    guards,
    bytes: program.bytes + graph.nodes.length * bytesOfNode,
    traced,
    program,
    updated,
    pullback,
  };
}

/** Runs the program for a call; what the function returns then, with its history. */
function run(
  { traced, updated, pullback }: Entry,
  tensors: readonly Tensor[],
  execute: (all: readonly Tensor[]) => readonly Storage[],
): unknown {
  const all = [...tensors, ...argumentGrads(tensors)];
  for (const tensor of tensors) {
    if (updated.has(tensor))
      throw new ChainruleError(
        "option",
        "compile",
        "an argument is also a tensor that the function changes from outside; pass it or use it, not both",
      );
  }
  if (pullback === null) return finish(traced, tensors, execute(all), () => null);
  const end = pullback.begin(all);
  const storages = execute(all);
  return finish(traced, tensors, storages, end());
}

/** Gives the tensors from outside what the function leaves in them, and the caller what it returns. */
function finish(
  { results, returned, grads, assigned, standIns, modes, written }: Traced,
  tensors: readonly Tensor[],
  storages: readonly Storage[],
  historyOf: (index: number) => OutputHistory | null,
): unknown {
  const fresh = new Map(results.map((tensor, i) => [tensor, new Tensor(storages[i], tensor, historyOf(i))]));
  const outside = (tensor: Tensor): Tensor => {
    const argument = standIns.get(tensor);
    return argument === undefined ? (fresh.get(tensor) ?? tensor) : tensors[argument];
  };
  for (const [argument, result] of assigned) tensors[argument].assign(fresh.get(result) ?? result);
  for (const { tensor, grad } of grads) outside(tensor).grad = grad && outside(grad);
  for (const write of modes) write();
  const left = (tensor: Tensor): Tensor => {
    const result = outside(tensor);
    if (tensor.history !== null && result.history === null) forgetHistory(result);
    return result;
  };
  for (const { owner, key, value } of written) Reflect.set(owner, key, mapTensors(value, left));
  return mapTensors(returned, outside);
}
