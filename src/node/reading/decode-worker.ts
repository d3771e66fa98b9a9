// The script of a decoding thread: it receives numbered jobs, runs them concurrently, and sends the pixels back without a copy.
import { parentPort } from "node:worker_threads";
import { type DecodeJob, runJob } from "./decode-job.ts";

parentPort?.on("message", async ({ number, job }: { readonly number: number; readonly job: DecodeJob }) => {
  const answer = await runJob(job);
  parentPort?.postMessage({ number, answer }, [answer.data.buffer as ArrayBuffer]);
});
parentPort?.postMessage("ready");
