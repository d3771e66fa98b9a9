// A program on a device: its memories, bindings and pipelines, which are made once, and the commands of a run. All that can wait is made
// piece by piece after the call that asked for it, so that a page is never frozen for long, and pipelines are made meanwhile.
import { breathe } from "../../compiler/breathe.ts";
import type { Access, Buffer } from "../../compiler/kernel.ts";
import { readsOf, writesOf } from "../../compiler/kernel-accesses.ts";
import { visitSteps } from "../../compiler/repeats.ts";
import { ChainruleError, internal } from "../../errors/error.ts";
import { type Operand, wordBytes } from "../../schedule/gpu/dispatch.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { FailureTable } from "./failures.ts";
import type { GpuBindGroup, GpuBuffer, GpuCommandEncoder, GpuComputePass } from "./gpu.ts";
import { type Fused, type Lowered, type Lowering, lowering, type Step } from "./lower.ts";
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

/** What is made once. */
interface Bound {
  readonly lowered: Lowered;
  readonly slots: readonly GpuArray[];
  readonly failures: FailureTable | null;
}
interface Made extends Bound {
  readonly commands: readonly Command[];
  /** The indices of each kernel's commands. */
  readonly ofKernel: readonly (readonly number[])[];
  readonly windows: readonly Moved[];
}

/** A window: the element of its owner is copied to it before a step of its loop, and back after it if the step writes it. */
interface Moved {
  readonly repeat: number;
  readonly window: GpuBuffer;
  readonly owner: GpuBuffer;
  readonly bytes: number;
  readonly isWritten: boolean;
}

export class Plan {
  readonly session: Session;
  readonly homes: readonly GpuHome[];
  readonly #lowering: Lowering;
  #made: Made | null = null;
  #isReady = false;
  #fault: ChainruleError | null = null;

  /** Begins to make the program; the session's line advances when that is done. */
  constructor(session: Session, fused: Fused, homes: readonly GpuHome[]) {
    this.session = session;
    this.homes = homes;
    this.#lowering = lowering(fused, session);
    void this.#prepare();
  }

  /** The program as data, made to the end if it is not yet. */
  get lowered(): Lowered {
    return this.#whole().lowered;
  }
  /** null if no index depends on data. */
  get failures(): FailureTable | null {
    return this.#whole().failures;
  }

  /** Whether the program is made, or failed to be. */
  get isReady(): boolean {
    return this.#isReady;
  }
  /** Why the program failed to be made; null if it did not. */
  get fault(): ChainruleError | null {
    return this.#fault;
  }

