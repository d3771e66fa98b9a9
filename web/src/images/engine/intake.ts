// Reads dropped files and tells what they are together: pictures, one model, or a data set.
import type { Sequential } from "chainrule";
import type { Description } from "chainrule/model";
import { type Kind, kindOf } from "../files/file-kinds.ts";
import { Trouble } from "../trouble.ts";
import { type Data, type NamedBytes, readDropped } from "./dropped-data.ts";
import { modelFrom } from "./model-file.ts";

export type Intake =
  | { readonly kind: "pictures"; readonly files: readonly File[] }
  | { readonly kind: "model"; readonly name: string; readonly description: Description; readonly net: Sequential }
  | { readonly kind: "data"; readonly data: Data };

/** Bytes that tell a file's kind. */
const headLength = 64;

/** Throws Trouble where the files do not belong together, or one of them is damaged. */
export async function intakeOf(files: readonly File[]): Promise<Intake> {
  const kinds = new Set<Kind>(await Promise.all(files.map(kindOfFile)));
  const [kind] = kinds;
  const models = kind === "model" && files.length > 1;
  if (kinds.size > 1 || models) throw new Trouble({ about: "severalKinds" });
  switch (kind) {
    case "model": {
      const { name, bytes } = await read(files[0]);
      return { kind: "model", name, ...modelFrom(name, bytes) };
    }
    case "data":
      return { kind: "data", data: await readDropped(await Promise.all(files.map(read))) };
    case "picture":
      return { kind: "pictures", files };
    default:
      throw new Error(`internal: files of the kind ${kind satisfies undefined}`);
  }
}

const kindOfFile = async (file: File): Promise<Kind> =>
  kindOf(file.name, new Uint8Array(await file.slice(0, headLength).arrayBuffer()));

const read = async (file: File): Promise<NamedBytes> => ({
  name: file.name,
  bytes: new Uint8Array(await file.arrayBuffer()),
});
