// How a worker is started, in Node and in a page. Wherever it cannot be, whoever asked for it hears why.
import { serve } from "./serve.ts";
import { builtinModules } from "./surroundings.ts";

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
  const builtin = builtinModules();
  try {
    return builtin ? startInNode(builtin, place, events) : startInPage(place, events);
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
