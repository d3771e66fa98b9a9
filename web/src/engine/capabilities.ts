// What this browser can do, tested once.

/** A module with a function of one v128 argument, (func (param v128)): only engines with WebAssembly SIMD accept it. */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 123, 0, 3, 2, 1, 0, 10, 4, 1, 2, 0, 11,
]);

export const hasVectors: boolean = typeof WebAssembly !== "undefined" && WebAssembly.validate(simdModule);
export const hasWorkers: boolean = typeof Worker !== "undefined";
export const hasSharedMemory: boolean = globalThis.crossOriginIsolated === true;

/** What is missing for compiled programs to run here; null where they can. The texts say what still works without it. */
export const obstacle: "workers" | "vectors" | null = !hasWorkers ? "workers" : hasVectors ? null : "vectors";
