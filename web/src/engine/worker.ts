// The one script of all workers: the first message says which engine it is to be. A failure is told, not left in the console.
import type { EngineName, Envelope, Opening, Port } from "./port.ts";

type Start = (port: Port<never, never>) => void;

const engines: Readonly<Record<EngineName, () => Promise<{ start: Start }>>> = {
  net: async () => ({ start: (await import("../net/engine.ts")).start as Start }),
  race: async () => ({ start: (await import("../race/engine.ts")).start as Start }),
  images: async () => ({ start: (await import("../images/engine.ts")).start as Start }),
};

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (envelope: Envelope<unknown>, transfer: Transferable[] = []) => scope.postMessage(envelope, transfer);
const fail = (reason: unknown) =>
  post({ kind: "failed", reason: reason instanceof Error ? reason.message : String(reason) });

scope.addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error ?? event.message);
});
scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});

/** Messages that came before the engine was there. */
const early: unknown[] = [];
let hear: ((message: unknown) => void) | null = null;

scope.addEventListener(
  "message",
  ({ data }: MessageEvent<Opening>) => {
    scope.addEventListener("message", (event) => (hear === null ? early.push(event.data) : hear(event.data)));
    void engines[data.engine]().then(({ start }) => {
      const port: Port<unknown, unknown> = {
        send: (message, transfer) => post({ kind: "message", message }, transfer),
        listen(listener) {
          hear = listener;
          for (const message of early.splice(0)) listener(message);
        },
      };
      start(port as Port<never, never>);
    });
  },
  { once: true },
);
