// The physical limit (limit-loops.js) of one thread, and of several at once: each thread of this process runs the same loop, all begin
// together, and the speed is their operations divided by the time from the first beginning to the last end. Two threads of one core are
// hardly faster than one thread; two cores are twice as fast.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";
import { median } from "./statistics.js";

register();
const { hasRelaxed, limitsOf } = await import("./limit-loops.js");

/** Whether this engine has fused multiply-add. If so, the limit is that of fused multiply-adds. */
export const relaxed = hasRelaxed();

const loops = limitsOf(relaxed);
const word = { round: 0, loop: 1, arrived: 2, finished: 3 };
const words = 4;

export class Limits {
  threads;
  /** The measured speeds of each loop, in operations per millisecond. */
  #speeds = loops.map(() => []);
  #words;
  #times;

  constructor(threads, shared) {
    this.threads = threads;
    this.#words = new Int32Array(shared, 0, words);
    this.#times = timesIn(shared, threads);
  }

  /** Starts threads - 1 workers, which sleep between rounds. */
  static async open(threads) {
    const shared = new SharedArrayBuffer(4 * words + 16 * threads);
    for (let index = 1; index < threads; index++) {
      const worker = new Worker(new URL(import.meta.url), { workerData: { limits: { shared, threads, index } } });
      worker.unref();
      await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    }
    const limits = new Limits(threads, shared);
    for (let round = 0; round < 3; round++) limits.measure(); // until the engine has optimised the loops
    limits.take();
    return limits;
  }

  /** Measures one round of all loops. */
  measure() {
    for (const [i, speeds] of this.#speeds.entries()) speeds.push(this.#run(i));
  }

  /** The largest of the loops' median speeds since the last call, in operations per millisecond; 0 without a round. */
  take() {
    const best = Math.max(...this.#speeds.map((speeds) => median(speeds) ?? 0));
    for (const speeds of this.#speeds) speeds.length = 0;
    return best;
  }

  #run(loop) {
    Atomics.store(this.#words, word.loop, loop);
    Atomics.store(this.#words, word.arrived, 0);
    Atomics.store(this.#words, word.finished, 0);
    Atomics.add(this.#words, word.round, 1);
    Atomics.notify(this.#words, word.round);
    const operations = takePart(this.#words, this.#times, 0, this.threads);
    for (let done = 0; done < this.threads; done = Atomics.load(this.#words, word.finished))
      Atomics.wait(this.#words, word.finished, done, 1);
    const begins = Array.from({ length: this.threads }, (_, i) => this.#times[2 * i]);
    const ends = begins.map((_, i) => this.#times[2 * i + 1]);
    return (this.threads * operations) / (Math.max(...ends) - Math.min(...begins));
  }
}

/** The times at which each thread began and ended, in milliseconds of a clock that all threads share. */
function timesIn(shared, threads) {
  return new Float64Array(shared, 4 * words, 2 * threads);
}

/** Waits until all threads have arrived, runs the current loop, and returns the number of its operations. */
function takePart(all, times, index, threads) {
  const loop = loops[Atomics.load(all, word.loop)];
  Atomics.add(all, word.arrived, 1);
  while (Atomics.load(all, word.arrived) < threads);
  times[2 * index] = Number(process.hrtime.bigint()) / 1e6;
  const operations = loop();
  times[2 * index + 1] = Number(process.hrtime.bigint()) / 1e6;
  Atomics.add(all, word.finished, 1);
  Atomics.notify(all, word.finished);
  return operations;
}

if (!isMainThread && workerData?.limits) {
  const { shared, threads, index } = workerData.limits;
  const all = new Int32Array(shared, 0, words);
  parentPort.postMessage("ready");
  for (let round = 0; ; round++) {
    Atomics.wait(all, word.round, round);
    takePart(all, timesIn(shared, threads), index, threads);
  }
}
