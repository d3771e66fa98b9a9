// Joins two neighbouring axes into one where every access has outer stride = inner size · inner stride: fewer and longer loops.
import type { Axis, Loops, Matmul } from "../kernel.ts";
import { mapAccesses } from "../kernel-accesses.ts";

type Strides = readonly number[];

/** How many of its last axes a kernel keeps separate: m, n and k of a matmul. */
const separateAxes = { loops: 0, matmul: 3 } as const satisfies Record<(Loops | Matmul)["kind"], number>;

/** The kernel with as few axes as its accesses allow. */
export function joinAxes<K extends Loops | Matmul>(kernel: K): K {
  const { axes } = kernel;
  if (axes.length < 2) return kernel;
  const allStrides: Strides[] = [];
  mapStrides(kernel, (strides) => {
    allStrides.push(strides);
    return strides;
  });
  const last = axes.length - separateAxes[kernel.kind] - 1;
  /** Whether each axis joins the one after it. */
  const joinsNext = axes.map((axis, i) => {
    if (i >= last || axis.kind !== axes[i + 1].kind) return false;
    return allStrides.every((strides) => i + 1 >= strides.length || strides[i] === axes[i + 1].size * strides[i + 1]);
  });
  if (!joinsNext.includes(true)) return kernel;
  const joined: Axis[] = [];
  let size = 1;
  axes.forEach((axis, i) => {
    size *= axis.size;
    if (joinsNext[i]) return;
    joined.push({ ...axis, size });
    size = 1;
  });
  return { ...mapStrides(kernel, (strides) => strides.filter((_, i) => !joinsNext[i])), axes: joined };
}

/** The kernel with `f` applied to the strides of each of its accesses and positions. */
const mapStrides = <K extends Loops | Matmul>(kernel: K, f: (strides: Strides) => Strides): K =>
  mapAccesses(kernel, (access) => ({ ...access, strides: f(access.strides) }), f);
