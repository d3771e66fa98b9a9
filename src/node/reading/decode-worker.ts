// The script of a decoding thread: it receives numbered jobs, runs two of them concurrently, and sends the pixels back without a copy. While
// sharp decodes for one job, in its own thread, pictures of the other are framed.
import { parentPort } from "node:worker_threads";
import { type DecodeJob, runJob } from "./decode-job.ts";

interface Numbered {
  readonly number: number;
  readonly job: DecodeJob;
}

const waiting: Numbered[] = [];
let free = 2;

async function lane(): Promise<void> {
  free--;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const answer = await runJob(next.job);
    parentPort?.postMessage({ number: next.number, answer }, [answer.data.buffer as ArrayBuffer]);
  }
  free++;
}

parentPort?.on("message", (numbered: Numbered) => {
  waiting.push(numbered);
  if (free > 0) void lane();
});
parentPort?.postMessage("ready");
