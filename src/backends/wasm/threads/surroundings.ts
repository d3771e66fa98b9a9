// Where this code runs, and what that means for threads: whether there can be any, how many are wanted, and how one is started.
import { ChainruleError } from "../../../errors/error.ts";
import { mostThreads } from "./control.ts";
import { serve } from "./serve.ts";

/** More than so many are started only if somebody asks for them. */
const usual = 16;

const builtin = typeof process === "object" ? process.getBuiltinModule : undefined;
const isNode = typeof builtin === "function";

/** Why one thread does everything here; null if there may be more. */
export const alone: string | null = whyAlone();

function whyAlone(): string | null {
  if (typeof SharedArrayBuffer === "undefined")
    return "there is no shared memory here (a page has it when it is cross-origin isolated)";
  if (!isNode && typeof Worker === "undefined") return "there are no workers here";
  try {
    // Comes back at once where waiting is allowed at all.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
  } catch {
    return "a page's main thread may not wait for others (in a Web Worker there are threads)";
  }
  try {
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  } catch {
    return "WebAssembly has no shared memory here";
  }
  return null;
}

/** How many threads the machine runs at the same time. */
export const parallelism: number = isNode
  ? builtin("node:os").availableParallelism()
  : (globalThis.navigator?.hardwareConcurrency ?? 1);

/** How many threads a program is for: what it asks for, else CHAINRULE_THREADS, else as many as the machine runs. */
export function threadsFor(asked: number | null): number {
  const wanted = asked ?? threadsOfEnvironment() ?? Math.min(parallelism, usual);
  return alone === null ? Math.min(wanted, mostThreads) : 1;
}

function threadsOfEnvironment(): number | null {
  const text = isNode ? process.env.CHAINRULE_THREADS : undefined;
  if (text === undefined || text === "") return null;
  const threads = Number(text);
  if (!Number.isSafeInteger(threads) || threads < 1)
    throw new ChainruleError(
      "option",
      "CHAINRULE_THREADS",
      `a number of threads from 1 on, not ${JSON.stringify(text)}`,
    );
  return threads;
}

/** A worker, wherever it runs. */
export interface Started {
  /** It must not be waited for by who would end otherwise; only in Node is there such a thing. */
  ref(): void;
  unref(): void;
  terminate(): void;
}

export interface Events {
  readonly ready: () => void;
  /** It could not start, or it has ended. */
  readonly gone: (reason: string) => void;
}

/** Starts a worker that serves; `place` is what serve() is told. */
export function startWorker(place: unknown, events: Events): Started {
  try {
    return isNode ? startInNode(builtin, place, events) : startInPage(place, events);
  } catch (error) {
    // Not allowed here: then there are fewer threads.
    events.gone(String(error));
    return { ref() {}, unref() {}, terminate() {} };
  }
}

/** As text: there it needs neither a file beside this one nor a loader of TypeScript. */
const text = `(${serve})()`;

function startInNode(builtin: typeof process.getBuiltinModule, place: unknown, { ready, gone }: Events): Started {
  const { Worker } = builtin("node:worker_threads");
  const worker = new Worker(text, { eval: true, execArgv: [], name: "chainrule" });
  worker.once("message", ready);
  worker.on("error", (error) => gone(String(error)));
  worker.on("exit", () => gone("it ended"));
  worker.postMessage(place);
  worker.unref();
  return {
    ref: () => worker.ref(),
    unref: () => worker.unref(),
    terminate: () => void worker.terminate(),
  };
}

/**
 * Vite's development server puts dependencies into one file elsewhere, beside which there is no worker's file, and warns if it is asked
 * for. It says `DEV` where it runs; in what is built, by whatever bundler, this is false or undefined.
 */
const mayBeMoved = (import.meta as { readonly env?: { readonly DEV?: boolean } }).env?.DEV === true;

function startInPage(place: unknown, { ready, gone }: Events): Started {
  let worker: Worker | null = null;
  // Bundlers find the file by exactly this form. It needs no permission of the page for blobs, so it comes first.
  const fromFile = () => new Worker(new URL("./chainrule-worker.js", import.meta.url), { type: "module" });
  // The file may not be there, or lie on another origin, from which a page may import but starts no worker. The text does without.
  const fromText = () => new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  const begin = (start: () => Worker, failed: (reason: string) => void): void => {
    let started: Worker;
    try {
      started = start();
    } catch (error) {
      failed(String(error));
      return;
    }
    let begun = false;
    worker = started;
    started.onmessage = () => {
      begun = true;
      ready();
    };
    started.onerror = (event) => {
      event.preventDefault();
      started.terminate();
      (begun ? gone : failed)(event.message ?? "it did not load");
    };
    started.postMessage(place);
  };
  const [first, second] = mayBeMoved ? [fromText, fromFile] : [fromFile, fromText];
  begin(first, () => begin(second, gone));
  return { ref() {}, unref() {}, terminate: () => worker?.terminate() };
}
