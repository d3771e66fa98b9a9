// Tests on a GPU: `it` here passes over its test where scripts/webgpu.js finds no WebGPU for Node, and nothing else decides that.
// scripts/test.js then says that WebGPU was not run.
import { gpuReady } from "chainrule";
import { it as anywhere, beforeAll } from "vitest";
import { findWebGpu } from "../../../scripts/webgpu.js";

const { found } = findWebGpu();

/** A test that needs a GPU. */
export const it: ReturnType<typeof anywhere.skipIf> = anywhere.skipIf(!found);

/** Opens the GPU before the tests of a file. */
export const withGpu = (): void =>
  beforeAll(async () => {
    if (!found) return;
    const { available, reason } = await gpuReady();
    if (!available) throw new Error(`the tests' GPU is not used: ${reason}`);
  });
