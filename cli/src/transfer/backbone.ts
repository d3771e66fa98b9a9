// The net with which a training begins: the installed chainrule-backbone, or a safetensors file with timm's or torchvision's names.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ChainruleError } from "chainrule";
import { type BackboneName, backboneNames, type ReadBackbone, readBackbone } from "chainrule/model";
import { readBytes } from "chainrule/node";
import { BadInput, reading } from "../failure.ts";

/** What --from takes beside files. */
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

/** The backbone that --from names: the package, a file, or NAME=FILE. Throws BadInput where it cannot be used. */
export async function namedBackbone(word: string): Promise<Backbone> {
  if (word === installed) return installedBackbone();
  const [name, file] = existsSync(word) ? [undefined, word] : divided(word);
  if (!existsSync(file))
    throw new BadInput(
      `--from ${word}: no such file; give a safetensors file with the names of timm or torchvision, or ${installed}, or ${nothing}`,
    );
  const bytes = await reading(() => readBytes(file));
  try {
    return backboneOf(bytes, { name, origin: file });
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

function backboneOf(
  bytes: Uint8Array,
  { name, origin }: { readonly name?: BackboneName | undefined; readonly origin: string },
): Backbone {
  const fingerprint = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  return { ...readBackbone(bytes, { name }), origin, fingerprint };
}
