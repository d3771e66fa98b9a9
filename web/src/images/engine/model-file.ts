// Model files in the page: the same files as the command line's, read and written without a file system. An error names the file that the
// visitor has dropped.
import type { Sequential } from "chainrule";
import { type Description, readModel, writeModel } from "chainrule/model";
import type { ModelFormat } from "../messages.ts";
import { aboutFile } from "../trouble.ts";

export function bytesOf(description: Description, net: Sequential): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(writeModel(description, net.stateDict()));
}

/** Reads a model. Throws Trouble where the bytes are not a valid model file. */
export function modelFrom(name: string, bytes: Uint8Array): { description: Description; net: Sequential } {
  try {
    return readModel(bytes);
  } catch (cause) {
    throw aboutFile(cause, (words) => ({ about: "damagedModel", name, words }));
  }
}

/** The bytes of a file to save. The writer of ONNX files is loaded when one is asked for. */
export async function saved(
  { description, net }: { readonly description: Description; readonly net: Sequential },
  format: ModelFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  if (format === "safetensors") return bytesOf(description, net);
  const { modelToOnnx } = await import("chainrule-onnx");
  return Uint8Array.from(modelToOnnx({ description, net }));
}
