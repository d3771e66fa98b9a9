// The main loop of a worker: it waits for a change of a word in the shared memory, loads the modules of the log's new entries, and joins
// the program that is open. It never returns to its event loop, so no message reaches it after the first one. Where workers cannot load
// this file, they receive the text of the function. The function must therefore refer to nothing but its parameters and globals, and
// contain no named function, for which some transformers of source code insert a call to a helper that keeps the name.
import type { control, entry, slot } from "./control.ts";

/** The message that starts a worker. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  /** The address of the pool's control block, and the index of this worker. */
  readonly block: number;
  readonly index: number;
  /** Number of polls for work before it sleeps. */
  readonly spins: number;
  readonly offsets: { readonly control: typeof control; readonly entry: typeof entry; readonly slot: typeof slot };
  readonly logLength: number;
  readonly failed: number;
}

/** The parts that Node's parentPort and the `self` of a browser's worker share. */
interface Port {
  addEventListener(type: "message", listener: (event: { readonly data?: unknown }) => void): void;
  postMessage(message: unknown): void;
}

type Share = (table: number, thread: number, threads: number) => number;

/** Runs a worker; never returns. */
export function serve(): void {
  const builtin = typeof process === "object" ? process.getBuiltinModule : undefined;
  const port = (builtin?.("node:worker_threads").parentPort ?? self) as Port;
  port.addEventListener("message", (event: { readonly data?: unknown }) => {
    const { memory, block, index, spins, offsets, logLength, failed } = event.data as Place;
    const { control, entry, slot } = offsets;
    const words = new Int32Array(memory.buffer);
    const own = (block + control.slots + index * slot.bytes) >> 2;
    const programs = new Map<number, Share>();
    let loaded = 0;
    port.postMessage("ready");
    for (;;) {
      const seen = Atomics.load(words, own + (slot.wake >> 2));
      for (; loaded < Atomics.load(words, (block + control.logged) >> 2); loaded++) {
        const at = (block + control.log + (loaded % logLength) * entry.bytes) >> 2;
        const [address, length] = [words[at], words[at + 1]];
        if (length === 0) programs.delete(address);
        else {
          try {
            // Growing by 0 pages updates this thread's view of the memory's size after another thread has grown it.
            memory.grow(0);
            const module = new WebAssembly.Module(new Uint8Array(memory.buffer, address >>> 0, length).slice());
            // Only the calling thread calls imported functions, so here they are placeholders.
            const math = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function");
            const imports = { env: { memory }, math: Object.fromEntries(math.map(({ name }) => [name, () => 0])) };
            programs.set(loaded, new WebAssembly.Instance(module, imports).exports.share as Share);
          } catch {
            // A worker that could not load a program never joins it.
          }
        }
        Atomics.store(words, own + (slot.loaded >> 2), loaded + 1);
      }
      // It counts itself as active before it reads `open`: either the thread that closes the program sees it, or it sees the program
      // closed.
      Atomics.add(words, (block + control.active) >> 2, 1);
      const share = programs.get(Atomics.load(words, (block + control.open) >> 2) - 1);
      const threads = Atomics.load(words, (block + control.threads) >> 2);
      if (share && index + 1 < threads) {
        Atomics.add(words, (block + control.entered) >> 2, 1);
        try {
          share(Atomics.load(words, (block + control.table) >> 2), index + 1, threads);
        } catch (error) {
          if (Atomics.compareExchange(words, (block + control.stop) >> 2, 0, failed) === 0) {
            const text = new TextEncoder().encode(String(error)).subarray(0, control.log - control.message - 4);
            new Uint8Array(memory.buffer, block + control.message + 4).set(text);
            Atomics.store(words, (block + control.message) >> 2, text.length);
          }
          Atomics.add(words, (block + control.pulse) >> 2, 1);
          Atomics.notify(words, (block + control.pulse) >> 2);
        }
      }
      Atomics.sub(words, (block + control.active) >> 2, 1);
      Atomics.notify(words, (block + control.active) >> 2);
      for (let i = 0; i < spins && Atomics.load(words, own + (slot.wake >> 2)) === seen; i++);
      if (Atomics.load(words, own + (slot.wake >> 2)) !== seen) continue;
      Atomics.store(words, own + (slot.asleep >> 2), 1);
      Atomics.wait(words, own + (slot.wake >> 2), seen);
      Atomics.store(words, own + (slot.asleep >> 2), 0);
    }
  });
}
