// Pipelines, one for each text of WGSL: kernels that do the same work share theirs, in all programs. They are made asynchronously and side by
// side. Bindings are laid out by their accesses alone, so that a pipeline fits every dispatch of its text.
import { internal } from "../../errors/error.ts";
import type { Operand } from "../../schedule/gpu/dispatch.ts";
import { computeStage, type GpuBindGroupLayout, type GpuDevice, type GpuPipeline } from "./gpu.ts";

export type Access = Operand["access"];

/** A pipeline, once it is made. */
export interface Pipeline {
  readonly layout: GpuBindGroupLayout;
  /** null until it is made. */
  made: GpuPipeline | null;
  /** Resolved when it is made; rejected, with an internal error, if the device does not take the text. */
  readonly making: Promise<void>;
}

interface Layout {
  readonly group: GpuBindGroupLayout;
  readonly pipeline: ReturnType<GpuDevice["createPipelineLayout"]>;
}

const bindingTypes = { read: "read-only-storage", readWrite: "storage" } as const satisfies Record<Access, string>;

export class Pipelines {
  readonly #device: GpuDevice;
  readonly #byText = new Map<string, Pipeline>();
  readonly #layouts = new Map<string, Layout>();

  constructor(device: GpuDevice) {
    this.#device = device;
  }

  /** The number of pipelines. */
  get count(): number {
    return this.#byText.size;
  }

  /** The pipeline of a text, whose bindings have these accesses. */
  of(text: string, accesses: readonly Access[]): Pipeline {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const { group, pipeline: layout } = this.#layoutOf(accesses);
    const pipeline: Pipeline = { layout: group, made: null, making: Promise.resolve() };
    const making = this.#make(text, layout).then((made) => {
      pipeline.made = made;
    });
    const entry = Object.assign(pipeline, { making });
    this.#byText.set(text, entry);
    return entry;
  }

  async #make(text: string, layout: Layout["pipeline"]): Promise<GpuPipeline> {
    const module = this.#device.createShaderModule({ code: text });
    try {
      const compute = { module, entryPoint: "main" };
      return await this.#device.createComputePipelineAsync({ layout, compute });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const words = messages.filter(({ type }) => type === "error").map(({ message }) => message);
      throw internal(`the device does not take this WGSL: ${[...words, String(error)].join("; ")}\n${text}`);
    }
  }

  #layoutOf(accesses: readonly Access[]): Layout {
    const key = accesses.join(" ");
    const known = this.#layouts.get(key);
    if (known !== undefined) return known;
    const entries = accesses.map((access, binding) => ({
      binding,
      visibility: computeStage,
      buffer: { type: bindingTypes[access] },
    }));
    const group = this.#device.createBindGroupLayout({ entries });
    const layout = { group, pipeline: this.#device.createPipelineLayout({ bindGroupLayouts: [group] }) };
    this.#layouts.set(key, layout);
    return layout;
  }
}
