// Model files on the disk: safetensors files that stand for themselves, with the weights under PyTorch's names ("1.weight"), and in their
// metadata all that is needed to use them (model-format.ts says what).
import type { Sequential, Tensor } from "chainrule";
import { writeSafetensors } from "chainrule/io";
import { readBytes, writeWhole } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";
import { type Description, format, json, metadataOf, modelIn } from "./model-format.ts";

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
  const bytes = writeSafetensors(new Map(tensors), metadataOf(description, { training }));
  await reading(() => writeWhole(file, bytes));
}

export async function loadModel(file: string): Promise<Model & Extras> {
  return reading(async () => {
    const { description, net, tensors, metadata } = modelIn(await readBytes(file), {
      damaged: (reason) => new BadInput(`${file}: no model file, or a damaged one: ${reason}`),
      foreign: () =>
        new BadInput(
          `${file}: no chainrule model: its metadata has no "format": "${format}"; chainrule train makes such files`,
        ),
      unusable: (key) => new BadInput(`${file}: its metadata has no usable "${key}"; train the model again`),
      inconsistent: (problem) => new BadInput(`${file}: its architecture does not hold together: ${problem}`),
      otherType: (name, is, shouldBe) => new BadInput(`${file}: tensor "${name}" is ${is}, it has to be ${shouldBe}`),
    });
    return { description, net, training: json(metadata.training), tensors };
  });
}

/** Whether a file may be replaced by a model: it is none yet, is empty, or is a safetensors file. */
export async function checkReplaceable(file: string, exists: boolean): Promise<void> {
  if (!exists) return;
  const bytes = await reading(() => readBytes(file));
  if (bytes.length > 0 && bytes[8] !== 0x7b)
    throw new BadInput(`--out ${file}: exists and is no model; it is not overwritten, choose another name`);
}
