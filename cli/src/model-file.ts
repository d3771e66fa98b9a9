// Reads and writes model files; chainrule/model defines their bytes.
import type { Sequential, Tensor } from "chainrule";
import { type Description, readModel, writeModel } from "chainrule/model";
import { readBytes, writeWhole } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";

export interface Model {
  readonly description: Description;
  readonly net: Sequential;
}

/** Everything else in the file: the training's metadata, as parsed JSON, and all tensors, the net's included. */
export interface Extras {
  readonly training: unknown;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

export async function saveModel(file: string, description: Description, { training, tensors }: Extras): Promise<void> {
  const bytes = writeModel(description, tensors, { training });
  await reading(() => writeWhole(file, bytes));
}

export async function loadModel(file: string): Promise<Model & Extras> {
  const bytes = await reading(() => readBytes(file));
  return reading(() => readModel(bytes), file);
}

/** Throws BadInput unless the file may be replaced by a model: it does not exist, is empty, or is a safetensors file. */
export async function checkReplaceable(file: string, exists: boolean): Promise<void> {
  if (!exists) return;
  const bytes = await reading(() => readBytes(file));
  if (bytes.length > 0 && bytes[8] !== 0x7b)
    throw new BadInput(`--out ${file}: exists and is not a model, so it is not overwritten; choose another name`);
}
