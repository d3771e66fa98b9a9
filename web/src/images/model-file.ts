// Model files in the page: those of the command line, read and written without a file system. What is wrong with one is said in words for
// somebody who has just dropped it.
import type { Sequential } from "chainrule";
import { type Description, readModel, writeModel } from "chainrule/model";
import { aboutFile } from "./trouble.ts";

export function bytesOf(description: Description, net: Sequential): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(writeModel(description, net.stateDict()));
}

/** Throws Trouble where the bytes are no model. */
export function modelFrom(name: string, bytes: Uint8Array): { description: Description; net: Sequential } {
  try {
    return readModel(bytes);
  } catch (cause) {
    throw aboutFile(cause, (words) => `${name}: ${words}.`);
  }
}
