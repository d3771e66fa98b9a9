// Schedules as text: one line for explain(), and everything that is decided about a kernel, a line for each decision.
import type { Store } from "../compiler/kernel.ts";
import { describeNest } from "./nest/plan.ts";
import type { NestSchedule } from "./nest/schedule.ts";
import { describeConvolution } from "./products/convolution/plan.ts";
import type { ConvolutionSchedule } from "./products/convolution/schedule.ts";
import { describeMatmul, type PanelShape } from "./products/matmul/plan.ts";
import type { MatmulSchedule } from "./products/matmul/schedule.ts";
import type { Schedule } from "./schedule.ts";
import { describeTopk, type TopkMethod, type TopkSchedule } from "./topk/plan.ts";

/** A schedule in one line, for explain(). */
export function describe(schedule: Schedule): string {
  switch (schedule.kind) {
    case "loops":
    case "scan":
      return describeNest(schedule.nest, schedule.plan, schedule.form);
    case "matmul": {
      const { matrices, plan } = schedule;
      return `${matrices === 1 ? "" : `${matrices} times `}${describeMatmul(plan)}`;
    }
    case "convolution":
      return describeConvolution(schedule.plan);
    case "topk":
      return describeTopk(schedule);
    default:
      return schedule satisfies never;
  }
}

/** A decision and what was decided. */
type Line = readonly [string, string];

/** All of a schedule. */
export function print(schedule: Schedule): string {
  const { kernel, units, time, scratchBytes } = schedule;
  const scratch = scratchBytes === 0 ? "" : `, ${scratchBytes} bytes of scratch memory`;
  const lines = linesOf(schedule);
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return [
    `${kernel.name}: ${units === 1 ? "one unit" : `${units} units`}, about ${Number((time / 1e3).toPrecision(2))} µs${scratch}`,
    ...lines.map(([name, text]) => `  ${name.padEnd(width)}${text}`),
  ].join("\n");
}

function linesOf(schedule: Schedule): readonly Line[] {
  switch (schedule.kind) {
    case "loops":
    case "scan":
      return linesOfNest(schedule);
    case "matmul":
      return linesOfMatmul(schedule);
    case "convolution":
      return linesOfConvolution(schedule);
    case "topk":
      return linesOfTopk(schedule);
    default:
      return schedule satisfies never;
  }
}

function linesOfNest({ nest, plan, form }: NestSchedule): Line[] {
  const { lane, vectors, piece } = plan;
  const axis = (i: number) => `axis ${i} (${nest.axes[i].kind} ${nest.axes[i].size})`;
  const units = plan.units.map(axis);
  if (piece !== null && lane !== null) units.push(`pieces of ${piece} of axis ${lane}`);
  const loops = plan.loops.map((loop) => {
    if (loop.axis === lane) return `${axis(loop.axis)} in steps of ${4 * vectors} lanes`;
    return `${axis(loop.axis)}${loop.unrolled ? " unrolled" : ""}`;
  });
  return [
    ["units", units.join(", ") || "the whole nest"],
    ["loops", loops.join(", then ") || "none"],
    ["cost", `${rounded(plan.cost)} instructions on ${form === "vector" ? "vectors" : "numbers"} for each result`],
  ];
}

function linesOfMatmul({ spec, plan, batch, target, matrices }: MatmulSchedule): Line[] {
  const { m, n, k } = spec;
  const { panel, edge, block, packA, packB, sums, scratch } = plan;
  const tile = ({ rows, columns }: PanelShape) => `${rows}×${columns}`;
  const formula = target.transposed ? "Cᵀ = Bᵀ·Aᵀ" : "C = A·B";
  const [left, right] = target.transposed ? ["Bᵀ", "Aᵀ"] : ["A", "B"];
  const packed = (isPacked: boolean, at: number) => (isPacked ? `packed at ${at} of scratch memory` : "in place");
  return [
    ["product", `${formula}, [${m}, ${k}]·[${k}, ${n}]${matrices === 1 ? "" : `, for [${batch.join(", ")}] matrices`}`],
    ["tiles", `${tile(panel)}${edge ? `, at the edge ${tile(edge)}` : ""}`],
    ["blocks", `${block.m} rows × ${block.n} columns × ${block.k} terms`],
    [left, packed(packA, scratch.a)],
    [right, packed(packB, 0)],
    ["sums", sumsOf(block.k >= k, sums !== null, scratch.sums)],
    ["stores", storesOf(target.store, spec.sums === "rows")],
    ["cost", `${rounded(matrices * plan.cost)} half cycles`],
  ];
}

/** Where the sums of a tile are between two blocks of terms. */
function sumsOf(isWhole: boolean, inScratch: boolean, at: number): string {
  if (isWhole) return `complete after one block${inScratch ? `, at ${at} of scratch memory` : ""}`;
  return inScratch ? `at ${at} of scratch memory between blocks` : "in C between blocks";
}

/** What stores the results. */
function storesOf(store: Store | null, inRows: boolean): string {
  if (store !== null) return `to ${store.access.buffer.name} by the product`;
  return inRows ? "by the epilogue, row by row" : "by the epilogue";
}

function linesOfConvolution({ kernel, plan, store }: ConvolutionSchedule): Line[] {
  return [
    ["y", `[${kernel.axes.map(({ size }) => size).join(", ")}]: images, groups, outputs, rows, columns`],
    ["sums", `${kernel.channels} channels × ${kernel.kernel.join("×")}`],
    ...plan.parts.map(({ algorithm, plan: { units, cost, description } }): Line => {
      return [algorithm, `${description}; ${units} units, ${rounded(cost)} half cycles`];
    }),
    ["stores", storesOf(store, false)],
  ];
}

const topkMethods = {
  insertion: "insertion into the list of the largest",
  selection: "those that exceed the last of them so far are collected, and sorted when there are many",
  radix: "sort of the indices by digits of 8 bits, between two places in scratch memory",
  merge: "merge sort of the indices, between two lists in scratch memory",
} satisfies Record<TopkMethod, string>;

const linesOfTopk = ({ kernel: { size, k }, method }: TopkSchedule): Line[] => [
  ["lines", `of ${size}, of which the ${k} largest are found`],
  ["method", topkMethods[method]],
];

const rounded = (cost: number): number => Number(cost.toPrecision(3));
