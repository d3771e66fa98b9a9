// Pointers that move through buffers with the loops (strength reduction of addresses). Accesses with the same buffer and strides share a
// pointer and differ in the offsets of their memory instructions. A position (an index as a value) is kept like a pointer with base 0 and
// elements of one byte. Each loop moves the pointers forward, and back at its end.

import type { Access, Buffer } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { bytesOf } from "../layout.ts";
import { advance } from "../products/tile.ts";

interface Pointer {
  readonly local: Local;
  /** The pointer starts at this parameter plus `offset` bytes; null: at `offset`. */
  readonly base: Local | null;
  readonly offset: number;
  /** Strides in bytes, by axis. */
  readonly strides: readonly number[];
}

/** Distance of a place from the pointers in elements, by axis. */
export type Displacement = ReadonlyMap<number, number>;

export class Walk {
  readonly #code: Code;
  readonly #bases: ReadonlyMap<Buffer, Local>;
  readonly #pointers = new Map<string, Pointer>();

  constructor(code: Code, bases: ReadonlyMap<Buffer, Local>) {
    this.#code = code;
    this.#bases = bases;
  }

  /** Pushes a pointer and returns the offset in bytes to be added to it, which is below 0 only if the access has negative strides. */
  push(access: Access, elements: number, displacement: Displacement): number {
    const { local, offset, strides } = this.#pointerTo(access);
    const unit = bytesOf(access.buffer.dtype);
    this.#code.get(local);
    return (access.offset + elements) * unit - offset + displaced(strides, displacement);
  }

  /** The pointer that an access uses, and the offset that push would return. */
  placeOf(
    access: Access,
    elements: number,
    displacement: Displacement,
  ): { readonly pointer: Local; readonly offset: number } {
    const { local, offset, strides } = this.#pointerTo(access);
    const bytes = (access.offset + elements) * bytesOf(access.buffer.dtype) - offset;
    return { pointer: local, offset: bytes + displaced(strides, displacement) };
  }

  /** Pushes Σ index · stride. */
  pushPosition(strides: readonly number[], displacement: Displacement): void {
    const pointer = this.#position(strides);
    this.#code.get(pointer.local);
    const more = displaced(pointer.strides, displacement);
    if (more !== 0) this.#code.i32(more).op("i32.add");
  }

  /** Creates the pointers that these accesses and positions need; called before the loops. */
  declare(accesses: readonly Access[], positions: readonly (readonly number[])[]): void {
    for (const access of accesses) this.#pointerTo(access);
    for (const strides of positions) this.#position(strides);
  }

  /** Sets all pointers to index · elements of the axes given, and to 0 of all others. */
  start(indices: readonly { readonly index: Local; readonly axis: number; readonly elements: number }[]): void {
    const code = this.#code;
    for (const { local, base, offset, strides } of this.#pointers.values()) {
      if (base) code.get(base);
      else code.i32(0);
      if (offset !== 0) code.i32(offset).op("i32.add");
      for (const { index, axis, elements } of indices) {
        const bytes = (strides[axis] ?? 0) * elements;
        if (bytes !== 0) code.get(index).i32(bytes).op("i32.mul", "i32.add");
      }
      code.set(local);
    }
  }

  /** Moves all pointers by `elements` (times `times`, if given) along an axis. */
  move(axis: number, elements: number, times?: Local): void {
    const code = this.#code;
    for (const { local, strides } of this.#pointers.values()) {
      const bytes = (strides[axis] ?? 0) * elements;
      if (bytes === 0) continue;
      if (times) code.get(local).get(times).i32(bytes).op("i32.mul", "i32.add").set(local);
      else advance(code, local, bytes);
    }
  }

  /**
   * The pointer of an access. With negative strides a pointer starts at the access's offset instead of the buffer's start, because an
   * address below 0 would wrap around to 4 GiB.
   */
  #pointerTo({ buffer, offset, strides }: Access): Pointer {
    const unit = bytesOf(buffer.dtype);
    const start = strides.some((stride) => stride < 0) ? offset * unit : 0;
    const key = `${buffer.name} ${start} ${strides.join()}`;
    const pointer = this.#pointers.get(key);
    if (pointer) return pointer;
    const base = this.#bases.get(buffer);
    if (!base) throw internal(`no pointer to ${buffer.name}`);
    return this.#add(key, base, start, strides, unit);
  }

  #position(strides: readonly number[]): Pointer {
    const key = strides.join();
    return this.#pointers.get(key) ?? this.#add(key, null, 0, strides, 1);
  }

  #add(key: string, base: Local | null, offset: number, strides: readonly number[], unit: number): Pointer {
    const scaled = strides.map((stride) => stride * unit);
    const pointer = { local: this.#code.local("i32"), base, offset, strides: scaled };
    this.#pointers.set(key, pointer);
    return pointer;
  }
}

/** Bytes of a displacement. */
const displaced = (strides: readonly number[], displacement: Displacement): number => {
  let sum = 0;
  for (const [axis, elements] of displacement) sum += (strides[axis] ?? 0) * elements;
  return sum;
};
