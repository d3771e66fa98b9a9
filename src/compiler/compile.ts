// compile(f): a call finds the program of its signature, or traces the function and makes one. Then the program runs, and the call has the
// effects that the function would have had: its result, gradients, modes and properties of modules.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import type { OutputHistory } from "../tensor/autograd.ts";
import { forgetHistory } from "../tensor/derived.ts";
import { isTransforming } from "../tensor/levels.ts";
import { observing } from "../tensor/observing.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Storage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tracing } from "../tensor/tracing.ts";
import type { Backend, BackendName, Program } from "./backend.ts";
import { type Chapter, printChapters } from "./chapters.ts";
import { defaultBounds, type Found, Programs } from "./programs.ts";
import { Pullback } from "./pullback.ts";
import { ready } from "./ready.ts";
import { mapTensors, type Signature, signatureOf } from "./structure.ts";
import { argumentGrads, trace } from "./trace.ts";
import type { Traced } from "./traced.ts";

/** How a function is compiled. */
export interface CompileOptions {
  /** The largest number of threads; by default as many as there are. */
  threads?: number | undefined;
  /**
   * The largest number of programs at a time, one for each signature. The least recently used are dropped, and traced again if they are
   * called again. By default 256, and fewer where they take more than 256 MiB together.
   */
  maxPrograms?: number | undefined;
  /**
   * "wasm" by default; "reference" runs the graph with the loops that define each op. Other backends come with packages: `import
   * "chainrule-xla"` has "xla". On a device, such as XLA's, results and states stay until they are read: `await x.read()`, `await settle(x)`.
   */
  backend?: BackendName | undefined;
  /** false: no fused multiply-add, so that all engines give the same bits. By default true. */
  relaxed?: boolean | undefined;
  /**
   * true: float32 convolutions of 3×3 with stride 1 and without dilation, forward and for the gradient of their input, may be computed by
   * Winograd's minimal filtering F(2×2, 3×3) where that is faster: 16 products instead of 36 (Lavin and Gray 2015, arXiv:1509.09308). They
   * are then less exact. With C channels, the error of an element is at most 4 · (C + 10) · 2⁻²⁴ · Σ, where Σ is the sum over the channels
   * of (Σ|x| of its window) · (Σ|w| of the kernel); the direct algorithm has Σ|x · w| in place of this Σ. A NaN reaches the elements whose
   * window contains it, as in the direct algorithm. An infinity may become a NaN in these elements, and where x, w or Σ exceed 2¹²⁵
   * there may be infinities and NaNs. The bits do not depend on the number of threads. The reference backend ignores this option. By
   * default false.
   */
  winograd?: boolean | undefined;
  /**
   * true: a call throws where a NaN or an infinity first arises, and names the op and the line; this is slow. States keep their contents.
   * Backends whose results live on a device do not have this option.
   */
  checkFinite?: boolean | undefined;
}

const compileNames: OptionNames<CompileOptions> = {
  threads: true,
  maxPrograms: true,
  backend: true,
  relaxed: true,
  winograd: true,
  checkFinite: true,
};

/** A compiled function, which is called like the function itself. */
export interface Compiled<A extends unknown[], R> {
  (...args: A): R;
  /** A text for people about the program that was used last: its graph, its kernels, its memory. Throws before the first call. */
  explain(): string;
  /** The chapters of explain()'s text. Throws before the first call. */
  chapters(): readonly Chapter[];
  /**
   * Calls the function once, with its kernels one after the other on one thread, and returns a table with the time of each kernel and of
   * the whole call: µs, GFLOP/s, the share in % of the GFLOP/s that one thread can reach (independent multiply-adds, measured at the same
   * time), and GB/s. The first calls of a program are slower than later ones, until the engine has optimised it.
   */
  profile(...args: A): string;
  /** Does the same as profile(), and returns the call's result as well. */
  profiled(...args: A): { readonly result: R; readonly report: string };
  /** Does the same as profiled() on every backend: the times of a GPU have to be waited for. */
  timed(...args: A): Promise<{ readonly result: R; readonly report: string }>;
}

const backends = new Map<BackendName, Backend>();

/** The packages whose import registers a backend. */
const packages: ReadonlyMap<string, string> = new Map([["xla", "chainrule-xla"]]);

/** Registers a backend under its name. */
export function registerBackend(backend: Backend): void {
  backends.set(backend.name, backend);
}

/** A program, and the facts about its trace that a call needs. */
interface Entry extends Found {
  readonly traced: Traced;
  readonly updated: ReadonlySet<Tensor>;
  readonly program: Program;
  /** Makes the histories of results; null where they have none. */
  readonly pullback: Pullback | null;
}

