// Graph -> kernels -> dispatches -> WGSL, as data: all that does not need the device itself. What does not fit the adapter is refused here.
import { fuse } from "../../compiler/fuse.ts";
import { type Graph, outputsOf, reachable } from "../../compiler/graph.ts";
import { inPlace } from "../../compiler/in-place.ts";
import type { Buffer, KernelProgram } from "../../compiler/kernel.ts";
import { readsOf, writesOf } from "../../compiler/kernel-accesses.ts";
import { everywhere } from "../../compiler/loops/body.ts";
import { multiply } from "../../compiler/one-by-one.ts";
import { ChainruleError } from "../../errors/error.ts";
import type { Routine } from "../../loops/program.ts";
import { cutOnce } from "../../schedule/gpu/alike.ts";
import type { KernelCut } from "../../schedule/gpu/cut.ts";
import type { Dispatch, FailureSite, GpuCut, GpuLimits } from "../../schedule/gpu/dispatch.ts";
import { joinOperands } from "../../schedule/gpu/join.ts";
import { assignSlots, gpuBytesOf, type Slots } from "../../schedule/gpu/slots.ts";
import { minPositions } from "../../schedule/limits.ts";
import { describe } from "../../tensor/dtype.ts";
import { writeWgsl } from "./wgsl/write.ts";

/** A dispatch with its text. */
export interface Step {
  /** The index of its kernel. */
  readonly kernel: number;
  readonly dispatch: Dispatch;
  readonly wgsl: string;
}

/** A graph as a GPU runs it. */
export interface Lowered {
  readonly graph: Graph;
  readonly kernels: KernelProgram;
  readonly steps: readonly Step[];
  readonly slots: Slots;
  /** The accesses whose index data decides, in the order of the table of failures. */
  readonly sites: readonly FailureSite[];
}

/** What programs are lowered for: what the adapter allows, and how kernels are cut for it. */
export interface GpuMachine {
  readonly limits: GpuLimits;
  readonly cut: KernelCut;
}

/** A graph's kernels, which the adapter can run. */
export interface Fused {
  readonly graph: Graph;
  readonly kernels: KernelProgram;
}

/** Throws a ChainruleError "dtype" for float64, and "memory" where a tensor is larger than the adapter can bind. */
export function fuseFor(simple: Graph, { limits }: GpuMachine): Fused {
  const graph = everywhere(simple, (part) => {
    checkTypes(part);
    return multiply(part, minPositions);
  });
  const kernels = inPlace(fuse(graph));
  checkSizes(kernels, limits);
  return { graph, kernels };
}

/** Lowers kernel by kernel, so that other work of the thread can run in between: yields each kernel's steps, and returns all. */
export function* lowering({ graph, kernels }: Fused, { limits, cut: cutKernel }: GpuMachine): Lowering {
  const sites: FailureSite[] = [];
  const site = (call: FailureSite["call"], size: number): number => {
    const known = sites.findIndex((other) => other.call === call && other.size === size);
    return known >= 0 ? known : sites.push({ call, size }) - 1;
  };
  const cut = cutOnce((kernel) => cutKernel(kernel, limits, site));
  // Kernels of a pattern share routines, and so texts.
  const texts = new Map<Routine, string>();
  const textOf = (dispatch: Dispatch): string => {
    const text = texts.get(dispatch.routine) ?? writeWgsl(dispatch);
    texts.set(dispatch.routine, text);
    return text;
  };
  const cuts: GpuCut[] = [];
  const steps: Step[] = [];
  for (const [index, kernel] of kernels.kernels.entries()) {
    const own = joinOperands(cut(kernel), limits);
    const ownSteps = own.dispatches
      .filter(isWork)
      .map((dispatch): Step => ({ kernel: index, dispatch, wgsl: textOf(dispatch) }));
    cuts.push(own);
    steps.push(...ownSteps);
    yield ownSteps;
  }
  return { graph, kernels, steps, slots: assignSlots(kernels, cuts), sites };
}

export type Lowering = Generator<readonly Step[], Lowered, void>;

const isWork = ({ workgroups }: Dispatch): boolean => workgroups.every((count) => count > 0);

function checkTypes(graph: Graph): void {
  for (const node of reachable(outputsOf(graph))) {
    if (node.dtype !== "float64") continue;
    const what = node.op === "argument" ? "an argument" : node.op === "state" ? "a state" : node.op;
    throw new ChainruleError(
      "dtype",
      "compile",
      `${what} is ${describe(node)}, and GPUs have no float64 (WGSL); convert it to float32 before, or use backend "wasm"`,
      { op: node.op, dtype: node.dtype, shape: node.shape },
    );
  }
}

function checkSizes({ kernels }: KernelProgram, { bindingBytes }: GpuLimits): void {
  for (const kernel of kernels) {
    const large = new Set<Buffer>();
    for (const { buffer } of [...readsOf(kernel), ...writesOf(kernel)])
      if (gpuBytesOf(buffer) > bindingBytes) large.add(buffer);
    if (large.size === 0) continue;
    const words = [...large].map((buffer) => `${describe(buffer)} (${mib(gpuBytesOf(buffer))})`);
    throw new ChainruleError(
      "memory",
      "compile",
      `${kernel.name} needs ${words.join(" and ")}, and this adapter binds at most ${mib(bindingBytes)} a tensor (maxStorageBufferBindingSize); use smaller batches, or backend "wasm"`,
      { limit: "maxStorageBufferBindingSize", bytes: bindingBytes },
    );
  }
}

const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
