// The physical limit of one thread: a WebAssembly loop of f32x4 multiply-adds, sum = sum · x + y, in 8 to 13 chains that depend on nothing
// but themselves; the best of these. What a kernel reaches is told as a share of it, and both are measured at the same time, so that a busy
// machine slows both. The benches measure it with the same loops (bench/limit-loops.js).
import { internal } from "../../errors/error.ts";
import { Module } from "./assembler/assembler.ts";

/** How often a loop goes round in a run: 2 · 4 · 13 · 2¹⁶ operations take some 0.1 ms. */
const usualRounds = 1 << 16;
/** As many chains as some processors keep on their way at least, and as registers hold at most. */
const chainCounts = [8, 10, 12, 13];
/** Runs of each loop in a measurement. */
const runs = 5;
/** Milliseconds in which an engine has made its best code of a loop that runs. */
const warmUp = 40;

/** Runs once, and gives how many floating-point operations that were. */
export type LimitLoop = () => number;

/** The loops, each going round so often. `relaxed`: with fused multiply-add, which the engine must have. */
export function limitLoops(relaxed: boolean, rounds: number = usualRounds): readonly LimitLoop[] {
  return chainCounts.map((count) => {
    const run = chains(count, relaxed);
    return () => {
      run(rounds);
      return rounds * count * 8;
    };
  });
}

function chains(count: number, relaxed: boolean): (rounds: number) => void {
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
    // Somebody has to want the sums, or the engine leaves them out.
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
  return (rounds) => void limit(rounds);
}

/** The loops of this process with fused multiply-add and without, run until the engine had compiled them well. */
const warmLoops = new Map<boolean, readonly LimitLoop[]>();

function warm(relaxed: boolean): readonly LimitLoop[] {
  const known = warmLoops.get(relaxed);
  if (known !== undefined) return known;
  const loops = limitLoops(relaxed);
  for (const start = performance.now(); performance.now() - start < warmUp; ) for (const loop of loops) loop();
  warmLoops.set(relaxed, loops);
  return loops;
}

/** Runs all loops in turn, a few milliseconds each time that it is asked to, and keeps their times. */
export class Limit {
  readonly #loops: readonly LimitLoop[];
  /** By loop: operations a millisecond. */
  readonly #speeds: readonly number[][];

  /** `relaxed`: of fused multiply-adds, which the engine must have. */
  constructor(relaxed: boolean) {
    this.#loops = warm(relaxed);
    this.#speeds = this.#loops.map(() => []);
  }

  measure(): void {
    for (let run = 0; run < runs; run++) {
      for (const [i, loop] of this.#loops.entries()) {
        const start = performance.now();
        const operations = loop();
        this.#speeds[i].push(operations / (performance.now() - start));
      }
    }
  }

  /** The best loop's median so far, in floating-point operations a millisecond. */
  get speed(): number {
    return Math.max(...this.#speeds.map(median));
  }
}

function median(values: readonly number[]): number {
  if (values.length === 0) throw internal("the limit is asked for before it is measured");
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
