// chainrule page: writes a page that recognises pictures in the browser, without a server and without a network.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkWritable, readBytes, writeWhole } from "chainrule/node";
import { BadInput, reading, reasonOf } from "../failure.ts";
import { makeFolder } from "../make-folder.ts";
import { loadModel } from "../model-file.ts";
import { sayWithoutOutput } from "../terminal/output.ts";
import { Screen } from "../terminal/screen.ts";
import { fileName } from "../wording.ts";
import type { Told } from "./about.ts";
import { generator } from "./document.ts";
import { mainFile, pageFolder, singlePage } from "./write.ts";

export interface PageOptions {
  /** The file to write, or with `folder` the folder. */
  readonly out?: string;
  /** Whether to write a folder with separate files. */
  readonly folder?: boolean;
  readonly title?: string;
  readonly json?: boolean;
}

export async function page(file: string, { out, folder = false, title, json }: PageOptions): Promise<number> {
  const screen = new Screen(json ?? false);
  const { description, net, training } = await loadModel(file);
  const name = fileName(file);
  const stem = name.replace(/\.safetensors$/, "");
  const told: Told = { name, description, net, training };
  const target = out ?? (folder ? `${stem}-page` : `${stem}.html`);
  const bytes = folder
    ? await writeFolder(target, told, title ?? stem)
    : await writeFile(target, singlePage(told, title ?? stem));
  const opened = folder ? join(target, mainFile) : target;
  sayWithoutOutput(`${target} is written`);
  screen.say(`${target} is written (${(bytes / 1e6).toFixed(1)} MB); open ${opened} in a browser, it needs no network`);
  screen.event("done", { model: file, page: opened, bytes });
  return 0;
}

/** Writes one file and returns its length. Throws BadInput where it cannot be written, or another file would be lost. */
async function writeFile(target: string, bytes: Uint8Array): Promise<number> {
  await reading(() => checkWritable(target));
  await checkReplaceable(target, "--out");
  await reading(() => writeWhole(target, bytes));
  return bytes.length;
}

async function writeFolder(target: string, told: Told, title: string): Promise<number> {
  const files = pageFolder(told, title);
  const found = existsSync(target) ? statSync(target) : null;
  if (found !== null && !found.isDirectory())
    throw new BadInput(`--out ${target}: is a file, and --folder needs a folder; give another name`);
  if (found !== null && readdirSync(target).length > 0) {
    if (!existsSync(join(target, mainFile)))
      throw new BadInput(`--out ${target}: has files, and no page of chainrule; give another folder`);
    await checkReplaceable(join(target, mainFile), "--out");
  }
  try {
    makeFolder(target);
  } catch (error) {
    throw new BadInput(`--out ${target}: ${reasonOf(error)}`, { cause: error });
  }
  let bytes = 0;
  for (const [name, content] of files) {
    await reading(() => writeWhole(join(target, name), content));
    bytes += content.length;
  }
  return bytes;
}

/** Throws BadInput where the file exists and is not such a page. */
async function checkReplaceable(file: string, option: string): Promise<void> {
  if (!existsSync(file)) return;
  const start = new TextDecoder().decode((await reading(() => readBytes(file))).subarray(0, 4096));
  if (start !== "" && !start.includes(generator))
    throw new BadInput(
      `${option} ${file}: exists and is not a page of chainrule, so it is not overwritten; choose another name`,
    );
}