  /** The memory of a buffer that a kernel or a result uses. */
  arrayOf(buffer: Buffer): GpuArray {
    return this.#arrayOf(buffer, this.#whole());
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
    const { commands, ofKernel, windows, lowered } = this.#whole();
    const run = (i: number): void => {
      const { pipeline, bindings, workgroups, before, after } = commands[i];
      copy(before);
      pass ??= encoder.beginComputePass(timing === null ? undefined : { timestampWrites: timing.writes(i) });
      if (pipeline.made === null) throw internal("a pipeline is used before it is made");
      pass.setPipeline(pipeline.made);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...workgroups);
      if (timing !== null) end();
      copy(after);
    };
    visitSteps(lowered.kernels, {
      kernel: (at) => ofKernel[at].forEach(run),
      begin: (loop, place) => copy(windows.flatMap((one) => (one.repeat === loop ? [intoWindow(one, place)] : []))),
      end: (loop, place) => {
        const written = windows.filter(({ repeat, isWritten }) => repeat === loop && isWritten);
        copy(written.map((one) => reversed(intoWindow(one, place))));
      },
    });
    end();
  }

  async #prepare(): Promise<void> {
    try {
      while (this.#made === null) {
        await breathe();
        this.#advance();
      }
      await Promise.all(this.#made.commands.map(({ pipeline }) => pipeline.making));
    } catch (error) {
      this.#failed(error);
    }
    this.#isReady = true;
    this.session.line.advance();
  }

  #whole(): Made {
    try {
      while (this.#made === null) this.#advance();
      return this.#made;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): ChainruleError {
    this.#fault ??= error instanceof ChainruleError ? error : internal(String(error));
    return this.#fault;
  }

  /** Lowers the next kernel and begins to make its pipelines; after the last one, takes memory and binds it. */
  #advance(): void {
    if (this.#made !== null) return;
    if (this.#fault !== null) throw this.#fault;
    const { done, value } = this.#lowering.next();
    if (done) this.#made = this.#bound(value);
    else for (const step of value) this.#pipelineOf(step);
  }

  #bound(lowered: Lowered): Made {
    const { memory, device } = this.session;
    const { slots, sites, steps } = lowered;
    const failures = sites.length === 0 ? null : new FailureTable(memory, sites);
    failures?.clear(device);
    const bound: Bound = { lowered, slots: memory.temporaries(slots.bytes), failures };
    const ofKernel = lowered.kernels.kernels.map((_, at) =>
      steps.flatMap(({ kernel }, i) => (kernel === at ? [i] : [])),
    );
    return {
      ...bound,
      commands: steps.map((step) => this.#command(step, bound)),
      ofKernel,
      windows: this.#windowsOf(bound),
    };
  }

  #windowsOf(bound: Bound): Moved[] {
    const { buffers, kernels } = bound.lowered.kernels;
    const touched = new Set(kernels.flatMap((kernel) => [...readsOf(kernel), ...writesOf(kernel)]).map(bufferOf));
    const written = new Set(kernels.flatMap(writesOf).map(bufferOf));
    // The contents of a window inside of another one are those of this one as well; the sets grow while they are read.
    for (const set of [touched, written])
      for (const buffer of set) if (buffer.window?.of.window !== undefined) set.add(buffer.window.of);
    return buffers.flatMap((buffer): Moved[] => {
      const { window, shape } = buffer;
      if (window === undefined || !touched.has(buffer)) return [];
      const moved = {
        repeat: window.repeat,
        window: this.#arrayOf(buffer, bound).buffer,
        owner: this.#arrayOf(window.of, bound).buffer,
        bytes: sizeOf(shape) * wordBytes,
        isWritten: written.has(buffer),
      };
      return [moved];
    });
  }

  #pipelineOf({ dispatch, wgsl }: Step): Pipeline {
    return this.session.pipelines.of(
      wgsl,
      dispatch.operands.map(({ access }) => access),
    );
  }

  #arrayOf(buffer: Buffer, { lowered, slots }: Bound): GpuArray {
    if (buffer.kind === "state") return this.homes[buffer.index].array;
    const slot = lowered.slots.of.get(buffer);
    if (slot === undefined) throw internal(`${buffer.name} has no slot`);
    return slots[slot];
  }

  #command(step: Step, bound: Bound): Command {
    const { kernel, dispatch } = step;
    const { operands, workgroups } = dispatch;
    const pipeline = this.#pipelineOf(step);
    const entries = operands.map((operand, binding) => ({
      binding,
      resource: { buffer: this.#bufferOf(operand, kernel, bound) },
    }));
    const bindings = this.session.device.createBindGroup({ layout: pipeline.layout, entries });
    const before = operands.flatMap((operand) => this.#copiesTo(operand, kernel, bound));
    const written = operands.filter(({ access }) => access === "readWrite");
    const after = written.flatMap((operand) => this.#copiesTo(operand, kernel, bound).map(reversed));
    return { pipeline, bindings, workgroups, before, after };
  }

  /** The copies to an operand's joint memory; none if it is not joint. */
  #copiesTo(operand: Operand, kernel: number, bound: Bound): Copy[] {
    if (operand.source.kind !== "joint") return [];
    const to = this.#bufferOf(operand, kernel, bound);
    return operand.source.parts.map(({ source, offset, bytes }) => {
      const from = this.#bufferOf({ source, access: operand.access }, kernel, bound);
      return { from, fromOffset: 0, to, toOffset: offset, bytes };
    });
  }

  #bufferOf(operand: Operand, kernel: number, bound: Bound): GpuBuffer {
    const { lowered, slots, failures } = bound;
    const { source } = operand;
    switch (source.kind) {
      case "buffer":
        return this.#arrayOf(source.buffer, bound).buffer;
      case "scratch":
        return slots[lowered.slots.scratch[kernel][source.index]].buffer;
      case "joint": {
        const slot = lowered.slots.joint.get(operand);
        if (slot === undefined) throw internal("a joint operand has no slot");
        return slots[slot].buffer;
      }
      case "failures":
        if (failures === null) throw internal("a dispatch writes failures, and the program has no table of them");
        return failures.array.buffer;
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

const bufferOf = ({ buffer }: Access): Buffer => buffer;

/** The copy of an owner's element to its window. */
const intoWindow = ({ owner, window, bytes }: Moved, place: number): Copy => ({
  from: owner,
  fromOffset: place * bytes,
  to: window,
  toOffset: 0,
  bytes,
});
