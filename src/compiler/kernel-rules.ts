// The verifier of kernel programs: a table of rules that a valid program keeps. Tests, and development, check each program. A rule returns
// the text of what breaks it.
import { internal } from "../errors/error.ts";
import { opOf } from "../tensor/ops.ts";
import { sizeOf } from "../tensor/shape.ts";
import { complaintAbout } from "./chain.ts";
import {
  type Access,
  type Axis,
  type Buffer,
  byKind,
  type Convolution,
  type Epilogue,
  type Instruction,
  type Kernel,
  type KernelProgram,
  type Matmul,
  ownerOf,
  type Repeat,
  type Store,
  sameAccess,
  wordsOf,
} from "./kernel.ts";
import { instructionsOf, type Place, placesOf, readsOf, storesOf, writesOf } from "./kernel-accesses.ts";
import { printAccess, printKernel } from "./kernel-text.ts";

type Rule = (program: KernelProgram) => readonly string[];

const isEmpty = ({ axes }: Kernel): boolean => axes.some(({ size }) => size === 0);

function isInside({ access, sizes, reach, apart }: Place): boolean {
  let [low, high] = [access.offset, access.offset];
  const extend = (by: number) => {
    if (by > 0) high += by;
    else low += by;
  };
  for (const [axis, step] of access.strides.entries()) extend((sizes[axis] - 1) * step);
  extend((reach - 1) * apart);
  // Of a dim of size 0 every index is an error at run time, so nothing is read.
  return reach === 0 || (low >= 0 && high < sizeOf(access.buffer.shape));
}

/**
 * Whether an access visits different places at different indices of the axes that count: sorted by stride, each axis steps past all places
 * that the axes before it reach together.
 */
function isApart({ strides }: Access, axes: readonly { readonly size: number; readonly counts: boolean }[]): boolean {
  const steps = axes
    .map(({ size, counts }, i) => ({ size: counts ? size : 1, step: Math.abs(strides[i] ?? 0) }))
    .filter(({ size }) => size > 1)
    .sort((a, b) => a.step - b.step);
  let reach = 0;
  return steps.every(({ size, step }) => {
    const apart = step > reach;
    reach += (size - 1) * step;
    return apart;
  });
}

/** A rule that holds for each kernel. */
const each =
  (holds: (kernel: Kernel) => boolean): Rule =>
  ({ kernels }) =>
    kernels.filter((kernel) => !holds(kernel)).map(printKernel);

/** A rule that holds for each access of kernels that are not empty. */
const eachPlace =
  (holds: (place: Place) => boolean): Rule =>
  ({ kernels }) =>
    kernels.flatMap((kernel) => {
      const wrong = isEmpty(kernel) ? undefined : placesOf(kernel).find((place) => !holds(place));
      return wrong === undefined ? [] : [`${printAccess(wrong.access)} in ${printKernel(kernel)}`];
    });

function operandsOf(instruction: Instruction): readonly number[] {
  switch (instruction.kind) {
    case "load":
      return instruction.indirection === undefined ? [] : [instruction.indirection.value];
    case "randomBits":
      return [instruction.position];
    case "op":
      return instruction.operands;
    case "constant":
    case "position":
      return [];
    default:
      return instruction satisfies never;
  }
}

const usesOf = ({ value, indirection }: Store): number[] =>
  indirection === undefined ? [value] : [value, indirection.value];

function usesEarlierValues(kernel: Kernel): boolean {
  const { body, reductions } = kernel;
  const { instructions, stores } = kernel.epilogue;
  const reduced = reductions.flatMap(({ value }) => (value === null ? [] : [value]));
  const inBody = [...kernel.stores.flatMap(usesOf), ...reduced];
  const first = body.length;
  const last = first + reductions.length + instructions.length;
  const between = (low: number, high: number) => (value: number) => value >= low && value < high;
  return (
    body.every((line, i) => operandsOf(line).every(between(0, i))) &&
    inBody.every(between(0, body.length)) &&
    instructions.every((line, i) => operandsOf(line).every(between(first, first + reductions.length + i))) &&
    stores.flatMap(usesOf).every(between(first, last))
  );
}

