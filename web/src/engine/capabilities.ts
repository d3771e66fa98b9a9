// What this browser can do, tested once; where something is missing, a text says what is missing and what still works.

/** A module with a function of one v128 argument, (func (param v128)): only engines with WebAssembly SIMD accept it. */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 123, 0, 3, 2, 1, 0, 10, 4, 1, 2, 0, 11,
]);

export const hasVectors: boolean = typeof WebAssembly !== "undefined" && WebAssembly.validate(simdModule);
export const hasWorkers: boolean = typeof Worker !== "undefined";
export const hasSharedMemory: boolean = globalThis.crossOriginIsolated === true;

/** The reason why compiled programs cannot run here; null where they can. */
export const obstacle: string | null = !hasWorkers
  ? "This browser has no module workers, so nets cannot be trained here. The neuron at the top of the page still works."
  : hasVectors
    ? null
    : "This browser has no WebAssembly SIMD (every browser since 2023 has it). The neuron and the scalar net work; compiled nets do not.";
