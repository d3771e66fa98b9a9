// The thread that decodes pictures: the bytes of a file become those that the net takes. A file that decompresses to a hundred times its size
// keeps this thread busy, not the server.
import { parentPort, workerData } from "node:worker_threads";
import { ChainruleError } from "chainrule";
import { framePicture, type PictureForm } from "chainrule/node";

/** The bytes for the net, or the reason why there are none. */
export type Decoded = Uint8Array | { readonly code: string; readonly words: string };

const form: PictureForm = workerData;

parentPort?.on("message", async (bytes: Uint8Array) => {
  const decoded: Decoded = await framePicture(bytes, form).catch((error: unknown) => {
    // Any other error is a bug, and ends the thread.
    if (!(error instanceof ChainruleError)) throw error;
    return { code: error.code, words: error.words };
  });
  parentPort?.postMessage(decoded);
});