function hasRightTypes(kernel: Kernel): boolean {
  const { body, reductions, epilogue } = kernel;
  const dtypes = [...body, ...reductions, ...epilogue.instructions].map(({ dtype }) => dtype);
  const holds = (line: Instruction): boolean => {
    switch (line.kind) {
      case "load":
        return line.access.buffer.dtype === line.dtype && operandsOf(line).every((v) => dtypes[v] === "int32");
      case "position":
        return line.dtype === "int32";
      case "randomBits": {
        const read = [...wordsOf(line).map(({ buffer }) => buffer.dtype), dtypes[line.position], line.dtype];
        return read.every((dtype) => dtype === "int32");
      }
      case "constant":
        return true;
      case "op":
        try {
          const types = line.operands.map((v) => ({ shape: [], dtype: dtypes[v] }));
          return opOf(line.op).type(types, { dtype: line.dtype }).dtype === line.dtype;
        } catch {
          return false;
        }
      default:
        return line satisfies never;
    }
  };
  const storeHolds = ({ access, value, indirection }: Store) =>
    access.buffer.dtype === dtypes[value] && (indirection === undefined || dtypes[indirection.value] === "int32");
  const sums = reductions.every(
    ({ value, combine, dtype }) => value === null || dtype === (combine === "argmax" ? "int32" : dtypes[value]),
  );
  return instructionsOf(kernel).every(holds) && storesOf(kernel).every(storeHolds) && sums;
}

const hasRightOperands = byKind<boolean>({
  loops: () => true,
  scan: ({ reductions, store }) =>
    reductions.every(({ combine, dtype }) => combine === "sum" && dtype === store.buffer.dtype),
  matmul: ({ a, b, axes }) => {
    const [m, n] = [axes.length - 3, axes.length - 2];
    return [a, b].every((x) => x.buffer.dtype === "float32") && a.strides[n] === 0 && b.strides[m] === 0;
  },
  convolution: ({ x, w }) => [x, w].every(({ buffer }) => buffer.dtype === "float32"),
  topk: ({ y, k, size }) => y.buffer.dtype === "int32" && k <= size,
});

const isBare = ({ instructions, stores }: Epilogue): boolean => instructions.length + stores.length === 0;

/** Whether a kernel of a kind has the lines that the kind has. */
const hasRightLines = byKind<boolean>({
  loops: ({ reductions, epilogue }) => reductions.length > 0 || isBare(epilogue),
  scan: ({ stores, reductions, epilogue }) => stores.length === 0 && reductions.length === 1 && isBare(epilogue),
  matmul: isProduct,
  convolution: isProduct,
  topk: (kernel) => instructionsOf(kernel).length + storesOf(kernel).length + kernel.reductions.length === 0,
});

function isProduct({ body, stores, reductions }: Matmul | Convolution): boolean {
  return body.length + stores.length === 0 && reductions.length === 1;
}

/** How many axes of each kind a kernel has; undefined where any number will do. */
type AxisCounts = Partial<Record<Axis["kind"], number>>;

const axisCounts = byKind<AxisCounts>({
  loops: ({ reductions }) => (reductions.length > 0 ? {} : { reduce: 0 }),
  scan: () => ({ serial: 1, reduce: 0 }),
  matmul: ({ axes }) => ({ each: Math.max(axes.length - 1, 2), reduce: 1 }),
  convolution: () => ({ each: 5, serial: 0, reduce: 0 }),
  topk: () => ({ serial: 0, reduce: 0 }),
});

function hasRightAxes(kernel: Kernel): boolean {
  const kinds = kernel.axes.map(({ kind }) => kind);
  const order = ["each", "serial", "reduce"] as const;
  const counts = axisCounts(kernel);
  return (
    kinds.every((kind, i) => i === 0 || order.indexOf(kinds[i - 1]) <= order.indexOf(kind)) &&
    order.every((kind) => counts[kind] === undefined || kinds.filter((k) => k === kind).length === counts[kind])
  );
}

