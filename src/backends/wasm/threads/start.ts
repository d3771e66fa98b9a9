// Starts a worker, in Node and in a page. If it cannot start, the caller receives the reason.

import { builtinModules } from "../surroundings.ts";
import { serve } from "./serve.ts";

/** A worker, wherever it runs. */
export interface Started {
  /** ref and unref decide whether the worker keeps the process alive; they do nothing in a page. */
  ref(): void;
  unref(): void;
  terminate(): void;
}

/** Callbacks of a worker. */
export interface Events {
  readonly ready: () => void;
  /** The worker could not start, or it has ended. */
  readonly gone: (reason: string) => void;
}

/** Starts a worker that runs serve(); `place` is the message that serve() receives. */
export function startWorker(place: unknown, events: Events): Started {
  const builtin = builtinModules();
  try {
    return builtin ? startInNode(builtin, place, events) : startInPage(place, events);
  } catch (error) {
    // Workers may be forbidden here; then there are fewer threads.
    events.gone(String(error));
    return { ref() {}, unref() {}, terminate() {} };
  }
}

/** The worker's code as text, which needs neither a file beside this one nor a loader for TypeScript. */
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
 * Whether this code may have been moved away from the worker's file. Vite's development server moves dependencies into a file elsewhere and
 * warns if the worker's file is requested beside it. There `DEV` is true; in builds, of any bundler, it is false or undefined.
 */
const mayBeMoved = (import.meta as { readonly env?: { readonly DEV?: boolean } }).env?.DEV === true;

function startInPage(place: unknown, { ready, gone }: Events): Started {
  let worker: Worker | null = null;
  // Bundlers recognise exactly this expression. It is tried first, because it does not need the page's permission for blobs.
  const fromFile = () => new Worker(new URL("./chainrule-worker.js", import.meta.url), { type: "module" });
  // The file may be missing, or on another origin, from which a page may import modules but not start workers. The text needs no file.
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
