// The log from which workers load modules. Workers cannot receive messages while they serve, so a module is passed as bytes in the shared
// memory. Each worker reads the log at its own pace and compiles the modules that it names. The bytes are freed when all workers have read
// them. When a program is collected, an entry of length 0 tells workers to drop it.
import type { ProgramMemory } from "../memory/memory.ts";
import { control, entry, logLength } from "./control.ts";

/** The log of one pool. */
export class Modules {
  readonly #memory: ProgramMemory;
  readonly #block: number;
  readonly #words: Int32Array;
  /** Number of entries that all workers have read. */
  readonly #read: () => number;
  /** Modules that some worker has not loaded yet, the oldest first. */
  readonly #waiting: { readonly id: number; readonly address: number }[] = [];
  /** Ids of collected programs that the log has had no room for yet. */
  readonly #dropped: number[] = [];
  #logged = 0;

  constructor({
    memory,
    block,
    words,
    read,
  }: {
    readonly memory: ProgramMemory;
    readonly block: number;
    readonly words: Int32Array;
    readonly read: (logged: number) => number;
  }) {
    this.#memory = memory;
    this.#block = block;
    this.#words = words;
    this.#read = () => read(this.#logged);
  }

  /** Adds a module and returns its id; null if the slowest worker has too many entries to read. */
  add(bytes: Uint8Array): number | null {
    this.#tidy();
    if (this.#room() < 1) return null;
    const address = this.#memory.allocate(bytes.length, "a program's module");
    this.#memory.views().uint8.set(bytes, address);
    const id = this.#log(address, bytes.length);
    this.#waiting.push({ id, address });
    return id;
  }

  /** Tells workers to drop a program, as soon as the log has room. */
  drop(id: number): void {
    this.#dropped.push(id);
  }

  /** Frees modules that all workers have loaded, and logs dropped programs. */
  #tidy(): void {
    const read = this.#read();
    while (this.#waiting.length > 0 && this.#waiting[0].id < read)
      for (const { address } of this.#waiting.splice(0, 1)) this.#memory.free(address);
    while (this.#room() > 1) {
      const id = this.#dropped.pop();
      if (id === undefined) return;
      this.#log(id, 0);
    }
  }
  /** Number of entries that can be written. */
  #room(): number {
    return logLength - (this.#logged - this.#read());
  }
  /** Writes an entry and returns its id. */
  #log(addressOrId: number, length: number): number {
    const id = this.#logged++;
    const at = (this.#block + control.log + (id % logLength) * entry.bytes) / 4;
    this.#words[at + entry.address / 4] = addressOrId;
    this.#words[at + entry.length / 4] = length;
    Atomics.store(this.#words, (this.#block + control.logged) / 4, this.#logged);
    return id;
  }
}
