// What the browser gets to load: dist/ as it was built, and beside it the page, the fixtures and their code. The code is
// compiled file by file into a folder of its own, with the compiler that builds the library; nothing is bundled.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..", "..");

export interface Site {
  /** What serve() wants: folders by the path below which they stand. */
  readonly folders: Readonly<Record<string, string>>;
  remove(): void;
}

/** Brings dist/ up to date, so that no old build is tested; does nothing when it agrees with the sources. */
export const build = (): void => compile("-b", "src");

export function makeSite(): Site {
  build();
  const folder = mkdtempSync(join(tmpdir(), "chainrule-browser-"));
  const remove = () => rmSync(folder, { recursive: true });
  try {
    compile("-p", join("test", "browser"), "--outDir", folder);
    for (const file of [join("browser", "page.html"), "training-step.js"])
      cpSync(join(root, "test", file), join(folder, file));
    for (const name of readdirSync(join(root, "test", "fixtures")).filter((name) => name.endsWith(".json.gz"))) {
      cpSync(join(root, "test", "fixtures", name), join(folder, "fixtures", name));
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { folders: { "/dist/": join(root, "dist"), "/test/": folder }, remove };
}

function compile(...args: string[]): void {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...args], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`browser tests did not run: tsc ${args.join(" ")} failed\n${stdout}${stderr}`);
}