/**
 * Compiles f to one program, including backward passes and updates. f is traced once per signature (shapes and dtypes of its tensor
 * arguments, other arguments by value, the modes and properties that it reads) and must be synchronous. Tensors from outside that it uses
 * are the program's states, which are updated in place; results are ordinary tensors.
 *
 * Inside vmap, jvp and other transformations, and inside other compiled functions, f runs as a plain function: compile around them.
 *
 * Results have a history, and gradients reach arguments and tensors from outside as they do without compile, unless the call is in noGrad,
 * or f itself calls backward() or changes a tensor that requires a gradient, as a training step does. backward() then runs a second
 * program, which computes the forward pass again, so a step with loss, backward and update inside f is faster. It throws where a tensor
 * that it needs was assigned after the call. Its gradients cannot be differentiated again.
 */
export function compile<A extends unknown[], R>(f: (...args: A) => R, options: CompileOptions = {}): Compiled<A, R> {
  takes("compile", arguments.length, 2);
  checkOptions("compile", options, compileNames);
  if (typeof f !== "function") throw new ChainruleError("type", "compile", `takes a function, not ${typeof f}`);
  const { threads = 1, maxPrograms = 1 } = options;
  checkWhole("compile", "threads", threads, { from: 1 });
  checkWhole("compile", "maxPrograms", maxPrograms, { from: 1 });
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
    // Inside another trace f is traced like any other function, and inside a transformation transformed.
    if (tracing() || isTransforming() || observing()) return f(...args);
    const { entry, signature } = find(args);
    return run(entry, signature.tensors, (all) => entry.program.run(all)) as R;
  };
  const profiled = (...args: A): { readonly result: R; readonly report: string } => {
    const { entry, signature } = find(args);
    let report = "";
    const result = run(entry, signature.tensors, (all) => {
      const profile = entry.program.profile(all);
      report = profile.report;
      return profile.results;
    });
    return { result: result as R, report };
  };
  const timed = async (...args: A): Promise<{ readonly result: R; readonly report: string }> => {
    const { entry, signature } = find(args);
    let report: string | Promise<string> = "";
    const result = run(entry, signature.tensors, (all) => {
      const { program } = entry;
      const profile = program.timed === undefined ? program.profile(all) : program.timed(all);
      report = profile.report;
      return profile.results;
    });
    return { result: result as R, report: await report };
  };
  const last = (method: string): Program => {
    if (programs.last === null)
      throw new ChainruleError("order", method, "there is no program before the first call; call the function once");
    return programs.last.program;
  };
  return Object.assign(call, {
    explain: (): string => printChapters(last("explain").chapters()),
    chapters: (): readonly Chapter[] => last("chapters").chapters(),
    profile: (...args: A): string => profiled(...args).report,
    profiled,
    timed,
  });
}

function backendOf(name: BackendName): Backend {
  const backend = backends.get(name);
  if (backend !== undefined) return backend;
  if (name === "webgpu")
    throw new ChainruleError(
      "order",
      "compile",
      `the backend ${name} has to be opened: \`await gpuReady()\` once before the first call; it tells whether there is a GPU`,
    );
  const place = packages.get(name);
  if (place !== undefined)
    throw new ChainruleError(
      "package",
      "compile",
      `the backend ${name} comes with the package ${place}: \`npm install ${place}\`, and \`import "${place}"\` once before the first call`,
    );
  throw new ChainruleError(
    "option",
    "compile",
    `there is no backend ${String(name)}; there are ${[...backends.keys()].join(" and ")}`,
  );
}

/** What a node of the traced graph takes in graphs, kernels and machine code: measured on Node 20, 4 to 7 KB for MLPs and transformers. */
const bytesOfNode = 5000;

function entryOf(
  f: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  { key, recording, tensors }: Signature,
  { backend: name = "wasm", relaxed = true, winograd = false, threads, checkFinite = false }: CompileOptions,
): Entry {
  const backend = backendOf(name);
  if (checkFinite && backend.isDevice === true)
    throw new ChainruleError(
      "option",
      "compile",
      `checkFinite reads the range of every value at each call, and on ${name} reading waits; use backend "wasm" or "reference" to look for the op`,
    );
  const traced = trace(f, args, tensors, { lines: checkFinite });
  const { graph, states, guards, open } = traced;
  const readyOptions = { backend, checkFinite, relaxed, winograd, threads: threads ?? null };
  const program = ready(graph, states, readyOptions);
  const updated = new Set(graph.updates.map(({ state }) => states[state.attributes.index]));
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

/** Runs the program for a call, and returns what the function returns, with the histories of results. */
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

/** Carries out the function's effects on tensors and modules from outside, and returns what the function returns. */
function finish(
  { results, returned, grads, assigned, standIns, modes, written }: Traced,
  tensors: readonly Tensor[],
  storages: readonly Storage[],
  historyOf: (index: number) => OutputHistory | null,
): unknown {
  const newTensors = new Map(results.map((tensor, i) => [tensor, new Tensor(storages[i], tensor, historyOf(i))]));
  const outside = (tensor: Tensor): Tensor => {
    const argument = standIns.get(tensor);
    return argument === undefined ? (newTensors.get(tensor) ?? tensor) : tensors[argument];
  };
  for (const [argument, result] of assigned) tensors[argument].assign(newTensors.get(result) ?? result);
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
