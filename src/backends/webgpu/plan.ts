// A program on a device: its memories, bindings and pipelines, which are made once, and the commands of a run.
import type { Buffer } from "../../compiler/kernel.ts";
import { ChainruleError, internal } from "../../errors/error.ts";
import type { Operand } from "../../schedule/gpu/dispatch.ts";
import { FailureTable } from "./failures.ts";
import type { GpuBindGroup, GpuBuffer, GpuCommandEncoder, GpuComputePass } from "./gpu.ts";
import type { Lowered, Step } from "./lower.ts";
import type { GpuArray } from "./memory.ts";
import type { Pipeline } from "./pipelines.ts";
import type { Session } from "./session.ts";
import type { GpuHome } from "./storage.ts";
import type { Timing } from "./timing.ts";

interface Command {
  readonly pipeline: Pipeline;
  readonly bindings: GpuBindGroup;
  readonly workgroups: readonly [number, number, number];
  /** What is copied to joint memory before it, and back after it. */
  readonly before: readonly Copy[];
  readonly after: readonly Copy[];
}

interface Copy {
  readonly from: GpuBuffer;
  readonly fromOffset: number;
  readonly to: GpuBuffer;
  readonly toOffset: number;
  readonly bytes: number;
}

export class Plan {
  readonly session: Session;
  readonly homes: readonly GpuHome[];
  /** null if no index depends on data. */
  readonly failures: FailureTable | null;
  readonly #lowered: Lowered;
  readonly #slots: readonly GpuArray[];
  readonly #commands: readonly Command[];
  #isReady = false;
  #fault: ChainruleError | null = null;

  /** Begins to make the pipelines; the session's line advances when they are made. */
  constructor(session: Session, lowered: Lowered, homes: readonly GpuHome[]) {
    const { slots, sites, steps } = lowered;
    this.session = session;
    this.homes = homes;
    this.#lowered = lowered;
    this.#slots = session.memory.temporaries(slots.bytes);
    this.failures = sites.length === 0 ? null : new FailureTable(session.memory, sites);
    this.failures?.clear(session.device);
    this.#commands = steps.map((step) => this.#command(step));
    void this.#wait();
  }

  /** Whether the pipelines were made, or failed to be. */
  get isReady(): boolean {
    return this.#isReady;
  }
  /** Why the pipelines failed to be made; null if they did not. */
  get fault(): ChainruleError | null {
    return this.#fault;
  }

  /** The memory of a buffer. */
  arrayOf(buffer: Buffer): GpuArray {
    if (buffer.kind === "state") return this.homes[buffer.index].array;
    const slot = this.#lowered.slots.of.get(buffer);
    if (slot === undefined) throw internal(`${buffer.name} has no slot`);
    return this.#slots[slot];
  }

  /** Adds the dispatches of a run to the commands. Where they are timed each is a pass of its own. */
  encode(encoder: GpuCommandEncoder, timing: Timing | null = null): void {
    let pass: GpuComputePass | null = null;
    const end = (): void => {
      pass?.end();
      pass = null;
    };
    const copy = (copies: readonly Copy[]): void => {
      if (copies.length > 0) end();
      for (const { from, fromOffset, to, toOffset, bytes } of copies)
        encoder.copyBufferToBuffer(from, fromOffset, to, toOffset, bytes);
    };
    for (const [i, { pipeline, bindings, workgroups, before, after }] of this.#commands.entries()) {
      copy(before);
      pass ??= encoder.beginComputePass(timing === null ? undefined : { timestampWrites: timing.writes(i) });
      if (pipeline.made === null) throw internal("a pipeline is used before it is made");
      pass.setPipeline(pipeline.made);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...workgroups);
      if (timing !== null) end();
      copy(after);
    }
    end();
  }

  async #wait(): Promise<void> {
    try {
      await Promise.all(this.#commands.map(({ pipeline }) => pipeline.making));
    } catch (error) {
      this.#fault = error instanceof ChainruleError ? error : internal(String(error));
    }
    this.#isReady = true;
    this.session.line.advance();
  }

  #command({ kernel, dispatch, wgsl }: Step): Command {
    const { operands, workgroups } = dispatch;
    const { device, pipelines } = this.session;
    const pipeline = pipelines.of(
      wgsl,
      operands.map(({ access }) => access),
    );
    const entries = operands.map((operand, binding) => ({
      binding,
      resource: { buffer: this.#bufferOf(operand, kernel) },
    }));
    const bindings = device.createBindGroup({ layout: pipeline.layout, entries });
    const before = operands.flatMap((operand) => this.#copiesTo(operand, kernel));
    const written = operands.filter(({ access }) => access === "readWrite");
    const after = written.flatMap((operand) => this.#copiesTo(operand, kernel).map(reversed));
    return { pipeline, bindings, workgroups, before, after };
  }

  /** The copies to an operand's joint memory; none if it is not joint. */
  #copiesTo(operand: Operand, kernel: number): Copy[] {
    if (operand.source.kind !== "joint") return [];
    const to = this.#bufferOf(operand, kernel);
    return operand.source.parts.map(({ source, offset, bytes }) => {
      const from = this.#bufferOf({ source, access: operand.access }, kernel);
      return { from, fromOffset: 0, to, toOffset: offset, bytes };
    });
  }

  #bufferOf(operand: Operand, kernel: number): GpuBuffer {
    const { slots } = this.#lowered;
    const { source } = operand;
    switch (source.kind) {
      case "buffer":
        return this.arrayOf(source.buffer).buffer;
      case "scratch":
        return this.#slots[slots.scratch[kernel][source.index]].buffer;
      case "joint": {
        const slot = slots.joint.get(operand);
        if (slot === undefined) throw internal("a joint operand has no slot");
        return this.#slots[slot].buffer;
      }
      case "failures":
        if (this.failures === null) throw internal("a dispatch writes failures, and the program has no table of them");
        return this.failures.array.buffer;
      default:
        return source satisfies never;
    }
  }
}

const reversed = ({ from, fromOffset, to, toOffset, bytes }: Copy): Copy => ({
  from: to,
  fromOffset: toOffset,
  to: from,
  toOffset: fromOffset,
  bytes,
});
