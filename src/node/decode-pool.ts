// Threads that decode pictures, as many as the machine has cores. They live for one call: the next one would hardly find them warm,
// and a process with nothing left to do can end. Where threads cannot start, because TypeScript's sources run without a loader that
// threads inherit, or because there are few pictures, the same work is done here.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ChainruleError } from "../errors/error.ts";
import { type Decoded, type DecodeJob, runJob } from "./decode-job.ts";

export interface Pool {
  /** Takes the jobs one by one and hands on each answer as it comes, in any order. */
  run(jobs: readonly DecodeJob[], take: (answer: Decoded, job: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** A thread takes a quarter of a second to start; in which some thousand small pictures are decoded. */
const fewFiles = 500;
const fewBytes = 2 ** 22;

/** In milliseconds; a portion takes a fraction of a second, the largest picture some ten. */
const patience = 120_000;

export async function openPool(work: { files: number; bytes: number }, threads?: number): Promise<Pool> {
  const few = work.files < fewFiles && work.bytes < fewBytes;
  const wanted = threads ?? (few ? 0 : availableParallelism());
  const workers = (await Promise.all(Array.from({ length: wanted }, startWorker))).filter((worker) => worker !== null);
  const close = async () => void (await Promise.all(workers.map((worker) => worker.terminate())));
  return { run: (jobs, take) => (workers.length > 0 ? share(workers, jobs, take) : runHere(jobs, take)), close };
}

/** null where it does not come up. */
function startWorker(): Promise<Worker | null> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Promise((resolve) => {
    const worker = new Worker(new URL(`./decode-worker.${extension}`, import.meta.url), { stderr: true });
    const end = (result: Worker | null) => {
      forget(worker);
      resolve(result);
    };
    worker.once("message", () => end(worker));
    worker.once("error", () => end(null));
    worker.once("exit", () => end(null));
  });
}

/** Event by event: without a name Node's own listener goes too, and no message arrives any more. */
function forget(worker: Worker): void {
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
}

async function runHere(jobs: readonly DecodeJob[], take: (answer: Decoded, job: number) => void): Promise<void> {
  for (const [n, job] of jobs.entries()) {
    take(await runJob(job), n);
    // Lets timers and signals in.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function share(
  workers: readonly Worker[],
  jobs: readonly DecodeJob[],
  take: (answer: Decoded, job: number) => void,
): Promise<void> {
  let next = 0;
  const serve = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      let current = -1;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const give = () => {
        clearTimeout(timer);
        if (next >= jobs.length) return resolve();
        current = next++;
        worker.postMessage(jobs[current]);
        timer = setTimeout(() => fail(`no answer within ${patience / 1000} seconds`), patience);
      };
      const fail = (reason: string) => {
        clearTimeout(timer);
        const { paths } = jobs[Math.max(current, 0)];
        reject(
          new ChainruleError(
            "device",
            "loadImageFolder",
            `decoding failed between ${paths[0]} and ${paths[paths.length - 1]}: ${reason}`,
          ),
        );
      };
      worker.on("message", (answer: Decoded) => {
        try {
          take(answer, current);
          give();
        } catch (error) {
          clearTimeout(timer);
          reject(error);
        }
      });
      worker.on("error", (error) => fail(error.message));
      worker.on("exit", () => fail("its thread ended, perhaps for want of memory"));
      give();
    });
  const served = Promise.all(workers.map(serve)).then(() => {});
  return served.finally(() => {
    for (const worker of workers) forget(worker);
  });
}
