// A pool of threads that decode pictures, as many as the machine has processors. A pool that lives for one call is closed at its end; an idle
// pool does not keep the process from ending. Where there are few pictures, or where threads cannot start (with TypeScript sources, whose
// loader threads do not inherit), the calling thread does the same work.
import { availableParallelism } from "node:os";
import type { DecoderName } from "../decoders/installed.ts";
import { versionOf } from "../decoders/versions.ts";
import type { DecodeAnswer } from "../form.ts";
import { nextTurn } from "../next-turn.ts";
import { type DecodeJob, runJob } from "./decode-job.ts";
import { DecodeThread } from "./decode-thread.ts";

/**
 * The minimum work for threads, in files or in bytes. A thread takes 0.25 s to start, in which some hundred small pictures are decoded.
 * sharp decodes in threads of its own, and the calling thread only frames; so more files are needed before threads save time. For large
 * files, which take long to decode and not to frame, threads save none.
 */
const minWork: Readonly<Record<DecoderName, { readonly files: number; readonly bytes: number }>> = {
  sharp: { files: 2000, bytes: Number.POSITIVE_INFINITY },
  jimp: { files: 500, bytes: 2 ** 22 },
};

/** The number of jobs that a thread gets at once: the calling thread answers at once, so that none of them waits. */
const defaultJobsAtOnce = 2;

/** The size of a call's work. */
export interface Work {
  /** The function that the user called, for errors. */
  readonly call: string;
  readonly files: number;
  /** The sum of the files' sizes. */
  readonly bytes: number;
  /** The number of jobs that a thread gets at once, default 2. More, where the calling thread computes for long between two answers. */
  readonly jobsAtOnce?: number;
}

/** Opens a pool of `threads` threads; by default of one for each processor, or of none for little work. */
export async function openPool(work: Work, threads?: number): Promise<Pool> {
  const { call, files, bytes, jobsAtOnce = defaultJobsAtOnce } = work;
  const { files: minFiles, bytes: minBytes } = minWork[versionOf("sharp") === null ? "jimp" : "sharp"];
  const isSmall = files < minFiles && bytes < minBytes;
  const threadCount = threads ?? (isSmall ? 0 : availableParallelism());
  const started = await Promise.all(Array.from({ length: threadCount }, () => DecodeThread.start(call)));
  return new Pool(
    started.filter((thread) => thread !== null),
    jobsAtOnce,
  );
}

/** Does one job at a time. */
type Lane = (job: DecodeJob) => Promise<DecodeAnswer>;

interface Waiting {
  readonly job: DecodeJob;
  readonly resolve: (answer: DecodeAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export class Pool {
  readonly #threads: readonly DecodeThread[];
  readonly #idle: Lane[];
  readonly #lanes: number;
  readonly #waiting: Waiting[] = [];

  constructor(threads: readonly DecodeThread[], jobsAtOnce: number) {
    this.#threads = threads;
    this.#idle =
      threads.length === 0
        ? Array.from({ length: Math.max(jobsAtOnce, availableParallelism()) }, () => laneHere)
        : threads.flatMap((thread) => Array.from({ length: jobsAtOnce }, () => (job: DecodeJob) => thread.run(job)));
    this.#lanes = this.#idle.length;
  }

  /** Runs a job as soon as a thread is free. Jobs begin in the order in which they are submitted. */
  submit(job: DecodeJob): Promise<DecodeAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#begin();
    });
  }

  /** Runs the jobs and calls `take` with each answer as it comes, in any order. After an error no further job begins. */
  async run(jobs: readonly DecodeJob[], take: (answer: DecodeAnswer, job: number) => void): Promise<void> {
    let next = 0;
    let failed = false;
    const work = async () => {
      while (next < jobs.length && !failed) {
        const number = next++;
        try {
          const answer = await this.submit(jobs[number]);
          if (failed) return;
          take(answer, number);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: this.#lanes }, work));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #begin(): void {
    while (this.#idle.length > 0) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) return;
      const lane = this.#idle.shift() ?? laneHere;
      lane(waiting.job)
        .then(waiting.resolve, waiting.reject)
        .finally(() => {
          this.#idle.push(lane);
          this.#begin();
        });
    }
  }
}

/** A lane of the calling thread. */
async function laneHere(job: DecodeJob): Promise<DecodeAnswer> {
  const answer = await runJob(job);
  await nextTurn();
  return answer;
}
