// Finds WebGPU: pages and workers have navigator.gpu, as Deno has; Node has it through the package webgpu, which is asked for by name and
// only here. An adapter that computes on the processor is told from a GPU.
import { wordsOf } from "../../errors/error.ts";
import type { Gpu, GpuAdapter } from "./gpu.ts";

/** An adapter, or why there is none. */
export type Found =
  | { readonly adapter: GpuAdapter; readonly reason: null }
  | { readonly adapter: null; readonly reason: string };

/** The package that has WebGPU for Node. Its name is no literal in the import, so that bundlers do not look for it. */
const packageName: string = "webgpu";

/** Times are not rounded to 0.1 ms, as in pages, where they could tell secrets. */
const options = ["disable-dawn-features=timestamp_quantization"];

/** The object of the package: adapters live no longer than it does. */
let ofPackage: Gpu | null = null;

export async function findAdapter(): Promise<Found> {
  let gpu: Gpu | null;
  try {
    gpu = ofNavigator() ?? (isNode() ? await fromPackage() : null);
  } catch (error) {
    const reason = `WebGPU in Node needs the package webgpu: \`npm install webgpu\` (${wordsOf(error).split("\n")[0]})`;
    return { adapter: null, reason };
  }
  if (gpu === null)
    return {
      adapter: null,
      reason:
        "this page has no navigator.gpu: WebGPU needs https or localhost, and a browser that has it (Chrome and Edge 113, Safari 26, Firefox 141)",
    };
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    return adapter === null ? { adapter, reason: noAdapter } : { adapter, reason: null };
  } catch (error) {
    return { adapter: null, reason: `requestAdapter failed: ${wordsOf(error)}` };
  }
}

const noAdapter =
  "WebGPU found no adapter: there is no GPU, its driver is too old or blocked, or, in Linux, there is no Vulkan driver (libvulkan1 and the GPU's)";

function ofNavigator(): Gpu | null {
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: Gpu } };
  return navigator?.gpu ?? null;
}

function isNode(): boolean {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } };
  return process?.versions?.node !== undefined;
}

async function fromPackage(): Promise<Gpu> {
  if (ofPackage !== null) return ofPackage;
  const { create } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ packageName)) as {
    readonly create: (options: readonly string[]) => Gpu;
  };
  ofPackage = create(options);
  return ofPackage;
}

/** The adapter's name for people. */
export function nameOf({ info }: GpuAdapter): string {
  const { description, vendor, architecture, device } = info;
  const words = description !== "" ? [description] : [vendor, architecture, device].filter((word) => word !== "");
  return words.length === 0 ? "a GPU that tells no name" : words.join(" ");
}

/** Names of adapters that compute on the processor: Chromium's, Mesa's two, and Windows's. */
const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render|\bwarp\b/i;

/** Whether the adapter computes on the processor. */
export function isSoftware(adapter: GpuAdapter): boolean {
  const { vendor, architecture, device, description, isFallbackAdapter = false } = adapter.info;
  return isFallbackAdapter || softwareNames.test([vendor, architecture, device, description].join(" "));
}
