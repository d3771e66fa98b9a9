// The thread that holds the net: the server goes on to answer clients while the net computes.
import { parentPort, workerData } from "node:worker_threads";
import { readModel } from "chainrule/model";
import { probabilitiesOf } from "../evaluate/whole-batches.ts";

const model = readModel(workerData);
const { signal } = new AbortController();

/** Pictures as the net takes them, uint8 [pictures, C, H, W]; the answer has the probabilities, float32 [pictures, classes]. */
parentPort?.on("message", async (pictures: Uint8Array) => {
  parentPort?.postMessage(await probabilitiesOf(model, pictures, signal));
});
