// The oracle in Node: its thread is a worker of its own, whose script is written for the time that it runs.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { CutName } from "../../../compiler/gpu-cuts.ts";
import { bundle } from "./bundle.ts";
import { Oracle } from "./oracle.ts";

const root = resolve(import.meta.dirname, "..", "..", "..", "..");

/** Starts the thread. Its script imports dist/, and the package webgpu from this project. */
export async function oracleInNode(cut: CutName | null): Promise<{ oracle: Oracle; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-oracle-"));
  const script = join(folder, "thread.mjs");
  const dist = pathToFileURL(join(root, "dist", "/")).href;
  writeFileSync(script, await bundle(join(import.meta.dirname, "node-thread.ts"), dist));
  const oracle = new Oracle((question) => worker.postMessage(question));
  const workerData = { memory: oracle.memory, cut };
  // Not the options of the caller, which may be those of a loader of TypeScript.
  const worker = new Worker(script, { workerData, execArgv: [] });
  worker.unref();
  return {
    oracle,
    close: async () => {
      await worker.terminate();
      rmSync(folder, { recursive: true });
    },
  };
}
