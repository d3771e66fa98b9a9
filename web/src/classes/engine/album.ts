// The pictures of the visitor, as the nets take them, and their features: computed once for each picture, and stored in the browser for the
// next visit.
import type { Tensor } from "chainrule";
import type { Store } from "./store.ts";

/** The side of a kept picture: what the pretrained net takes. */
export const side = 224;

export interface Kept {
  /** [3, side, side], the planes red, green and blue. */
  readonly bytes: Uint8Array;
  /** The numbers of the pretrained net, and the file that it came from; null until they are computed. */
  readonly features: { readonly net: string; readonly values: Float32Array } | null;
}

/** Computes the features of some pictures. */
export type FeaturesOf = (pictures: readonly Uint8Array[]) => Promise<Float32Array[]>;

export class Album {
  readonly #store: Store;
  readonly #pictures = new Map<string, Kept>();
  #bin = new Map<string, Kept>();

  constructor(store: Store) {
    this.#store = store;
  }

  get size(): number {
    return this.#pictures.size;
  }

  /** Returns whether the picture was stored for the next visit. */
  add(id: string, bytes: Uint8Array): Promise<boolean> {
    return this.#put(id, { bytes, features: null });
  }

  /** The stored pictures among these, in their order. */
  async recall(ids: readonly string[]): Promise<{ readonly id: string; readonly bytes: Uint8Array }[]> {
    const found: { id: string; bytes: Uint8Array }[] = [];
    for (const id of ids) {
      const kept = await this.#store.recall(keyOf(id));
      if (!isKept(kept)) continue;
      this.#pictures.set(id, kept);
      found.push({ id, bytes: kept.bytes });
    }
    return found;
  }

  /** Puts pictures into the bin; what was there is gone for good. */
  remove(ids: readonly string[]): void {
    this.#bin = new Map();
    for (const id of ids) {
      const kept = this.#pictures.get(id);
      if (kept !== undefined) this.#bin.set(id, kept);
      this.#pictures.delete(id);
      void this.#store.forget(keyOf(id));
    }
  }

  /** Takes pictures out of the bin. */
  async restore(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const kept = this.#bin.get(id);
      if (kept === undefined) continue;
      this.#bin.delete(id);
      await this.#put(id, kept);
    }
  }

  bytes(id: string): Uint8Array | null {
    return this.#pictures.get(id)?.bytes ?? null;
  }

  /** The pictures among these whose features by this net are not known. */
  without(net: string, ids: Iterable<string> = this.#pictures.keys()): string[] {
    return [...ids].filter((id) => {
      const kept = this.#pictures.get(id);
      return kept !== undefined && kept.features?.net !== net;
    });
  }

  /** Computes and stores the features of these pictures. */
  async compute(net: string, ids: readonly string[], featuresOf: FeaturesOf): Promise<void> {
    const some = ids.flatMap((id) => {
      const bytes = this.bytes(id);
      return bytes === null ? [] : [{ id, bytes }];
    });
    const found = await featuresOf(some.map(({ bytes }) => bytes));
    // A picture that was removed meanwhile does not come back.
    for (const [n, { id, bytes }] of some.entries())
      if (this.#pictures.has(id)) await this.#put(id, { bytes, features: { net, values: found[n] } });
  }

  /** The features of a picture; null where they are not known. */
  features(net: string, id: string): Float32Array | null {
    const features = this.#pictures.get(id)?.features ?? null;
    return features?.net === net ? features.values : null;
  }

  #put(id: string, kept: Kept): Promise<boolean> {
    this.#pictures.set(id, kept);
    return this.#store.remember(keyOf(id), kept);
  }
}

const keyOf = (id: string): string => `classes picture ${id}`;

function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null || !("bytes" in value)) return false;
  return value.bytes instanceof Uint8Array && value.bytes.length === 3 * side * side;
}

/** A net's numbers as plain ones. */
export const numbersOf = async (x: Tensor): Promise<Float32Array> => (await x.read()) as Float32Array;