/** Whether a "set" writes each place at most once, and an "add" writes it at most once along the "each" axes. */
function setsOnce(kernel: Kernel): boolean {
  if (isEmpty(kernel)) return true;
  const all = kernel.axes.map(({ size, kind }) => ({ size, counts: true, kind }));
  const unreduced = all.filter(({ kind }) => kind !== "reduce");
  const apart = ({ access, indirection, mode }: Store, axes: typeof all) => {
    if (mode === "set") return indirection === undefined && isApart(access, axes);
    return indirection !== undefined
      ? axes.every(({ size, kind }, i) => kind !== "each" || size === 1 || access.strides[i] !== 0)
      : isApart(
          access,
          axes.map((axis) => ({ ...axis, counts: axis.kind === "each" })),
        );
  };
  const stored = new Set(storesOf(kernel).map(({ access }) => access));
  const others = placesOf(kernel).filter(({ use, access }) => use === "write" && !stored.has(access));
  return (
    others.every(({ access, sizes }) =>
      isApart(
        access,
        sizes.map((size) => ({ size, counts: true })),
      ),
    ) &&
    kernel.stores.every((s) => apart(s, all)) &&
    kernel.epilogue.stores.every((s) => apart(s, unreduced))
  );
}

/** The reads of buffers that the kernel also writes, with these writes; the reads of its own "add" stores are left out. */
function readsBack(kernel: Kernel): [read: Access, writes: readonly Access[]][] {
  const writes = writesOf(kernel);
  const adding = new Set(storesOf(kernel).map(({ access }) => access));
  return [...new Set(readsOf(kernel))].flatMap((read): [Access, readonly Access[]][] => {
    const same = writes.filter(({ buffer }) => buffer === read.buffer);
    return adding.has(read) || same.length === 0 ? [] : [[read, same]];
  });
}

const end = ({ first, count }: Repeat): number => first + count;

/** Whether two loops have no kernel in common. */
const apart = (a: Repeat, b: Repeat): boolean => end(a) <= b.first || end(b) <= a.first;

