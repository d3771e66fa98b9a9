// The script of the oracle's thread in Node.
import { parentPort, workerData } from "node:worker_threads";
import { answering } from "./thread.ts";

const answer = await answering(workerData);
parentPort?.on("message", answer);
