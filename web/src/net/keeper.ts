// Keeps the run across reloads, in IndexedDB, and its settings in the address. Both are written a moment after the last change, because
// browsers slow a page down that writes its address a hundred times in half a minute.
import { recall, remember } from "../store/store.ts";
import { restored, type Saved, stored } from "./run/saved.ts";

const key = "net";
const addressMs = 300;
const storeMs = 1500;

export class Keeper {
  readonly #saved: () => Saved;
  readonly #writeAddress: () => void;
  #addressTimer: ReturnType<typeof setTimeout> | null = null;
  #storeTimer: ReturnType<typeof setTimeout> | null = null;
  readonly #leave = () => {
    if (document.visibilityState === "hidden") this.#flush();
  };

  constructor(saved: () => Saved, writeAddress: () => void) {
    this.#saved = saved;
    this.#writeAddress = writeAddress;
    document.addEventListener("visibilitychange", this.#leave);
  }

  async recall(): Promise<Saved | null> {
    return restored(await recall(key));
  }

  /** Writes the address, and keeps the run. */
  write(): void {
    this.#addressTimer ??= setTimeout(() => {
      this.#addressTimer = null;
      this.#writeAddress();
    }, addressMs);
    this.keep();
  }

  keep(): void {
    this.#storeTimer ??= setTimeout(() => {
      this.#storeTimer = null;
      void remember(key, stored(this.#saved()));
    }, storeMs);
  }

  close(): void {
    this.#flush();
    document.removeEventListener("visibilitychange", this.#leave);
  }

  #flush(): void {
    if (this.#addressTimer !== null) {
      clearTimeout(this.#addressTimer);
      this.#addressTimer = null;
      this.#writeAddress();
    }
    if (this.#storeTimer === null) return;
    clearTimeout(this.#storeTimer);
    this.#storeTimer = null;
    void remember(key, stored(this.#saved()));
  }
}