export const rules: Readonly<Record<string, Rule>> = {
  "the list has each buffer once, named by its kind and index": ({ buffers }) => {
    const named = ({ name, kind, index }: Buffer, i: number) =>
      name === `${kind[0]}${index}` && buffers.findIndex((other) => other.name === name) === i;
    return buffers.filter((buffer, i) => !named(buffer, i)).map(({ name }) => name);
  },
  "accesses and results are buffers of the program": ({ buffers, kernels, results }) => {
    const declared = new Set(buffers);
    const used = kernels.flatMap((kernel) => [...readsOf(kernel), ...writesOf(kernel)]).map(({ buffer }) => buffer);
    return [...used, ...results].filter((buffer) => !declared.has(buffer)).map(({ name }) => name);
  },
  "axes are each, then serial, then reduce, as the kind of kernel requires": each(hasRightAxes),
  "a kernel has the lines of its kind": each(hasRightLines),
  "an access has a stride for each axis": ({ kernels }) =>
    kernels.flatMap((kernel) => {
      const wrong = placesOf(kernel).find(({ access, sizes }) => access.strides.length !== sizes.length);
      return wrong === undefined ? [] : [`${printAccess(wrong.access)} in ${printKernel(kernel)}`];
    }),
  "offsets and strides are whole numbers": eachPlace(({ access: { offset, strides } }) =>
    [offset, ...strides].every(Number.isSafeInteger),
  ),
  "an access stays within its buffer": eachPlace(isInside),
  "a value is computed before it is used, and an epilogue uses none of the body": each(usesEarlierValues),
  "dtypes are those of buffers and of the op table": each(hasRightTypes),
  "operands have the dtype and the strides that their kernel takes": each(hasRightOperands),
  "stores of independent points write different places": each(setsOnce),
  "arguments are only read": ({ kernels }) =>
    kernels.flatMap((kernel) =>
      writesOf(kernel).some(({ buffer }) => ownerOf(buffer).kind === "argument") ? [printKernel(kernel)] : [],
    ),
  "a temporary is written before it is read": ({ kernels, results }) => {
    const written = new Set<Buffer>();
    const missing = (buffers: readonly Buffer[]) =>
      buffers
        .map(ownerOf)
        .filter((buffer) => buffer.kind === "temporary" && !written.has(buffer))
        .map(({ name }) => name);
    const wrong: string[] = [];
    for (const kernel of kernels) {
      wrong.push(...missing(readsOf(kernel).map(({ buffer }) => buffer)));
      for (const { buffer } of writesOf(kernel)) written.add(ownerOf(buffer));
    }
    return [...wrong, ...missing(results)];
  },
  "a state is written by one kernel, once": ({ buffers, kernels }) =>
    buffers
      .filter(({ kind }) => kind === "state")
      .filter((state) => kernels.flatMap(writesOf).filter(({ buffer }) => buffer === state).length > 1)
      .map(({ name }) => name),
  "of a buffer that it writes, a kernel reads only the element that it writes": ({ kernels }) =>
    kernels.flatMap((kernel) => {
      const wrong = readsBack(kernel).find(([read, writes]) => !writes.every((write) => sameAccess(read, write)));
      return wrong === undefined ? [] : [`${printAccess(wrong[0])} in ${printKernel(kernel)}`];
    }),
  "a loop is several kernels of the program, and ends within the loops around it": ({ kernels, repeats = [] }) =>
    repeats.flatMap(({ first, count, times }, i) => {
      const isInside = first >= 0 && count >= 0 && first + count <= kernels.length && times >= 1;
      const isNested = repeats
        .slice(i + 1)
        .every((other) => apart(repeats[i], other) || (other.first <= first && end(repeats[i]) <= end(other)));
      return isInside && isNested ? [] : [`loop ${i} has ${count} kernels from ${first} on, ${times} times`];
    }),
  "a window is an element of its owner along dim 0, and only kernels of its loop use it": ({
    buffers,
    kernels,
    repeats = [],
  }) => {
    const windows = buffers.filter(({ kind }) => kind === "window");
    return windows.flatMap(({ name, dtype, shape, window }) => {
      const loop = window && repeats[window.repeat];
      if (window === undefined || loop === undefined) return [name];
      const isElement = window.of.dtype === dtype && sizeOf(window.of.shape) === sizeOf(shape) * loop.times;
      const isOutside = (at: number) => at < loop.first || at >= end(loop);
      const strays = kernels.some(
        (kernel, at) => isOutside(at) && placesOf(kernel).some(({ access }) => access.buffer.name === name),
      );
      return isElement && !strays ? [] : [name];
    });
  },
  "chains follow each other, each of two kernels at least": ({ kernels, chains = [] }) => {
    let end = 0;
    return chains.flatMap(({ first, axes }, i) => {
      const holds = first >= end && axes.length >= 2 && first + axes.length <= kernels.length;
      end = first + axes.length;
      return holds ? [] : [`chain ${i} has the kernels ${first} to ${end - 1}`];
    });
  },
  "a part of a chain needs nothing that another part writes": ({ kernels, chains = [] }) =>
    chains.flatMap(({ first, axes, parts, piece }, i) => {
      const links = axes.map((axis, at) => ({ kernel: kernels[first + at], axis }));
      const [{ kernel, axis }] = links;
      const cut = kernel.axes[axis]?.size === parts && piece >= 1 && piece <= parts;
      const complaint = cut ? complaintAbout(links) : `it has ${parts} parts, ${piece} at a time`;
      return complaint === null ? [] : [`chain ${i}: ${complaint}`];
    }),
};

/** Throws an internal error where a program breaks a rule, which is a mistake of the pass that made the program. */
export function verify(program: KernelProgram): void {
  for (const [name, rule] of Object.entries(rules)) {
    const [violation] = rule(program);
    if (violation !== undefined) throw internal(`${name}, but: ${violation}`);
  }
}
