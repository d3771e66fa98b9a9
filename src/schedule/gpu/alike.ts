// Kernels that do the same work on different buffers (kernel-pattern.ts), as those of equal layers, are cut once.
import type { Buffer, Kernel } from "../../compiler/kernel.ts";
import { placesOf } from "../../compiler/kernel-accesses.ts";
import { patternOf } from "../../compiler/kernel-pattern.ts";
import { distinct } from "../cut.ts";
import type { Dispatch, GpuCut } from "./dispatch.ts";

/** The buffers of a kernel, in an order that is the same for all kernels of a pattern. */
const buffersOf = (kernel: Kernel): Buffer[] => distinct(placesOf(kernel).map(({ access }) => access.buffer));

/** Cuts kernels, each pattern once: the others get the first one's routines with their own buffers bound. */
export function cutOnce(cut: (kernel: Kernel) => GpuCut): (kernel: Kernel) => GpuCut {
  const known = new Map<string, { readonly made: GpuCut; readonly buffers: readonly Buffer[] }>();
  return (kernel) => {
    const pattern = patternOf(kernel);
    const buffers = buffersOf(kernel);
    const earlier = known.get(pattern);
    if (earlier !== undefined) {
      const own = new Map(earlier.buffers.map((buffer, i) => [buffer, buffers[i]]));
      return { ...earlier.made, dispatches: earlier.made.dispatches.map((dispatch) => bound(dispatch, kernel, own)) };
    }
    const made = cut(kernel);
    known.set(pattern, { made, buffers });
    return made;
  };
}

/** The dispatch with other buffers. */
const bound = (dispatch: Dispatch, { name }: Kernel, own: ReadonlyMap<Buffer, Buffer>): Dispatch => ({
  ...dispatch,
  name,
  operands: dispatch.operands.map((operand) => {
    const { source } = operand;
    if (source.kind !== "buffer") return operand;
    return { ...operand, source: { kind: "buffer", buffer: own.get(source.buffer) ?? source.buffer } };
  }),
});
