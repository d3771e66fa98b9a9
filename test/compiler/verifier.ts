// The verifiers of kernels and of allocations together, for tests that verify programs between the passes.
import type { Verifier } from "../../src/backends/wasm/backend.ts";
import { verifyAllocation } from "../../src/compiler/allocate.ts";
import { verify } from "../../src/compiler/kernel-rules.ts";

export const verifier: Verifier = { kernels: verify, allocation: verifyAllocation };
