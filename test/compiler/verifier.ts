// The verifiers of kernels and of allocations together, for tests that verify programs between the passes.
import type { Verifier } from "../../src/backends/wasm/backend.ts";
import { verify } from "../../src/compiler/kernel-rules.ts";
import { verifyAllocation } from "../../src/schedule/allocate.ts";

export const verifier: Verifier = { kernels: verify, allocation: verifyAllocation };
