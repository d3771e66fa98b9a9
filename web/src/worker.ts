// The script that all workers run: the first message names the engine to start. A failure is sent to the page, not left in the console.
import type { EngineName, Envelope, Opening, Port } from "./engine/port.ts";

type Start = (port: Port<never, never>) => void;

const engines: Readonly<Record<EngineName, () => Promise<{ start: Start }>>> = {
  hero: async () => ({ start: (await import("./hero/engine.ts")).start as Start }),
  net: async () => ({ start: (await import("./net/run/engine.ts")).start as Start }),
  race: async () => ({ start: (await import("./race/engine.ts")).start as Start }),
  classes: async () => ({ start: (await import("./classes/engine/engine.ts")).start as Start }),
  images: async () => ({ start: (await import("./images/engine/engine.ts")).start as Start }),
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

/** Messages that arrived before the engine was loaded. */
const earlyMessages: unknown[] = [];
let hear: ((message: unknown) => void) | null = null;

scope.addEventListener(
  "message",
  ({ data }: MessageEvent<Opening>) => {
    scope.addEventListener("message", (event) => (hear === null ? earlyMessages.push(event.data) : hear(event.data)));
    void engines[data.engine]().then(({ start }) => {
      const port: Port<unknown, unknown> = {
        send: (message, transfer) => post({ kind: "message", message }, transfer),
        listen(listener) {
          hear = listener;
          for (const message of earlyMessages.splice(0)) listener(message);
        },
      };
      start(port as Port<never, never>);
    });
  },
  { once: true },
);
