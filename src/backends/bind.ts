// Registers the backends of compile() that need no opening, and the programs that compute large eager operations.
import { compile, registerBackend } from "../compiler/compile.ts";
import { takes } from "../tensor/arguments.ts";
import { carryFunctions } from "../tensor/as-program.ts";
import { carryLarge } from "../tensor/eager.ts";
import { carryStreams } from "../tensor/stream.ts";
import { oneOpPrograms } from "./one-op.ts";
import { reduceLarge } from "./reductions.ts";
import { reference } from "./reference.ts";
import { streamFunction, streamOperation } from "./streams.ts";
import { wasm } from "./wasm/backend.ts";
import { runsPrograms } from "./wasm/features.ts";
import { threadsReady as threadsOfPool } from "./wasm/threads/pool.ts";

registerBackend(wasm);
registerBackend(reference);
carryLarge({ product: oneOpPrograms(wasm), elementwise: streamOperation, reduction: reduceLarge });
carryStreams(streamFunction);
carryFunctions((f) => (runsPrograms() ? compile(f) : f));

/** Waits until all workers have started or failed, and returns the number of threads that programs can use. */
export function threadsReady(): Promise<number> {
  takes("threadsReady", arguments.length, 0);
  return threadsOfPool();
}
