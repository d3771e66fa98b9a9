// Every rule that there is for kernels and their places, for tests to have programs verified between the passes.
import type { Verifier } from "../../src/backends/wasm/backend.ts";
import { verifyAllocation } from "../../src/compiler/allocate.ts";
import { verify } from "../../src/compiler/kernel-rules.ts";

export const verifier: Verifier = { kernels: verify, allocation: verifyAllocation };
