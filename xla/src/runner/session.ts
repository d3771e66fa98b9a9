// What a runner holds for this process: programs and arrays, under numbers that count up. Runs are sent and not waited for; whoever reads an
// array waits, and gets the reason if the run that should have made it failed.
import { ChainruleError, type DType, type TypedArray } from "chainrule";
import { viewOf } from "chainrule/compiler";
import type { Frame } from "./frames.ts";
import type { Settings } from "./options.ts";
import { Runner } from "./runner.ts";

/** What the runner said when it was ready. */
export interface Ready {
  readonly jax: string;
  /** "cpu", "gpu" or "tpu". */
  readonly platform: string;
  /** The kind of a device: "NVIDIA H200". */
  readonly device: string;
  /** All devices, of all processes. */
  readonly devices: number;
  readonly process: number;
  readonly processes: number;
  /** The id of the runner's process. */
  readonly pid: number;
}

/** An array that the runner holds, and how many tensors share it. */
export interface Handle {
  readonly id: number;
  shares: number;
}

/** An array to be sent. */
export interface Contents {
  readonly dtype: DType;
  /** The shape of the whole array. */
  readonly shape: readonly number[];
  /** The rows, along dim 0, that `data` has; null for all. */
  readonly rows: readonly [from: number, to: number] | null;
  readonly data: TypedArray;
}

interface Request {
  readonly dtype: DType;
  readonly resolve: (data: TypedArray) => void;
  readonly reject: (error: unknown) => void;
}

export class Session {
  readonly #runner: Runner;
  readonly #requests = new Map<number, Request>();
  readonly #waiting: { readonly resolve: (ready: Ready) => void; readonly reject: (error: unknown) => void }[] = [];
  readonly settings: Settings;
  #ready: Ready | null = null;
  #lost: ChainruleError | null = null;
  #last = 0;
  /** Arrays that no tensor needs any longer: they are freed with the next message. */
  #released: number[] = [];

  constructor(settings: Settings) {
    this.settings = settings;
    this.#runner = new Runner(settings, {
      frame: (frame) => this.#take(frame),
      gone: (error) => this.#end(error),
    });
  }

  /** Why the runner is gone; null while it runs. */
  get lost(): ChainruleError | null {
    return this.#lost;
  }
  /** The devices in words: "XLA (2 cpu devices)". */
  get device(): string {
    if (this.#ready === null) return "XLA";
    const { devices, platform } = this.#ready;
    return `XLA (${devices} ${platform} ${devices === 1 ? "device" : "devices"})`;
  }

  /** Waits until the runner has started. */
  ready(): Promise<Ready> {
    if (this.#ready !== null) return Promise.resolve(this.#ready);
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#runner.waits(true);
    });
  }

  /** Sends a program, and returns its number. */
  program(text: string, manifest: object): number {
    const id = this.#number();
    this.#runner.send({ kind: "program", id, manifest }, [new TextEncoder().encode(text)]);
    return id;
  }
  drop(program: number): void {
    this.#runner.send({ kind: "drop", programs: [program] });
  }

  /** Sends arrays; each is shared by one. */
  put(arrays: readonly Contents[]): Handle[] {
    if (arrays.length === 0) return [];
    const handles = arrays.map((): Handle => this.#handle());
    const bytes = arrays.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    const values = arrays.map(({ dtype, shape, rows }, i) => ({
      handle: handles[i].id,
      dtype,
      shape,
      rows,
      bytes: bytes[i].length,
    }));
    // The pipe may take its time, and the tensors may change meanwhile.
    this.#runner.send(
      { kind: "put", values },
      bytes.map((part) => part.slice()),
    );
    return handles;
  }

  /** Runs a program. `donated` are the positions of arguments that exist no longer afterwards. */
  run(program: number, args: readonly Handle[], donated: readonly number[], results: number): Handle[] {
    this.#free();
    const handles = Array.from({ length: results }, (): Handle => this.#handle());
    this.#runner.send({
      kind: "run",
      program,
      arguments: args.map(({ id }) => id),
      donated,
      results: handles.map(({ id }) => id),
    });
    return handles;
  }

  read({ id }: Handle, dtype: DType): Promise<TypedArray> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      const request = this.#number();
      this.#requests.set(request, { dtype, resolve, reject });
      this.#runner.waits(true);
      this.#runner.send({ kind: "read", request, handle: id });
    });
  }

  /** One tensor less needs the array. */
  release(handle: Handle): void {
    handle.shares--;
    if (handle.shares === 0) this.#released.push(handle.id);
  }

  /** Ends the runner, in order with its group or at once. */
  close(inOrder: boolean): Promise<void> {
    return this.#runner.close(inOrder);
  }

  #number(): number {
    this.#last++;
    return this.#last;
  }
  #handle(): Handle {
    return { id: this.#number(), shares: 1 };
  }
  #free(): void {
    if (this.#released.length === 0) return;
    this.#runner.send({ kind: "free", handles: this.#released });
    this.#released = [];
  }

  #take({ header, payload }: Frame): void {
    if (header.kind === "ready") {
      this.#ready = header as unknown as Ready;
      for (const { resolve } of this.#waiting.splice(0)) resolve(this.#ready);
    } else {
      const id = Number(header.request);
      const request = this.#requests.get(id);
      this.#requests.delete(id);
      if (header.kind === "contents") request?.resolve(viewOf(request.dtype, payload.buffer));
      else request?.reject(new ChainruleError("device", "xla", String(header.message)));
    }
    if (this.#requests.size === 0) this.#runner.waits(false);
  }

  #end(error: ChainruleError): void {
    this.#lost = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    for (const { reject } of this.#requests.values()) reject(error);
    this.#requests.clear();
  }
}
