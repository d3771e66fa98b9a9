// The physical limit of one thread, as the library measures it (src/backends/wasm/limit.ts), in longer runs: benches take it in turns with
// what they time. What a kernel reaches is reported as a share of it.
import { limitLoops } from "../src/backends/wasm/limit.ts";

export { hasFusedMultiplyAdd as hasRelaxed } from "../src/backends/wasm/features.ts";

const rounds = 1 << 20;

export const limitsOf = (relaxed) => limitLoops(relaxed, rounds);
