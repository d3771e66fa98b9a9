// The arena: one block of memory for the temporaries of all programs. Its contents live only during a run, so it is as large as the largest
// program needs, not as large as all programs together. Programs read its address at each run, because another program may have moved it.
import type { Type } from "../../../tensor/dtype.ts";
import { type ProgramMemory, programMemory } from "./memory.ts";

/** A block that grows and may move between runs. */
export class Arena {
  readonly #memory: ProgramMemory;
  #address = 0;
  #bytes = 0;

  constructor(memory: ProgramMemory) {
    this.#memory = memory;
  }

  /** Address of the block; 0 before the first reservation. */
  get address(): number {
    return this.#address;
  }
  /** Size of the block. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Makes the block at least `bytes` large. Throws a ChainruleError "memory", which names `parts`, if there is not enough memory. */
  reserve(bytes: number, parts: readonly Type[] = []): void {
    if (bytes <= this.#bytes) return;
    const before = this.#bytes;
    // The block holds nothing between runs, so its addresses may become part of the new block.
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

/** The arena of all programs. */
export const arena: Arena = new Arena(programMemory);
