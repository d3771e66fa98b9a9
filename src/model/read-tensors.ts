// The safetensors bytes of models and backbones, whose readers report damage in one way.
import { ChainruleError } from "../errors/error.ts";
import { readSafetensors } from "../io/safetensors.ts";

/**
 * Reads the bytes of a safetensors file. Throws an error of the call, of code "file" with `details.reason` "damaged", where they are damaged
 * or of another format; `kind` names the file: "model".
 */
export function readTensors(call: string, bytes: Uint8Array, kind: string): ReturnType<typeof readSafetensors> {
  try {
    return readSafetensors(bytes);
  } catch (cause) {
    if (!(cause instanceof ChainruleError) || cause.code !== "file") throw cause;
    const words = `not a ${kind} file, or a damaged one: ${cause.words}`;
    throw new ChainruleError("file", call, words, { reason: "damaged", ...cause.details }, { cause });
  }
}
