// A pool of threads that decode pictures, as many as the machine has processors. It lives for one call, so that a process with nothing
// left to do can end. Without threads, because there are few pictures or because threads cannot start (TypeScript sources that run
// without a loader that threads inherit), the calling thread does the same work.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ChainruleError } from "../../errors/error.ts";
import type { DecoderName } from "../decoders/installed.ts";
import { versionOf } from "../decoders/versions.ts";
import { printable } from "../printable.ts";
import { type Decoded, type DecodeJob, runJob } from "./decode-job.ts";

export interface Pool {
  /** Runs the jobs and calls `take` with each answer as it comes, in any order. */
  run(jobs: readonly DecodeJob[], take: (answer: Decoded, job: number) => void): Promise<void>;
  close(): Promise<void>;
}

/**
 * Less work than this is done without threads: a thread takes 0.25 s to start, enough for some hundred small pictures. sharp decodes in
 * threads of its own, so that the calling thread only frames, and threads of ours pay later; for large files, which take long to decode and
 * not to frame, they do not pay at all.
 */
const least: Readonly<Record<DecoderName, { readonly files: number; readonly bytes: number }>> = {
  sharp: { files: 2000, bytes: Number.POSITIVE_INFINITY },
  jimp: { files: 500, bytes: 2 ** 22 },
};

/** The jobs that a thread runs at the same time: while sharp decodes for one, in a thread of its own, pictures of the other are framed. */
const jobsAtOnce = 2;

/** A thread that does not answer within this time has failed. A job takes a fraction of a second, the largest picture about ten seconds. */
const timeoutMs = 120_000;

export interface Work {
  /** The function that the user called, for errors. */
  readonly call: string;
  readonly files: number;
  /** The sum of the files' sizes. */
  readonly bytes: number;
}

/** Opens a pool of `threads` threads, by default of as many as the work is worth. */
export async function openPool({ call, files, bytes }: Work, threads?: number): Promise<Pool> {
  const { files: minFiles, bytes: minBytes } = least[versionOf("sharp") === null ? "jimp" : "sharp"];
  const isSmall = files < minFiles && bytes < minBytes;
  const wanted = threads ?? (isSmall ? 0 : availableParallelism());
  const workers = (await Promise.all(Array.from({ length: wanted }, startWorker))).filter((worker) => worker !== null);
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

/** Removes the listeners by name: without a name Node's own listener would be removed too, and no message would arrive any more. */
function forget(worker: Worker): void {
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
}

type Take = (answer: Decoded, job: number) => void;

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
      // Lets Node handle timers and signals.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: Math.max(jobsAtOnce, availableParallelism()) }, lane));
}

interface Shared {
  readonly call: string;
  readonly jobs: readonly DecodeJob[];
  readonly take: Take;
}

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
      const give = () => {
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
      worker.on("message", ({ number, answer }: { readonly number: number; readonly answer: Decoded }) => {
        clearTimeout(timers.get(number));
        timers.delete(number);
        try {
          take(answer, number);
          give();
        } catch (error) {
          end();
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
