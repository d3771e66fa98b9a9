// The net with which a training begins: the installed chainrule-backbone, a safetensors file with timm's or torchvision's names, or a net of
// the hub by its name.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ChainruleError, type Tensor } from "chainrule";
import { writeSafetensors } from "chainrule/io";
import { type BackboneName, backboneNames, type ReadBackbone, readBackbone } from "chainrule/model";
import { readBytes } from "chainrule/node";
import { BadInput, reading } from "../failure.ts";
import { type Fetching, hubBytes } from "../hub/hub.ts";
import { hubNames, hubNet } from "../hub/nets.ts";
import type { Extras, Model } from "../model-file.ts";
import { cannotResume } from "../train/plan.ts";
import { beforePrefix, type SavedTuning } from "./tuning-plan.ts";

/** What --from takes beside files and names of the hub. */
export const installed = "chainrule-backbone";
export const nothing = "none";

export interface Backbone extends ReadBackbone {
  /** As it is named to people: the package, or the file. */
  readonly origin: string;
  /** A digest of the file's bytes: features of equal ones are equal. */
  readonly fingerprint: string;
}

/** The backbone of the installed package. */
export async function installedBackbone(): Promise<Backbone> {
  const { efficientnetLite0 } = await import("chainrule-backbone");
  return backboneOf(await readBytes(fileURLToPath(efficientnetLite0)), { origin: installed });
}

/**
 * The backbone that --from names: the package, a file, NAME=FILE, or a name of the hub. A file goes before a name, and the installed net
 * before the same one on the hub. Throws BadInput where it cannot be used, and GaveUp where fetching it was stopped.
 */
export async function namedBackbone(word: string, fetching: Fetching): Promise<Backbone> {
  if (word === installed || (word === installedName && !existsSync(word))) return installedBackbone();
  const [name, file] = existsSync(word) ? [undefined, word] : divided(word);
  const net = existsSync(file) ? null : hubNet(word);
  if (net !== null) {
    const bytes = await hubBytes(net, fetching);
    return usable(word, () => backboneOf(bytes, { name: net.architecture, origin: net.repository }));
  }
  if (!existsSync(file))
    throw new BadInput(
      `--from ${word}: no such file; give a safetensors file with the names of timm or torchvision, ${installed}, ${nothing}, ` +
        `or a name that is fetched: ${hubNames()}`,
    );
  const bytes = await reading(() => readBytes(file));
  return usable(word, () => backboneOf(bytes, { name, origin: file }));
}

/** The net in the installed package. */
const installedName: BackboneName = "tf_efficientnet_lite0";

function usable(word: string, make: () => Backbone): Backbone {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code !== "file") throw error;
    const candidates: unknown[] = Array.isArray(error.details.candidates) ? error.details.candidates : [];
    const [first] = candidates;
    if (first === undefined) throw new BadInput(`--from ${word}: ${error.words}`, { cause: error });
    throw new BadInput(
      `--from ${word}: its tensors are those of ${candidates.join(" and ")}; say which: --from ${first}=${word}`,
      { cause: error },
    );
  }
}

/** "resnet18=FILE" as the name and the file; a word without the name of a net is a file. */
function divided(word: string): [name: BackboneName | undefined, file: string] {
  const name = backboneNames.find((known) => word.startsWith(`${known}=`));
  return name === undefined ? [undefined, word] : [name, word.slice(name.length + 1)];
}

/** The backbone of a model file, with the tensors that a checkpoint of fine-tuning has of it as it was before. */
export function savedBackbone(file: string, { tensors, description }: Model & Extras, { from }: SavedTuning): Backbone {
  const name = backboneNames.find((known) => known === from.name);
  if (name === undefined) throw cannotResume(file);
  const { mean, std } = description.normalisation;
  const own = new Map<string, Tensor>();
  for (const prefix of ["0.", `${beforePrefix}0.`])
    for (const [tensor, values] of tensors) if (tensor.startsWith(prefix)) own.set(tensor.slice(prefix.length), values);
  const list = (value: number | readonly number[]) =>
    JSON.stringify(Array.isArray(value) ? value : [value, value, value]);
  const metadata = { input_size: JSON.stringify(description.input), mean: list(mean), std: list(std) };
  return { ...readBackbone(writeSafetensors(own, metadata), { name }), ...from, name };
}

function backboneOf(
  bytes: Uint8Array,
  { name, origin }: { readonly name?: BackboneName | undefined; readonly origin: string },
): Backbone {
  const fingerprint = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  return { ...readBackbone(bytes, { name }), origin, fingerprint };
}
