// The measurement that the benches of WebAssembly kernels share. Every round measures the limit and all cases, so that a busy machine slows
// all of them, and each case's median speed is reported as a share of the limit. Engines compile differently in each process: run several.
import { limitsOf } from "./limit-loops.js";
import { median } from "./statistics.js";

/** Prints a Markdown table of cases { label, operations, repeats, run, plan } under the heading `kind`; microseconds have `digits` digits. */
export function measureShares(cases, { kind, rounds, relaxed, digits }) {
  const limits = limitsOf(relaxed);
  const speeds = limits.map(() => []);
  const times = cases.map(() => []);
  for (let round = -3; round < rounds; round++) {
    for (const [i, limit] of limits.entries()) {
      const start = performance.now();
      const operations = limit();
      if (round >= 0) speeds[i].push(operations / (performance.now() - start));
    }
    for (const [i, { run, repeats }] of cases.entries()) {
      const start = performance.now();
      for (let repeat = 0; repeat < repeats; repeat++) run();
      if (round >= 0) times[i].push((performance.now() - start) / repeats);
    }
  }
  const limit = Math.max(...speeds.map(median));
  console.log(
    `Node ${process.version}, limit ${(limit / 1e6).toFixed(1)} GFLOP/s, ${relaxed ? "" : "no "}fused multiply-add`,
  );
  console.log(`| ${kind} | µs | GFLOP/s | share of the limit | plan |\n|---|---:|---:|---:|---|`);
  for (const [i, { label, operations, plan }] of cases.entries()) {
    const time = median(times[i]);
    const share = `${((100 * operations) / time / limit).toFixed(0)} %`;
    console.log(
      `| ${[label, (1e3 * time).toFixed(digits), (operations / time / 1e6).toFixed(1), share, plan].join(" | ")} |`,
    );
  }
}
