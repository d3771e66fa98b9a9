// The page's side of an engine: it starts a worker, passes messages both ways, and ends the worker. The failure of a worker is reported
// once, as text, and the part of the page that owns the worker can start another one.
import type { EngineName, Envelope, Opening } from "./port.ts";

export interface Channel<ToEngine> {
  send(message: ToEngine, transfer?: Transferable[]): void;
  close(): void;
}

/** Starts an engine. `failed` is called at most once, after the worker has been ended. */
export function open<ToEngine, ToPage>(
  engine: EngineName,
  heard: (message: ToPage) => void,
  failed: (reason: string) => void,
): Channel<ToEngine> {
  const worker = new Worker(new URL("../worker.ts", import.meta.url), { type: "module", name: `chainrule ${engine}` });
  let open = true;
  const end = (reason: string | null) => {
    if (!open) return;
    open = false;
    worker.terminate();
    if (reason !== null) failed(reason);
  };
  worker.addEventListener("message", ({ data }: MessageEvent<Envelope<ToPage>>) => {
    if (!open) return;
    if (data.kind === "failed") end(data.reason);
    else heard(data.message);
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    end(event.message || "its worker could not be loaded");
  });
  worker.postMessage({ engine } satisfies Opening);
  return {
    send: (message, transfer = []) => {
      if (open) worker.postMessage(message, transfer);
    },
    close: () => end(null),
  };
}
