// What a worker does: it waits for work at a word of the shared memory, loads the modules that the log names, and joins the program that
// is open. It never comes back to its event loop, so that no message reaches it. The function is also handed to workers as text, where
// no file of it can be found: it must name nothing but its parameters and globals, and nothing within it may have a name that a
// transformer of the source would keep with a call.
import type { control, entry, slot } from "./control.ts";

/** What a worker is told when it starts. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  /** The address of the pool's words, and which worker this is. */
  readonly block: number;
  readonly index: number;
  /** How often it looks for work before it sleeps. */
  readonly spins: number;
  readonly offsets: { readonly control: typeof control; readonly entry: typeof entry; readonly slot: typeof slot };
  readonly logLength: number;
  readonly failed: number;
}

/** What a worker in Node and one in a page have in common. */
interface Port {
  addEventListener(type: "message", listener: (event: { readonly data?: unknown }) => void): void;
  postMessage(message: unknown): void;
}

type Share = (table: number, thread: number, threads: number) => number;

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
            // Growing by nothing tells this thread of what others have grown.
            memory.grow(0);
            const module = new WebAssembly.Module(new Uint8Array(memory.buffer, address >>> 0, length).slice());
            // Functions of Math are called by the thread that called the program alone.
            const math = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function");
            const imports = { env: { memory }, math: Object.fromEntries(math.map(({ name }) => [name, () => 0])) };
            programs.set(loaded, new WebAssembly.Instance(module, imports).exports.share as Share);
          } catch {
            // It never joins this one.
          }
        }
        Atomics.store(words, own + (slot.loaded >> 2), loaded + 1);
      }
      // Inside before it looks, so that whoever closes the program sees it or is seen.
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
