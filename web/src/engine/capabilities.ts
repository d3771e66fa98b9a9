// What this browser can do, asked once, in words for those who read them: what is missing, and what still works.

/** A function of one v128 argument, which every engine with WebAssembly SIMD accepts: (func (param v128)). */
const vectors = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 123, 0, 3, 2, 1, 0, 10, 4, 1, 2, 0, 11]);

export const hasVectors: boolean = typeof WebAssembly !== "undefined" && WebAssembly.validate(vectors);
export const hasWorkers: boolean = typeof Worker !== "undefined";
export const hasSharedMemory: boolean = globalThis.crossOriginIsolated === true;

/** Why compiled programs cannot run here; null where they can. */
export const obstacle: string | null = !hasWorkers
  ? "This browser has no module workers, so nets cannot be trained here. The neuron above works all the same."
  : hasVectors
    ? null
    : "This browser has no WebAssembly SIMD (every browser since 2023 has). The neuron and the scalar net work; compiled nets do not.";
