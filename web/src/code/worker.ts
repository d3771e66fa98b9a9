// The worker that runs one program of a visitor: as a module, with the library under its usual names, a console whose texts go to the
// page, and fetch for the site's own files. The frame that starts it (program.html) has a policy that keeps all requests on the site.
import { inspect } from "node-inspect-extracted";
import { consoleFor } from "./console.ts";
import { importsOf, Refused, withAddresses } from "./imports.ts";
import { lineOf } from "./lines.ts";
import type { Failure, FromProgram, ToProgram } from "./messages.ts";
import { addressOf, canImport } from "./modules.ts";
import { Recorder } from "./recorder.ts";
import { Timers } from "./timers.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (message: FromProgram) => scope.postMessage(message);
const recorder = new Recorder(
  (output) => post({ kind: "output", output }),
  () => post({ kind: "full" }),
);

let address = "";
let isAtEnd = false;
const end = () => {
  if (isAtEnd && timers.rest) post({ kind: "ended", ...recorder.rest() });
};
const timers = new Timers(scope, () => queueMicrotask(end));

const fail = (failure: Failure) => post({ kind: "failed", failure, ...recorder.rest() });
const failWith = (thrown: unknown, line: number | null = null) => {
  if (thrown instanceof Refused) fail(thrown.failure);
  else if (thrown instanceof Error)
    fail({ kind: "error", words: String(thrown), line: lineOf(thrown.stack, address) ?? line });
  else fail({ kind: "error", words: inspect(thrown), line });
};

scope.addEventListener("error", (event) => {
  event.preventDefault();
  failWith(event.error ?? event.message, event.filename === address ? event.lineno : null);
});
scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  failWith(event.reason);
});

/** fetch for the site's own files, with an error that says so for others. */
const fetchAnywhere = scope.fetch.bind(scope);
scope.fetch = async (what, options) => {
  const url = new URL(what instanceof Request ? what.url : String(what));
  if (/^https?:$/.test(url.protocol) && url.origin !== scope.origin)
    throw new TypeError(`fetch: a program in this page can only fetch files of ${scope.origin}, not ${url.href}`);
  return fetchAnywhere(what, options);
};

async function run(text: string): Promise<void> {
  const imports = importsOf(text);
  for (const { name, line } of imports) if (!canImport(name)) throw new Refused({ kind: "import", name, line });
  const addresses = new Map<string, string>();
  for (const { name } of imports) if (!addresses.has(name)) addresses.set(name, await addressOf(name));
  const code = withAddresses(text, imports, (name) => addresses.get(name) ?? name);
  address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  globalThis.console = consoleFor((output) => recorder.record(output));
  await import(/* @vite-ignore */ address);
  isAtEnd = true;
  end();
}

scope.addEventListener("message", ({ data }: MessageEvent<ToProgram>) => void run(data.text).catch(failWith), {
  once: true,
});
post({ kind: "ready" });
