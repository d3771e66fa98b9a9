// A compiled program on the GPU. A call says what is to be done and does not wait: the arguments are written, one submit runs all dispatches, and
// results and states stay there.
import type { Program } from "../../compiler/backend.ts";
import type { Chapter } from "../../compiler/chapters.ts";
import { hostStatesAfter, type Parts } from "../../compiler/host-updates.ts";
import { type HostValues, hostValues, packsOf } from "../../compiler/host-values.ts";
import { type Buffer, ownerOf } from "../../compiler/kernel.ts";
import { readsOf, writesOf } from "../../compiler/kernel-accesses.ts";
import { ChainruleError } from "../../errors/error.ts";
import { contentsFor, lostContents } from "../../tensor/device.ts";
import type { NDArray } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { ArrayStorage, type Storage } from "../../tensor/storage.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { currentSession } from "./current.ts";
import { chaptersOf } from "./explain.ts";
import { type Fused, fuseFor } from "./lower.ts";
import type { GpuArray } from "./memory.ts";
import { Plan } from "./plan.ts";
import type { Session } from "./session.ts";
import { type Contents, GpuStorage, homeOf } from "./storage.ts";
import { reportTimes, Timing } from "./timing.ts";
import { bytesOfShape, type GpuDType, toWords } from "./words.ts";

/** What a run writes before its dispatches, and copies after them. The memory of a buffer is known when the program is made. */
interface Move {
  readonly from: Contents | { readonly kind: "buffer"; readonly buffer: Buffer };
  readonly to: GpuArray | Buffer;
}

/** Bytes of a program for each of its kernels, about: the text of WGSL, and what it was made from. */
const bytesOfKernel = 8192;

export class WebGpuProgram implements Program {
  readonly bytes: number;
  readonly #parts: Parts;
  readonly #values: HostValues;
  readonly #states: readonly Tensor[];
  readonly #sessionNow: () => Session;
  readonly #updated: readonly number[];
  #fused: Fused;
  #used: Used;
  #plan: Plan;

  constructor(parts: Parts, states: readonly Tensor[], sessionNow: () => Session = currentSession) {
    const session = sessionNow();
    this.#sessionNow = sessionNow;
    this.#parts = parts;
    this.#states = states;
    this.#values = hostValues(parts);
    this.#fused = fuseFor(this.#values.device, session);
    this.#updated = parts.device.updates.map(({ state }) => state.attributes.index);
    this.#used = usedIn(this.#fused, this.#updated);
    this.#plan = this.#planFor(session);
    this.bytes = this.#fused.kernels.kernels.length * bytesOfKernel;
  }

  run(args: readonly Tensor[]): readonly Storage[] {
    return this.#run(args, null);
  }

