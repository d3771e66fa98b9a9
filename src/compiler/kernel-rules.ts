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
  type Instruction,
  type Kernel,
  type KernelProgram,
  readsOf,
  type Store,
  sameAccess,
  wordsOf,
  writesOf,
} from "./kernel.ts";
import { linesOf } from "./kernel-lines.ts";
import { printAccess, printKernel } from "./kernel-text.ts";

type Rule = (program: KernelProgram) => readonly string[];

/** An access and all the places that it can reach: offset + Σ index · stride + data · `stride`, with data from 0 to `reach` - 1. */
interface Walk {
  readonly access: Access;
  /** The sizes of the axes that the access has strides for. */
  readonly sizes: readonly number[];
  readonly reach: number;
  readonly stride: number;
}

const sizesOf = (axes: readonly Axis[]): number[] => axes.map(({ size }) => size);
const isEmpty = ({ axes }: Kernel): boolean => axes.some(({ size }) => size === 0);

function walksOf(kernel: Kernel): Walk[] {
  const walk = (access: Access, sizes: readonly number[], reach = 1, stride = 0) => ({ access, sizes, reach, stride });
  const all = sizesOf(kernel.axes);
  const unreduced = sizesOf(kernel.axes.filter(({ kind }) => kind !== "reduce"));
  const line = (sizes: readonly number[]) => (instruction: Instruction) => {
    if (instruction.kind === "load") {
      const { access, indirection } = instruction;
      return [walk(access, sizes, indirection?.size ?? 1, indirection?.stride ?? 0)];
    }
    if (instruction.kind !== "randomBits") return [];
    const [key, ...numbers] = wordsOf(instruction);
    return [walk(key, sizes, 2, 1), ...numbers.map((number) => walk(number, sizes))];
  };
  const store =
    (sizes: readonly number[]) =>
    ({ access, indirection }: Store) =>
      walk(access, sizes, indirection?.size ?? 1, indirection?.stride ?? 0);
  const { body, bodyStores, instructions, stores } = linesOf(kernel);
  const common = [
    ...body.flatMap(line(all)),
    ...bodyStores.map(store(all)),
    ...instructions.flatMap(line(unreduced)),
    ...stores.map(store(unreduced)),
  ];
  switch (kernel.kind) {
    case "loops":
      return common;
    case "scan":
      return [...common, walk(kernel.store, all)];
    case "matmul":
      return [...common, walk(kernel.a, all), walk(kernel.b, all)];
    case "topk":
      return [walk(kernel.x, [...all, kernel.size]), walk(kernel.y, [...all, kernel.k])];
    case "convolution": {
      const [image, group, output] = all;
      const { channels, size, kernel: taps, x, w } = kernel;
      return [...common, walk(x, [image, group, channels, ...size]), walk(w, [group, output, channels, ...taps])];
    }
    default:
      return kernel satisfies never;
  }
}

function isInside({ access, sizes, reach, stride }: Walk): boolean {
  let [low, high] = [access.offset, access.offset];
  const extend = (by: number) => {
    if (by > 0) high += by;
    else low += by;
  };
  for (const [axis, step] of access.strides.entries()) extend((sizes[axis] - 1) * step);
  extend((reach - 1) * stride);
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
const eachWalk =
  (holds: (walk: Walk) => boolean): Rule =>
  ({ kernels }) =>
    kernels.flatMap((kernel) => {
      const wrong = isEmpty(kernel) ? undefined : walksOf(kernel).find((walk) => !holds(walk));
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
  const { body, bodyStores, reduced, instructions, stores, first } = linesOf(kernel);
  const inBody = [...bodyStores.flatMap(usesOf), ...reduced.flatMap(({ value }) => (value === null ? [] : [value]))];
  const last = first + reduced.length + instructions.length;
  const between = (low: number, high: number) => (value: number) => value >= low && value < high;
  return (
    body.every((line, i) => operandsOf(line).every(between(0, i))) &&
    inBody.every(between(0, body.length)) &&
    instructions.every((line, i) => operandsOf(line).every(between(first, first + reduced.length + i))) &&
    stores.flatMap(usesOf).every(between(first, last))
  );
}

function hasRightTypes(kernel: Kernel): boolean {
  const { body, bodyStores, reduced, instructions, stores } = linesOf(kernel);
  const dtypes = [...body, ...reduced, ...instructions].map(({ dtype }) => dtype);
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
          return opOf(line.op).type(types, { dtype: line.dtype } as never).dtype === line.dtype;
        } catch {
          return false;
        }
      default:
        return line satisfies never;
    }
  };
  const storeHolds = ({ access, value, indirection }: Store) =>
    access.buffer.dtype === dtypes[value] && (indirection === undefined || dtypes[indirection.value] === "int32");
  const sums = reduced.every(({ value, combine, dtype }) => {
    return value === null || dtype === (combine === "argmax" ? "int32" : dtypes[value]);
  });
  return [...body, ...instructions].every(holds) && [...bodyStores, ...stores].every(storeHolds) && sums;
}

function hasRightOperands(kernel: Kernel): boolean {
  switch (kernel.kind) {
    case "loops":
      return true;
    case "scan":
      return kernel.body[kernel.value]?.dtype === kernel.store.buffer.dtype;
    case "matmul": {
      const { a, b, axes } = kernel;
      const [m, n] = [axes.length - 3, axes.length - 2];
      return [a, b].every((x) => x.buffer.dtype === "float32") && a.strides[n] === 0 && b.strides[m] === 0;
    }
    case "convolution":
      return [kernel.x, kernel.w].every(({ buffer }) => buffer.dtype === "float32");
    case "topk":
      return kernel.y.buffer.dtype === "int32" && kernel.k <= kernel.size;
    default:
      return kernel satisfies never;
  }
}

