// Registers the backends of compile(), and the programs that compute large eager operations. No other file chooses backends.
import { registerBackend } from "../compiler/compile.ts";
import { carryLarge } from "../tensor/eager.ts";
import { carryStreams } from "../tensor/stream.ts";
import { oneOpPrograms } from "./one-op.ts";
import { reference } from "./reference.ts";
import { streamFunction, streamOperation } from "./streams.ts";
import { wasm } from "./wasm/backend.ts";

registerBackend(wasm);
registerBackend(reference);
carryLarge({ product: oneOpPrograms(wasm), elementwise: streamOperation });
carryStreams(streamFunction);

export { threadsReady } from "./wasm/threads/pool.ts";
