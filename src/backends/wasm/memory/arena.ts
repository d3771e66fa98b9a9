// The one scratch arena: what lives only while a program runs lies in it, so that it is as large as the largest program needs and
// not as all of them together. Programs ask for its address at each run, since a later program may have moved it.
import type { Type } from "../../../tensor/dtype.ts";
import { type ProgramMemory, programMemory } from "./memory.ts";

export class Arena {
  readonly #memory: ProgramMemory;
  #address = 0;
  #bytes = 0;

  constructor(memory: ProgramMemory) {
    this.#memory = memory;
  }

  /** 0 before anything was reserved. */
  get address(): number {
    return this.#address;
  }
  get bytes(): number {
    return this.#bytes;
  }

  /** At least so many bytes from now on. `parts` are named if there is no room for them. */
  reserve(bytes: number, parts: readonly Type[] = []): void {
    if (bytes <= this.#bytes) return;
    const before = this.#bytes;
    // It holds nothing between runs, and its place may be part of the next.
    this.#release();
    try {
      this.#take(bytes, parts);
    } catch (error) {
      if (before > 0) this.#take(before, []);
      throw error;
    }
  }

  #take(bytes: number, parts: readonly Type[]): void {
    this.#address = this.#memory.allocate(bytes, "the program", parts);
    this.#bytes = bytes;
  }
  #release(): void {
    if (this.#bytes > 0) this.#memory.free(this.#address);
    this.#address = 0;
    this.#bytes = 0;
  }
}

export const arena: Arena = new Arena(programMemory);
