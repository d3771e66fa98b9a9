// Schedules the kernel "convolution": its accesses become the sizes and strides of a convolution, which is planned (plan.ts), and one of its
// stores becomes y.
import { type Convolution, noLines, type Store } from "../../../compiler/kernel.ts";
import { readsOf } from "../../../compiler/kernel-accesses.ts";
import { buffersOfEpilogue } from "../../body/epilogue.ts";
import { productTime } from "../../cost/time.ts";
import { type Cut, distinct } from "../../cut.ts";
import type { Machine } from "../../machine.ts";
import { isDirect } from "../finisher.ts";
import { type ConvolutionPlan, planConvolution } from "./plan.ts";
import type { ConvolutionSpec } from "./spec.ts";

export interface ConvolutionSchedule extends Cut<Convolution> {
  readonly spec: ConvolutionSpec;
  readonly plan: ConvolutionPlan;
  /** The store that the product does itself; null if the epilogue does all. */
  readonly store: Store | null;
}

export function scheduleConvolution(
  kernel: Convolution,
  machine: Pick<Machine, "relaxed" | "winograd">,
): ConvolutionSchedule {
  const { x, w, epilogue } = kernel;
  const candidates = epilogue.stores.filter((store) => isDirect(epilogue, store));
  const lane = laneOf(kernel);
  const store = candidates.find(({ access }) => access.strides[lane] === 1) ?? candidates[0] ?? null;
  const spec = specOf(kernel, store, machine);
  const plan = planConvolution(spec);
  const results = kernel.axes.reduce((product, { size }) => product * size, 1);
  return {
    kind: "convolution",
    kernel,
    buffers: distinct([x.buffer, w.buffer, ...buffersOfEpilogue(epilogue)]),
    units: plan.units,
    scratchBytes: plan.scratchBytes,
    time: productTime(plan.cost, { epilogue, lane, results }),
    spec,
    plan,
    store,
  };
}

/** The axis of an epilogue's lanes: the columns, or the images where each has a single position. */
export const laneOf = ({ axes }: Convolution): 0 | 4 => (axes[3].size * axes[4].size === 1 ? 0 : 4);

/** How far the places of an epilogue follow one another (spec.ts). */
function runsOf({ axes, epilogue }: Convolution): ConvolutionSpec["runs"] {
  const [, , , rows, columns] = axes.map(({ size }) => size);
  const reads = readsOf({ kind: "loops", name: "", axes: [], ...noLines, epilogue });
  const all = [
    ...[...reads, ...epilogue.stores.map(({ access }) => access)].map(({ strides }) => strides),
    ...epilogue.instructions.flatMap((line) => (line.kind === "position" ? [line.strides] : [])),
  ];
  const follow = (axis: number, places: number) =>
    all.every((strides) => (strides[axis] ?? 0) === places * (strides[4] ?? 0));
  if (rows * columns === 1) return "images";
  // Along an axis of size 1 there is no index to count by.
  if (columns === 1 || !follow(3, columns)) return "rows";
  return follow(0, rows * columns) ? "images" : "planes";
}

function specOf(
  kernelOf: Convolution,
  store: Store | null,
  { relaxed, winograd }: Pick<Machine, "relaxed" | "winograd">,
): ConvolutionSpec {
  const { axes, channels, x, w, size, kernel, stride, padding, inputDilation, kernelDilation } = kernelOf;
  const [batch, groups, outputs, rows, columns] = axes.map(({ size }) => size);
  const [image = 0, group = 0, output = 0, row = 0, column = 0] = store?.access.strides ?? [];
  return {
    batch,
    groups,
    channels,
    outputs,
    size,
    kernel,
    positions: [rows, columns],
    stride,
    padding,
    inputDilation,
    kernelDilation,
    runs: runsOf(kernelOf),
    relaxed,
    winograd,
    x: { image: x.strides[0], group: x.strides[1], channel: x.strides[2], row: x.strides[3], column: x.strides[4] },
    w: { group: w.strides[0], output: w.strides[1], channel: w.strides[2], row: w.strides[3], column: w.strides[4] },
    // Columns past the first one of an image with a single position are those of the next images.
    y: { image, group, output, row, column: laneOf(kernelOf) === 0 ? image : column },
  };
}