function hasRightAxes(kernel: Kernel): boolean {
  const kinds = kernel.axes.map(({ kind }) => kind);
  const order = ["each", "serial", "reduce"];
  const sorted = kinds.every((kind, i) => i === 0 || order.indexOf(kinds[i - 1]) <= order.indexOf(kind));
  const count = (kind: Axis["kind"]) => kinds.filter((k) => k === kind).length;
  switch (kernel.kind) {
    case "loops": {
      const plain = kernel.epilogue.instructions.length + kernel.epilogue.stores.length === 0;
      return sorted && (kernel.reductions.length > 0 || (plain && count("reduce") === 0));
    }
    case "scan":
      return sorted && count("serial") === 1 && count("reduce") === 0;
    case "matmul":
      return sorted && count("each") === kinds.length - 1 && kinds.length >= 3 && count("reduce") === 1;
    case "convolution":
      return kinds.length === 5 && count("each") === 5;
    case "topk":
      return count("each") === kinds.length;
    default:
      return kernel satisfies never;
  }
}

/** Whether a "set" writes each place at most once, and an "add" writes it at most once along the "each" axes. */
function setsOnce(kernel: Kernel): boolean {
  if (isEmpty(kernel)) return true;
  const all = kernel.axes.map(({ size, kind }) => ({ size, counts: true, kind }));
  const unreduced = all.filter(({ kind }) => kind !== "reduce");
  const { bodyStores, stores } = linesOf(kernel);
  const apart = ({ access, indirection, mode }: Store, axes: typeof all) => {
    if (mode === "set") return indirection === undefined && isApart(access, axes);
    return indirection !== undefined
      ? axes.every(({ size, kind }, i) => kind !== "each" || size === 1 || access.strides[i] !== 0)
      : isApart(
          access,
          axes.map((axis) => ({ ...axis, counts: axis.kind === "each" })),
        );
  };
  const other = kernel.kind === "scan" ? isApart(kernel.store, all) : true;
  return other && bodyStores.every((s) => apart(s, all)) && stores.every((s) => apart(s, unreduced));
}

/** The reads of buffers that the kernel also writes, with these writes; the reads of its own "add" stores are left out. */
function readsBack(kernel: Kernel): [read: Access, writes: readonly Access[]][] {
  const writes = writesOf(kernel);
  const { bodyStores, stores } = linesOf(kernel);
  const adding = new Set([...bodyStores, ...stores].map(({ access }) => access));
  return [...new Set(readsOf(kernel))].flatMap((read): [Access, readonly Access[]][] => {
    const same = writes.filter(({ buffer }) => buffer === read.buffer);
    return adding.has(read) || same.length === 0 ? [] : [[read, same]];
  });
}

export const rules: Readonly<Record<string, Rule>> = {
  "the list has each buffer once, named by its kind and index": ({ buffers }) => {
    const named = ({ name, kind, index }: Buffer, i: number) =>
      name === `${kind[0]}${index}` && buffers.findIndex((other) => other.name === name) === i;
    return buffers.filter((buffer, i) => !named(buffer, i)).map(({ name }) => name);
  },
  "the order of a buffer's axes names each of them": ({ buffers }) => {
    const holds = ({ order, shape }: Buffer) =>
      order.length === shape.length && order.toSorted((a, b) => a - b).every((axis, i) => axis === i);
    return buffers.filter((buffer) => !holds(buffer)).map(({ name }) => name);
  },
  "accesses and results are buffers of the program": ({ buffers, kernels, results }) => {
    const declared = new Set(buffers);
    const used = kernels.flatMap((kernel) => [...readsOf(kernel), ...writesOf(kernel)]).map(({ buffer }) => buffer);
    return [...used, ...results].filter((buffer) => !declared.has(buffer)).map(({ name }) => name);
  },
  "axes are each, then serial, then reduce, as the kind of kernel requires": each(hasRightAxes),
  "an access has a stride for each axis": ({ kernels }) =>
    kernels.flatMap((kernel) => {
      const wrong = walksOf(kernel).find(({ access, sizes }) => access.strides.length !== sizes.length);
      return wrong === undefined ? [] : [`${printAccess(wrong.access)} in ${printKernel(kernel)}`];
    }),
  "offsets and strides are whole numbers": eachWalk(({ access: { offset, strides } }) =>
    [offset, ...strides].every(Number.isSafeInteger),
  ),
  "an access stays within its buffer": eachWalk(isInside),
  "a value is computed before it is used, and an epilogue uses none of the body": each(usesEarlierValues),
  "dtypes are those of buffers and of the op table": each(hasRightTypes),
  "operands have the dtype and the strides that their kernel takes": each(hasRightOperands),
  "stores of independent points write different places": each(setsOnce),
  "arguments are only read": ({ kernels }) =>
    kernels.flatMap((kernel) =>
      writesOf(kernel).some(({ buffer }) => buffer.kind === "argument") ? [printKernel(kernel)] : [],
    ),
  "a temporary is written before it is read": ({ kernels, results }) => {
    const written = new Set<Buffer>();
    const missing = (buffers: readonly Buffer[]) =>
      buffers.filter((buffer) => buffer.kind === "temporary" && !written.has(buffer)).map(({ name }) => name);
    const wrong: string[] = [];
    for (const kernel of kernels) {
      wrong.push(...missing(readsOf(kernel).map(({ buffer }) => buffer)));
      for (const { buffer } of writesOf(kernel)) written.add(buffer);
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
