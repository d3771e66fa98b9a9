// The training in fresh processes of Node, and in fresh browsers.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { softwareVulkan } from "../../../../scripts/webgpu.js";
import { startChromium } from "../../../browser/chromium.ts";
import { serve } from "../../../browser/serve.ts";
import type { CutName } from "../../../compiler/gpu-cuts.ts";
import { bundle } from "../oracle/bundle.ts";
import { gpuSwitches } from "../oracle/in-page.ts";

const root = resolve(import.meta.dirname, "..", "..", "..", "..");

/** The hashes of so many runs, one after the other. */
export async function runsInNode(count: number, cut: CutName | null): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-bits-"));
  try {
    const file = join(folder, "run.mjs");
    const dist = pathToFileURL(join(root, "dist", "/")).href;
    writeFileSync(file, await bundle(join(import.meta.dirname, "script.ts"), dist));
    const words = cut === null ? [] : [cut];
    return Array.from({ length: count }, () => {
      const env = { ...process.env, ...softwareVulkan() };
      const { stdout, stderr } = spawnSync(process.execPath, [file, ...words], { encoding: "utf8", env });
      const hash = stdout.trim();
      if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error(`a run gave no hash: ${stdout}${stderr}`);
      return hash;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function runsInChromium(count: number, cut: CutName | null): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-bits-"));
  writeFileSync(join(folder, "run.js"), await bundle(join(import.meta.dirname, "script.ts"), "/dist/"));
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="run.js?${cut ?? ""}"></script>`;
  writeFileSync(join(folder, "page.html"), page);
  const server = await serve({ "/dist/": join(root, "dist"), "/bits/": folder });
  const hashes: string[] = [];
  try {
    for (let run = 0; run < count; run++) hashes.push(await oneInChromium(`${server.origin}/bits/page.html`));
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
  return hashes;
}

async function oneInChromium(address: string): Promise<string> {
  const browser = await startChromium(gpuSwitches);
  try {
    const page = await browser.newPage();
    const told = new Promise<string>((resolve, reject) => {
      page.on("console", (message) => resolve(message.text()));
      page.on("pageerror", reject);
    });
    await page.goto(address);
    return await told;
  } finally {
    await browser.close();
  }
}
