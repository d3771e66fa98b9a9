// A pool of threads that decode pictures, as many as the machine has processors. It lives for one call, so that the process can end
// afterwards. Where there are few pictures, or where threads cannot start (with TypeScript sources, whose loader threads do not inherit), the
// calling thread does the same work.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ChainruleError } from "../../errors/error.ts";
import type { DecoderName } from "../decoders/installed.ts";
import { versionOf } from "../decoders/versions.ts";
import { nextTurn } from "../next-turn.ts";
import { printable } from "../printable.ts";
import { type DecodeAnswer, type DecodeJob, runJob } from "./decode-job.ts";

export interface Pool {
  /** Runs the jobs and calls `take` with each answer as it comes, in any order. */
  run(jobs: readonly DecodeJob[], take: (answer: DecodeAnswer, job: number) => void): Promise<void>;
  close(): Promise<void>;
}

/**
 * The minimum work for threads, in files or in bytes. A thread takes 0.25 s to start, in which some hundred small pictures are decoded.
 * sharp decodes in threads of its own, and the calling thread only frames; so more files are needed before threads save time. For large
 * files, which take long to decode and not to frame, threads save none.
 */
const minWork: Readonly<Record<DecoderName, { readonly files: number; readonly bytes: number }>> = {
  sharp: { files: 2000, bytes: Number.POSITIVE_INFINITY },
  jimp: { files: 500, bytes: 2 ** 22 },
};

/** The number of jobs that a thread runs concurrently: while sharp decodes for one job, in its own thread, pictures of the other are framed. */
const jobsAtOnce = 2;

/** A thread that does not answer within this time has failed. A job takes a fraction of a second, the largest picture about ten seconds. */
const timeoutMs = 120_000;

/** The size of a call's work. */
export interface Work {
  /** The function that the user called, for errors. */
  readonly call: string;
  readonly files: number;
  /** The sum of the files' sizes. */
  readonly bytes: number;
}

/** Opens a pool of `threads` threads; by default of one for each processor, or of none for little work. */
export async function openPool({ call, files, bytes }: Work, threads?: number): Promise<Pool> {
  const { files: minFiles, bytes: minBytes } = minWork[versionOf("sharp") === null ? "jimp" : "sharp"];
  const isSmall = files < minFiles && bytes < minBytes;
  const threadCount = threads ?? (isSmall ? 0 : availableParallelism());
  const workers = (await Promise.all(Array.from({ length: threadCount }, startWorker))).filter(
    (worker) => worker !== null,
  );
  const close = async () => void (await Promise.all(workers.map((worker) => worker.terminate())));
  return {
    run: (jobs, take) => (workers.length > 0 ? share(workers, { call, jobs, take }) : runHere(jobs, take)),
    close,
  };
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

/** Removes the listeners event by event: without an event's name Node's own listener would be removed too, and no message would arrive. */
function forget(worker: Worker): void {
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
}

type Take = (answer: DecodeAnswer, job: number) => void;

/** Runs the jobs in the calling thread. */
async function runHere(jobs: readonly DecodeJob[], take: Take): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < jobs.length && !failed) {
      const number = next++;
      try {
        const answer = await runJob(jobs[number]);
        if (failed) return;
        take(answer, number);
      } catch (error) {
        failed = true;
        throw error;
      }
      await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: Math.max(jobsAtOnce, availableParallelism()) }, lane));
}

interface Shared {
  readonly call: string;
  readonly jobs: readonly DecodeJob[];
  readonly take: Take;
}

/** Shares the jobs among the threads: each gets its next job when it has answered one. */
function share(workers: readonly Worker[], { call, jobs, take }: Shared): Promise<void> {
  let next = 0;
  const serve = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      const timers = new Map<number, ReturnType<typeof setTimeout>>();
      const end = () => {
        for (const timer of timers.values()) clearTimeout(timer);
      };
      const fail = (reason: string) => {
        const [first = 0] = timers.keys();
        end();
        const { paths } = jobs[first];
        const place = printable(`between ${paths[0]} and ${paths[paths.length - 1]}`);
        reject(new ChainruleError("device", call, `decoding failed ${place}: ${reason}`));
      };
      const postJobs = () => {
        while (timers.size < jobsAtOnce && next < jobs.length) {
          const number = next++;
          worker.postMessage({ number, job: jobs[number] });
          timers.set(
            number,
            setTimeout(() => fail(`no answer within ${timeoutMs / 1000} seconds`), timeoutMs),
          );
        }
        if (timers.size === 0) resolve();
      };
      worker.on("message", ({ number, answer }: { readonly number: number; readonly answer: DecodeAnswer }) => {
        clearTimeout(timers.get(number));
        timers.delete(number);
        try {
          take(answer, number);
          postJobs();
        } catch (error) {
          end();
          reject(error);
        }
      });
      worker.on("error", (error) => fail(error.message));
      worker.on("exit", () => fail("its thread ended, perhaps for lack of memory"));
      postJobs();
    });
  const served = Promise.all(workers.map(serve)).then(() => {});
  return served.finally(() => {
    for (const worker of workers) forget(worker);
  });
}