  timed(args: readonly Tensor[]): { readonly results: readonly Storage[]; readonly report: Promise<string> } {
    const session = this.#sessionNow();
    this.#follow(session);
    const timing = session.hasTimestamps ? new Timing(session, this.#plan.lowered.steps.length) : null;
    const start = performance.now();
    const results = this.#run(args, timing);
    return { results, report: this.#report(results, timing, start) };
  }

  async #report(results: readonly Storage[], timing: Timing | null, start: number): Promise<string> {
    // A read ends after all that was asked for before it.
    const last = results[0] ?? this.#states[this.#updated[0]]?.storage;
    await last?.read();
    const whole = performance.now() - start;
    return reportTimes(this.#plan.session.name, this.#plan.lowered, (await timing?.times()) ?? [], whole);
  }

  #run(args: readonly Tensor[], timing: Timing | null): readonly Storage[] {
    const session = this.#sessionNow();
    this.#follow(session);
    const plan = this.#plan;
    for (const tensor of args) checkHeld(tensor, session);
    for (const index of this.#used.states) checkHeld(this.#states[index], session);
    const updateHosts = hostStatesAfter(this.#parts, this.#states);
    const before = [...this.#argumentMoves([...args, ...this.#packs()], plan), ...this.#stateMoves(plan)];
    const { results } = this.#fused.kernels;
    const made = results.map((buffer) => session.memory.array(bytesOfShape(buffer.shape)));
    const after = results.map(
      (buffer, i): Move => ({
        from: { kind: "buffer", buffer },
        to: made[i],
      }),
    );
    const changed = [...made, ...this.#updated.map((index) => plan.homes[index].array)];
    session.add({ isReady: () => plan.isReady, begin: () => begin(plan, { before, after, changed, timing }) });
    updateHosts();
    for (const index of this.#updated) {
      const home = plan.homes[index];
      home.changed();
      this.#states[index].replaceStorage(home);
    }
    return results.map(({ dtype, shape }, i) => new GpuStorage(session, made[i], dtype as GpuDType, sizeOf(shape)));
  }

  profile(): never {
    throw new ChainruleError(
      "option",
      "profile",
      "the GPU's times come later, and profile() cannot wait for them; `await step.timed(...)` waits",
    );
  }

  chapters(): readonly Chapter[] {
    return chaptersOf(this.#plan.lowered);
  }

  /** After a loss there may be another adapter, with other limits. */
  #follow(session: Session): void {
    if (this.#plan.session === session) return;
    this.#fused = fuseFor(this.#values.device, session);
    this.#used = usedIn(this.#fused, this.#updated);
    this.#plan = this.#planFor(session);
  }

  #planFor(session: Session): Plan {
    const homes = this.#states.map((state) => homeOf(state, session));
    return new Plan(session, this.#fused, homes);
  }

  /** What the host computes for this run. */
  #packs(): Tensor[] {
    const read = new Set(this.#values.states);
    const before = this.#states.map((state, i): NDArray => {
      const { shape, dtype } = state;
      return { shape, dtype, data: read.has(i) ? contentsFor("compile", state) : new Float32Array() };
    });
    return packsOf(this.#values, before).map((pack) => new Tensor(new ArrayStorage(pack.data), pack));
  }

  #argumentMoves(args: readonly Tensor[], plan: Plan): Move[] {
    return this.#used.arguments.map((buffer): Move => ({ from: contentsOf(args[buffer.index], plan), to: buffer }));
  }

  /** Brings the states into their homes that are not there yet. */
  #stateMoves(plan: Plan): Move[] {
    const moves: Move[] = [];
    for (const index of this.#used.states) {
      const [state, home] = [this.#states[index], plan.homes[index]];
      if (home.holds(state)) continue;
      moves.push({ from: contentsOf(state, plan), to: home.array });
      if (state.storage instanceof GpuStorage) state.adoptStorage(home);
      else home.mirrors(state);
      home.array.fault = null;
    }
    return moves;
  }
}

/** What a program reads or changes of what it is given. */
interface Used {
  readonly arguments: readonly Buffer[];
  /** The indices of states. */
  readonly states: readonly number[];
}

function usedIn({ kernels: { kernels, results } }: Fused, updated: readonly number[]): Used {
  const buffers = new Set([
    ...kernels.flatMap((kernel) => [...readsOf(kernel), ...writesOf(kernel)].map(({ buffer }) => ownerOf(buffer))),
    ...results,
  ]);
  const of = (wanted: Buffer["kind"]) => [...buffers].filter(({ kind }) => kind === wanted);
  return { arguments: of("argument"), states: [...new Set([...of("state").map(({ index }) => index), ...updated])] };
}

/** Throws if the tensor's contents were lost with an earlier device, or are undefined. */
function checkHeld(tensor: Tensor, session: Session): void {
  const { storage } = tensor;
  if (!(storage instanceof GpuStorage)) return;
  if (storage.session !== session) throw lostContents(tensor, "the GPU", storage.session.lost);
  if (storage.array.fault !== null) throw storage.array.fault;
}

/** The contents as of now: work that waits gets a copy of what is in host memory. */
function contentsOf(tensor: Tensor, { isReady, session }: Plan): Contents {
  const { storage } = tensor;
  if (storage instanceof GpuStorage) return { kind: "array", array: storage.array };
  const words = toWords(contentsFor("compile", tensor));
  return { kind: "words", words: isReady && session.line.isEmpty ? words : words.slice() };
}

/** What a run does beside its dispatches. */
interface Run {
  readonly before: readonly Move[];
  readonly after: readonly Move[];
  /** The memories of the results and the states, which get new contents. */
  readonly changed: readonly GpuArray[];
  readonly timing: Timing | null;
}

/** Does a run: writes, one submit with copies and dispatches. */
function begin(plan: Plan, { before, after, changed, timing }: Run): void {
  const { device, reads } = plan.session;
  const { fault } = plan;
  if (fault !== null) {
    for (const array of changed) array.fault = fault;
    return;
  }
  const { failures } = plan;
  const encoder = device.createCommandEncoder();
  const move = ({ from, to }: Move): void => {
    const target = "kind" in to ? plan.arrayOf(to) : to;
    if (from.kind === "words") device.queue.writeBuffer(target.buffer, 0, from.words);
    else {
      const { buffer, bytes } = from.kind === "buffer" ? plan.arrayOf(from.buffer) : from.array;
      encoder.copyBufferToBuffer(buffer, 0, target.buffer, 0, Math.min(bytes, target.bytes));
    }
  };
  before.forEach(move);
  plan.encode(encoder, timing);
  after.forEach(move);
  timing?.resolve(encoder);
  device.queue.submit([encoder.finish()]);
  if (failures === null) return;
  failures.makes(changed);
  reads.watch(failures);
}
