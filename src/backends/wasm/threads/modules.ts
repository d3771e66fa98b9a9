// The log by which workers learn of modules. They get no messages, so that a module is handed to them as bytes in the shared memory: each
// reads the log at its own pace and compiles what it names. Bytes go back to the heap when all have read them, and programs that are
// gone are named once more, to be forgotten.
import type { ProgramMemory } from "../memory/memory.ts";
import { control, entry, logLength } from "./control.ts";

export class Modules {
  readonly #memory: ProgramMemory;
  readonly #block: number;
  readonly #words: Int32Array;
  /** How many entries all workers have read. */
  readonly #read: () => number;
  /** Modules that some worker has not loaded yet, the oldest first. */
  readonly #waiting: { readonly id: number; readonly address: number }[] = [];
  /** Programs that are gone and that the log had no place for. */
  readonly #gone: number[] = [];
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

  /** The number of a new module; null if the slowest worker has too much to read. */
  add(bytes: Uint8Array): number | null {
    this.#tidy();
    if (this.#room() < 1) return null;
    const address = this.#memory.allocate(bytes.length, "a program's module");
    this.#memory.views().uint8.set(bytes, address);
    const id = this.#log(address, bytes.length);
    this.#waiting.push({ id, address });
    return id;
  }

  drop(id: number): void {
    this.#gone.push(id);
  }

  #tidy(): void {
    const read = this.#read();
    while (this.#waiting.length > 0 && this.#waiting[0].id < read)
      for (const { address } of this.#waiting.splice(0, 1)) this.#memory.free(address);
    while (this.#room() > 1) {
      const id = this.#gone.pop();
      if (id === undefined) return;
      this.#log(id, 0);
    }
  }
  #room(): number {
    return logLength - (this.#logged - this.#read());
  }
  #log(what: number, length: number): number {
    const id = this.#logged++;
    const at = (this.#block + control.log + (id % logLength) * entry.bytes) / 4;
    this.#words[at + entry.address / 4] = what;
    this.#words[at + entry.length / 4] = length;
    Atomics.store(this.#words, (this.#block + control.logged) / 4, this.#logged);
    return id;
  }
}
