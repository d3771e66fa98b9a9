// The script of a decoding thread: it receives jobs, and sends the pixels back without a copy.
import { parentPort } from "node:worker_threads";
import { type DecodeJob, runJob } from "./decode-job.ts";

parentPort?.on("message", async (job: DecodeJob) => {
  const answer = await runJob(job);
  parentPort?.postMessage(answer, [answer.data.buffer as ArrayBuffer]);
});
parentPort?.postMessage("ready");
