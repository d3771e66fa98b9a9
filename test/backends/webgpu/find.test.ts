// Which adapters compute on the processor, and what is said where there is none.
import { describe, expect, it } from "vitest";
import { findAdapter, isSoftware, nameOf } from "../../../src/backends/webgpu/find.ts";
import type { GpuAdapter, GpuAdapterInfo } from "../../../src/backends/webgpu/gpu.ts";
import { withNavigator } from "./navigator.ts";

const adapterOf = (info: Partial<GpuAdapterInfo>): GpuAdapter => ({
  info: { vendor: "", architecture: "", device: "", description: "", ...info },
  limits: {} as GpuAdapter["limits"],
  features: new Set(),
  requestDevice: () => Promise.reject(new Error("not here")),
});

describe("an adapter", () => {
  it.each<[string, Partial<GpuAdapterInfo>]>([
    ["SwiftShader driver 5.0.0", { description: "SwiftShader driver 5.0.0" }],
    ["google swiftshader", { vendor: "google", architecture: "swiftshader" }],
    ["llvmpipe (LLVM 19.1.0, 256 bits)", { vendor: "mesa", description: "llvmpipe (LLVM 19.1.0, 256 bits)" }],
    ["Microsoft Basic Render Driver", { description: "Microsoft Basic Render Driver" }],
    ["a GPU that tells no name", { isFallbackAdapter: true }],
  ])("%s computes on the processor", (name, info) => {
    expect(nameOf(adapterOf(info))).toBe(name);
    expect(isSoftware(adapterOf(info))).toBe(true);
  });

  it.each<[string, Partial<GpuAdapterInfo>]>([
    ["NVIDIA H200", { vendor: "nvidia", description: "NVIDIA H200" }],
    ["apple metal-3", { vendor: "apple", architecture: "metal-3" }],
    ["a GPU that tells no name", {}],
  ])("%s is a GPU", (name, info) => {
    expect(nameOf(adapterOf(info))).toBe(name);
    expect(isSoftware(adapterOf(info))).toBe(false);
  });
});

describe("without an adapter", () => {
  it("the reason is told, and nothing is thrown", async () => {
    const none = await withNavigator({ requestAdapter: () => Promise.resolve(null) }, findAdapter);
    expect(none).toMatchObject({
      adapter: null,
      reason: expect.stringMatching(/^WebGPU found no adapter: there is no GPU/),
    });
    const failed = await withNavigator({ requestAdapter: () => Promise.reject(new Error("blocked")) }, findAdapter);
    expect(failed).toEqual({ adapter: null, reason: "requestAdapter failed: blocked" });
  });
});
