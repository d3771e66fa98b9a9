// A pool of threads that decode pictures, as many as the machine has processors. It lives for one call, so that a process with nothing
// left to do can end. Without threads, because there are few pictures or because threads cannot start (TypeScript sources that run
// without a loader that threads inherit), the calling thread does the same work.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ChainruleError } from "../errors/error.ts";
import { type Decoded, type DecodeJob, runJob } from "./decode-job.ts";

export interface Pool {
  /** Runs the jobs and calls `take` with each answer as it comes, in any order. */
  run(jobs: readonly DecodeJob[], take: (answer: Decoded, job: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** Fewer pictures than this are decoded without threads: a thread takes 0.25 s to start, enough for a thousand small pictures. */
const minFiles = 500;
const minBytes = 2 ** 22;

/** A thread that does not answer within this time has failed. A job takes a fraction of a second, the largest picture about ten seconds. */
const timeoutMs = 120_000;

export async function openPool(work: { files: number; bytes: number }, threads?: number): Promise<Pool> {
  const isSmall = work.files < minFiles && work.bytes < minBytes;
  const wanted = threads ?? (isSmall ? 0 : availableParallelism());
  const workers = (await Promise.all(Array.from({ length: wanted }, startWorker))).filter((worker) => worker !== null);
  const close = async () => void (await Promise.all(workers.map((worker) => worker.terminate())));
  return { run: (jobs, take) => (workers.length > 0 ? share(workers, jobs, take) : runHere(jobs, take)), close };
}

/** Starts a thread; null where it does not start. */
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

/** Removes the listeners by name: without a name Node's own listener would be removed too, and no message would arrive any more. */
function forget(worker: Worker): void {
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
}

async function runHere(jobs: readonly DecodeJob[], take: (answer: Decoded, job: number) => void): Promise<void> {
  for (const [n, job] of jobs.entries()) {
    take(await runJob(job), n);
    // Lets Node handle timers and signals.
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
        timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1000} seconds`), timeoutMs);
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
      worker.on("exit", () => fail("its thread ended, perhaps for lack of memory"));
      give();
    });
  const served = Promise.all(workers.map(serve)).then(() => {});
  return served.finally(() => {
    for (const worker of workers) forget(worker);
  });
}
