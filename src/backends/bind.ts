// Registers the backends of compile(), and the programs that compute large eager products. No other file chooses backends.
import { registerBackend } from "../compiler/compile.ts";
import { carryLarge } from "../tensor/eager.ts";
import { oneOpPrograms } from "./one-op.ts";
import { reference } from "./reference.ts";
import { wasm } from "./wasm/backend.ts";

registerBackend(wasm);
registerBackend(reference);
carryLarge(oneOpPrograms(wasm));

export { threadsReady } from "./wasm/threads/pool.ts";
