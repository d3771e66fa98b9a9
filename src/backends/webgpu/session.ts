// A device that was opened: its limits, its memory, its pipelines, and the order of its work. It ends when the device is lost; what it held is
// lost with it.
import { ChainruleError, internal } from "../../errors/error.ts";
import { cutForGpu, type KernelCut } from "../../schedule/gpu/cut.ts";
import type { GpuLimits } from "../../schedule/gpu/dispatch.ts";
import { isSoftware, nameOf } from "./find.ts";
import { type AdapterLimits, type Feature, type GpuAdapter, type GpuDevice, limitNames } from "./gpu.ts";
import { Line, type Work } from "./line.ts";
import { DeviceMemory } from "./memory.ts";
import { Pipelines } from "./pipelines.ts";
import { Reads } from "./reads.ts";

const features: readonly Feature[] = ["subgroups", "timestamp-query"];

/** How long a read that failed waits to learn whether the device was lost, in milliseconds. */
const patience = 1000;

export class Session {
  readonly device: GpuDevice;
  /** The adapter's name for people. */
  readonly adapter: string;
  /** Whether the adapter computes on the processor. */
  readonly software: boolean;
  readonly limits: GpuLimits;
  /** How programs of the session cut their kernels. */
  readonly cut: KernelCut;
  readonly hasTimestamps: boolean;
  readonly memory: DeviceMemory;
  readonly pipelines: Pipelines;
  readonly line: Line = new Line();
  readonly reads: Reads;
  #lost: ChainruleError | null = null;
  /** The first error that the device reported outside of a call. */
  #fault: ChainruleError | null = null;
  readonly #whenLost: Promise<void>;

  constructor(adapter: GpuAdapter, device: GpuDevice, limits: AdapterLimits, cut: KernelCut) {
    this.device = device;
    this.adapter = nameOf(adapter);
    this.software = isSoftware(adapter);
    this.limits = limitsOf(adapter, limits);
    this.cut = cut;
    this.hasTimestamps = adapter.features.has("timestamp-query");
    this.memory = new DeviceMemory(device);
    this.pipelines = new Pipelines(device);
    this.reads = new Reads(device, this.line, (error) => this.#reasonOf(error));
    this.#whenLost = device.lost.then(({ message }) => {
      this.#lost = new ChainruleError(
        "device",
        "compile",
        `${this.name} was lost (${message}), and what lived there with it; \`await gpuReady()\` finds a GPU again. Load the last checkpoint, or use backend "wasm"`,
        { device: this.name },
      );
    });
    device.onuncapturederror = ({ error }) => {
      this.#fault ??= faultOf(error.constructor.name, error.message);
    };
  }

  /** Opens the adapter's device, with the highest limits that it has. Tests cut kernels in other ways. */
  static async open(adapter: GpuAdapter, cut: KernelCut = cutForGpu): Promise<Session> {
    const requiredLimits = Object.fromEntries(limitNames.map((name) => [name, adapter.limits[name]])) as AdapterLimits;
    const requiredFeatures = features.filter((feature) => adapter.features.has(feature));
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    return new Session(adapter, device, requiredLimits, cut);
  }

  /** The device's name in sentences: "the GPU (NVIDIA H200)". */
  get name(): string {
    return this.software ? `the GPU in software (${this.adapter})` : `the GPU (${this.adapter})`;
  }
  /** Why the device is gone; null while it is there. */
  get lost(): ChainruleError | null {
    return this.#lost;
  }

  /** Why nothing can be computed any longer: the device was lost, or reported an error. null while it can. */
  get end(): ChainruleError | null {
    return this.#lost ?? this.#fault;
  }

  /** Throws if the device was lost or reported an error. */
  check(): void {
    if (this.end !== null) throw this.end;
  }

  /** Does work after all reads and work that were asked for before. */
  add(work: Work): void {
    this.reads.flush();
    this.line.add(work);
  }

  async #reasonOf(error: unknown): Promise<ChainruleError> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const enough = new Promise((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.#whenLost, enough]);
    clearTimeout(timer);
    return this.end ?? internal(`the GPU gave nothing to read: ${String(error)}`);
  }
}

function faultOf(name: string, message: string): ChainruleError {
  if (name === "GPUOutOfMemoryError")
    return new ChainruleError(
      "memory",
      "compile",
      `the GPU has not enough memory (${message}), and what it held is undefined; \`await gpuReady()\` opens it again. Load the last checkpoint, and use smaller batches or backend "wasm"`,
    );
  return internal(`the GPU refused a call: ${message}`);
}

function limitsOf(adapter: GpuAdapter, limits: AdapterLimits): GpuLimits {
  const { features, info } = adapter;
  const { subgroupMinSize: min = 4, subgroupMaxSize: max = 128 } = info;
  return {
    storageBuffers: limits.maxStorageBuffersPerShaderStage,
    bindingBytes: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    threads: limits.maxComputeInvocationsPerWorkgroup,
    threadsAlong: [limits.maxComputeWorkgroupSizeX, limits.maxComputeWorkgroupSizeY, limits.maxComputeWorkgroupSizeZ],
    workgroups: limits.maxComputeWorkgroupsPerDimension,
    subgroups: features.has("subgroups") ? { min, max } : null,
    software: isSoftware(adapter),
  };
}
