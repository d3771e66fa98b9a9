// Model files on the disk: what chainrule/model makes of a net and its training, and what is said where a file is none.
import type { Sequential, Tensor } from "chainrule";
import { type Description, format, readModel, writeModel } from "chainrule/model";
import { readBytes, writeWhole } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";

export interface Model {
  readonly description: Description;
  readonly net: Sequential;
}

/** All that the file holds: training's own metadata, as parsed JSON, and every tensor, those of the net too. */
export interface Extras {
  readonly training: unknown;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

export async function saveModel(file: string, description: Description, { training, tensors }: Extras): Promise<void> {
  const bytes = writeModel(description, tensors, { training });
  await reading(() => writeWhole(file, bytes));
}

export async function loadModel(file: string): Promise<Model & Extras> {
  return reading(async () => {
    const { description, net, tensors, training } = readModel(await readBytes(file), {
      damaged: (reason) => new BadInput(`${file}: no model file, or a damaged one: ${reason}`),
      foreign: () =>
        new BadInput(
          `${file}: no chainrule model: its metadata has no "format": "${format}"; chainrule train makes such files`,
        ),
      unusable: (key) => new BadInput(`${file}: its metadata has no usable "${key}"; train the model again`),
      inconsistent: (problem) => new BadInput(`${file}: its architecture does not hold together: ${problem}`),
      otherType: (name, is, shouldBe) => new BadInput(`${file}: tensor "${name}" is ${is}, it has to be ${shouldBe}`),
    });
    return { description, net, training, tensors };
  });
}

/** Whether a file may be replaced by a model: it is none yet, is empty, or is a safetensors file. */
export async function checkReplaceable(file: string, exists: boolean): Promise<void> {
  if (!exists) return;
  const bytes = await reading(() => readBytes(file));
  if (bytes.length > 0 && bytes[8] !== 0x7b)
    throw new BadInput(`--out ${file}: exists and is no model; it is not overwritten, choose another name`);
}
