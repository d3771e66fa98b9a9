// The parts of WebGPU that the backend uses, as types. They are written here so that programs that use chainrule need no declarations of
// WebGPU. https://www.w3.org/TR/webgpu/

/** navigator.gpu, or what `create` of the package webgpu returns. */
export interface Gpu {
  requestAdapter(options?: { readonly powerPreference?: "high-performance" | "low-power" }): Promise<GpuAdapter | null>;
}

export interface GpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
  readonly subgroupMinSize?: number;
  readonly subgroupMaxSize?: number;
}

/** The limits that are asked for at the device. */
export const limitNames = [
  "maxStorageBuffersPerShaderStage",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
] as const;

export type LimitName = (typeof limitNames)[number];
export type AdapterLimits = Readonly<Record<LimitName, number>>;
export type Feature = "subgroups" | "timestamp-query";

export interface GpuAdapter {
  readonly info: GpuAdapterInfo;
  readonly limits: AdapterLimits;
  readonly features: { has(name: string): boolean };
  requestDevice(request: {
    readonly requiredFeatures: readonly Feature[];
    readonly requiredLimits: AdapterLimits;
  }): Promise<GpuDevice>;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number, offset?: number, size?: number): Promise<unknown>;
  getMappedRange(offset?: number, size?: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

export interface GpuShaderModule {
  getCompilationInfo(): Promise<{ readonly messages: readonly { readonly type: string; readonly message: string }[] }>;
}

/** Objects that are only handed on. */
export interface GpuBindGroupLayout {
  readonly label: string;
}
export interface GpuBindGroup {
  readonly label: string;
}
export interface GpuPipelineLayout {
  readonly label: string;
}
export interface GpuPipeline {
  readonly label: string;
}
export interface GpuCommandBuffer {
  readonly label: string;
}
export interface GpuQuerySet {
  destroy(): void;
}

export interface GpuComputePass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: GpuBindGroup): void;
  dispatchWorkgroups(x: number, y?: number, z?: number): void;
  end(): void;
}

export interface TimestampWrites {
  readonly querySet: GpuQuerySet;
  readonly beginningOfPassWriteIndex: number;
  readonly endOfPassWriteIndex: number;
}

export interface GpuCommandEncoder {
  beginComputePass(description?: { readonly timestampWrites?: TimestampWrites }): GpuComputePass;
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, size: number): void;
  resolveQuerySet(set: GpuQuerySet, first: number, count: number, to: GpuBuffer, offset: number): void;
  finish(): GpuCommandBuffer;
}

export interface GpuQueue {
  submit(commands: readonly GpuCommandBuffer[]): void;
  writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView, dataOffset?: number, size?: number): void;
}

export interface GpuError {
  readonly message: string;
}

export interface GpuDevice {
  readonly queue: GpuQueue;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  onuncapturederror: ((event: { readonly error: GpuError }) => void) | null;
  createBuffer(description: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(description: { readonly code: string }): GpuShaderModule;
  createBindGroupLayout(description: {
    readonly entries: readonly {
      readonly binding: number;
      readonly visibility: number;
      readonly buffer: { readonly type: "storage" | "read-only-storage" };
    }[];
  }): GpuBindGroupLayout;
  createPipelineLayout(description: { readonly bindGroupLayouts: readonly GpuBindGroupLayout[] }): GpuPipelineLayout;
  createComputePipelineAsync(description: {
    readonly layout: GpuPipelineLayout;
    readonly compute: { readonly module: GpuShaderModule; readonly entryPoint: string };
  }): Promise<GpuPipeline>;
  createBindGroup(description: {
    readonly layout: GpuBindGroupLayout;
    readonly entries: readonly { readonly binding: number; readonly resource: { readonly buffer: GpuBuffer } }[];
  }): GpuBindGroup;
  createCommandEncoder(): GpuCommandEncoder;
  createQuerySet(description: { readonly type: "timestamp"; readonly count: number }): GpuQuerySet;
  destroy(): void;
}

/** Numbers of WebGPU's GPUBufferUsage, GPUMapMode and GPUShaderStage, which Node has no globals for. */
export const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, storage: 0x80, queryResolve: 0x200 } as const;
export const mapRead = 0x1;
export const computeStage = 0x4;
