// Proofs in a page of Chromium, whose WebGPU computes on the processor. A worker of the page proves, and another one has the GPU.
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { closeShared, startChromium } from "../../../browser/chromium.ts";
import { isolation, serve } from "../../../browser/serve.ts";
import type { CutName } from "../../../compiler/gpu-cuts.ts";
import { bundle } from "./bundle.ts";
import type { Proof } from "./proof.ts";

const root = resolve(import.meta.dirname, "..", "..", "..", "..");

/** The switches with which Chromium's WebGPU takes SwiftShader. */
export const gpuSwitches = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Runs in the page: starts the worker that proves, and hands its lines on. */
const runInPage = ({ proof, cut }: { readonly proof: Proof; readonly cut: CutName | null }): Promise<number> => {
  const worker = new Worker("/proof/page-proof.js", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if ("line" in data) Reflect.get(globalThis, "tell")(data.line);
      else if ("failures" in data) resolve(data.failures);
      else reject(new Error(data.error));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ proof, cut });
  });
};

/** Returns how many trials failed in the page. */
export async function proveInPage(proof: Proof, cut: CutName | null, tell: (line: string) => void): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-proof-"));
  for (const name of ["page-proof", "page-thread"])
    writeFileSync(join(folder, `${name}.js`), await bundle(join(import.meta.dirname, `${name}.ts`), "/dist/"));
  writeFileSync(join(folder, "page.html"), '<!doctype html><title>proof</title><link rel="icon" href="data:,">\n');
  const fixtures = join(root, "test", "fixtures");
  for (const name of readdirSync(fixtures).filter((name) => name.endsWith(".json.gz")))
    cpSync(join(fixtures, name), join(folder, "fixtures", name));
  const folders = { "/dist/": join(root, "dist"), "/proof/": folder, "/fixtures/": join(folder, "fixtures") };
  const server = await serve(folders, isolation);
  const browser = await startChromium(gpuSwitches);
  try {
    const page = await browser.newPage();
    await page.exposeFunction("tell", tell);
    await page.goto(`${server.origin}/proof/page.html`);
    return await page.evaluate(runInPage, { proof, cut });
  } finally {
    await browser.close();
    await closeShared();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}
