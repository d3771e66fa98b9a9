// The other side of a decoding thread: jobs come in, pixels go out without being copied.
import { parentPort } from "node:worker_threads";
import { type DecodeJob, runJob } from "./decode-job.ts";

parentPort?.on("message", async (job: DecodeJob) => {
  const answer = await runJob(job);
  parentPort?.postMessage(answer, [answer.data.buffer as ArrayBuffer]);
});
parentPort?.postMessage("ready");
