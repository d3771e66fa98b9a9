// Starts a program in a worker of its own, and ends it. The worker belongs to a hidden frame of the site (program.html), whose policy it
// inherits: modules from blobs, and requests to this site alone. The page's own policy stays as strict as it is.
import type { FromProgram, ToProgram } from "./messages.ts";
import workerAddress from "./worker.ts?worker&url";

export interface Run {
  /** Ends the program, whatever it does. */
  close(): void;
}

/** Runs a program. `failed` is called if the worker cannot be started; the words are the browser's. */
export function start(text: string, heard: (message: FromProgram) => void, failed: (words: string) => void): Run {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.src = new URL("program.html", document.baseURI).href;
  let worker: Worker | null = null;
  const close = () => {
    worker?.terminate();
    frame.remove();
  };
  const give = (words: string) => {
    close();
    failed(words);
  };
  frame.addEventListener("load", () => {
    try {
      worker = workerIn(frame);
    } catch (error) {
      give(String(error));
      return;
    }
    worker.addEventListener("message", ({ data }: MessageEvent<FromProgram>) => {
      if (data.kind === "ready") worker?.postMessage({ text } satisfies ToProgram);
      else heard(data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      give(event.message || "its worker could not be loaded");
    });
  });
  document.body.append(frame);
  return { close };
}

/** A worker whose script is a blob of the frame, so that it has the frame's policy. */
function workerIn(frame: HTMLIFrameElement): Worker {
  const realm = frame.contentWindow as (Window & typeof globalThis) | null;
  if (realm === null) throw new Error("the frame of the program is not in the page");
  const script = `import ${JSON.stringify(new URL(workerAddress, document.baseURI).href)};`;
  const address = realm.URL.createObjectURL(new realm.Blob([script], { type: "text/javascript" }));
  return new realm.Worker(address, { type: "module", name: "chainrule program" });
}
