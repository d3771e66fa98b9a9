// The physical limit of one thread, measured as the library does (src/backends/wasm/limit.ts) but in longer runs. Benches alternate between
// these loops and the code that they time, and report the code's speed as a share of the limit.
import { limitLoops } from "../src/backends/wasm/limit.ts";

export { hasFusedMultiplyAdd as hasRelaxed } from "../src/backends/wasm/features.ts";

const rounds = 1 << 20;

export const limitsOf = (relaxed) => limitLoops(relaxed, rounds);
