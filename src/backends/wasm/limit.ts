// Measures the physical limit of one thread: the fastest of several WebAssembly loops of f32x4 multiply-adds, sum = sum · x + y, with 8
// to 13 independent dependency chains. profile() gives the speed of a kernel as a share of this limit, and measures both at the same
// time, so that a busy machine slows both. The benches measure the limit with the same loops (bench/limit-loops.js).
import { internal } from "../../errors/error.ts";
import { Module } from "./assembler/assembler.ts";

/** Iterations of a run: 2 · 4 · 13 · 2¹⁶ operations take about 0.1 ms. */
const defaultIterations = 1 << 16;
/** Chains of each loop: processors need at least 8 to hide the latency, and registers hold at most 13. */
const chainCounts = [8, 10, 12, 13];
/** Runs of each loop in a measurement. */
const runs = 5;
/** Time after which the engine has optimised a running loop, in milliseconds. */
const warmUpMs = 40;

/** Runs a loop once and returns its number of floating-point operations. */
export type LimitLoop = () => number;

/** The loops with this number of iterations; `relaxed`: with relaxed multiply-add, which the engine must have. */
export function limitLoops(relaxed: boolean, iterations: number = defaultIterations): readonly LimitLoop[] {
  return chainCounts.map((count) => {
    const run = chains(count, relaxed);
    return () => {
      run(iterations);
      return iterations * count * 8;
    };
  });
}

/** Compiles a loop of `count` chains. */
function chains(count: number, relaxed: boolean): (iterations: number) => void {
  const module = new Module({ initial: 1, maximum: 1, shared: false });
  const run = module.function("limit", { parameters: ["i32"], results: ["f32"] }, (code, left) => {
    const sums = Array.from({ length: count }, () => code.local("v128"));
    const [x, y] = [code.local("v128"), code.local("v128")];
    code.f32x4(0.5).set(x).f32x4(0.25).set(y);
    code.loop((again) => {
      for (const sum of sums) {
        if (relaxed) code.get(sum).get(x).get(y).op("f32x4.relaxed_madd").set(sum);
        else code.get(sum).get(x).op("f32x4.mul").get(y).op("f32x4.add").set(sum);
      }
      code.get(left).i32(1).op("i32.sub").tee(left).brIf(again);
    });
    // The sums have to be used, or the engine removes them as dead code.
    for (const [i, sum] of sums.entries()) {
      code.get(sum).lane("f32x4.extract_lane", i % 4);
      if (i > 0) code.op("f32.add");
    }
  });
  module.export("limit", run);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  const { limit } = exports;
  if (typeof limit !== "function") throw internal("the module of the limit exports no function");
  return (iterations) => void limit(iterations);
}

/** The loops of this process, by `relaxed`, after their warm-up. */
const warmLoops = new Map<boolean, readonly LimitLoop[]>();

function warm(relaxed: boolean): readonly LimitLoop[] {
  const earlier = warmLoops.get(relaxed);
  if (earlier !== undefined) return earlier;
  const loops = limitLoops(relaxed);
  for (const start = performance.now(); performance.now() - start < warmUpMs; ) for (const loop of loops) loop();
  warmLoops.set(relaxed, loops);
  return loops;
}

/** A measurement of the limit. */
export class Limit {
  readonly #loops: readonly LimitLoop[];
  /** Speeds of each loop's runs, in operations per millisecond. */
  readonly #speeds: readonly number[][];

  /** `relaxed`: with relaxed multiply-add, which the engine must have. */
  constructor(relaxed: boolean) {
    this.#loops = warm(relaxed);
    this.#speeds = this.#loops.map(() => []);
  }

  /** Runs all loops in turn for a few milliseconds and records their speeds. */
  measure(): void {
    for (let run = 0; run < runs; run++) {
      for (const [i, loop] of this.#loops.entries()) {
        const start = performance.now();
        const operations = loop();
        this.#speeds[i].push(operations / (performance.now() - start));
      }
    }
  }

  /** The largest median of a loop's speeds so far, in floating-point operations per millisecond. */
  get speed(): number {
    return Math.max(...this.#speeds.map(median));
  }
}

function median(values: readonly number[]): number {
  if (values.length === 0) throw internal("the limit is read before it is measured");
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
