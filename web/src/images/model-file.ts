// Model files in the page: the same files as the command line's, read and written without a file system. An error names the file that the
// visitor has dropped.
import type { Sequential } from "chainrule";
import { type Description, readModel, writeModel } from "chainrule/model";
import { aboutFile } from "./trouble.ts";

export function bytesOf(description: Description, net: Sequential): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(writeModel(description, net.stateDict()));
}

/** Reads a model. Throws Trouble where the bytes are not a valid model file. */
export function modelFrom(name: string, bytes: Uint8Array): { description: Description; net: Sequential } {
  try {
    return readModel(bytes);
  } catch (cause) {
    throw aboutFile(cause, (words) => `${name}: ${words}.`);
  }
}
