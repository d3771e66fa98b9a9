// Prints a KernelProgram as loop nests for people and tests: the axes of each kernel, its loads with their addresses, its operations, its
// stores. Values are v0, v1, ... by their numbers in the kernel; axes are i0, i1, ... from the outermost.
import { describe } from "../tensor/dtype.ts";
import {
  type Access,
  type Axis,
  type Buffer,
  byKind,
  type Indirection,
  type Instruction,
  type Kernel,
  type KernelProgram,
  type Store,
  wordsOf,
} from "./kernel.ts";

/** The whole program: buffers, kernels in order, results. */
export function print({ buffers, kernels, results, repeats = [] }: KernelProgram): string {
  const declared = buffers.map((buffer) => `${buffer.name} ${describe(buffer)}${printWindow(buffer)}`);
  const loops = repeats.map(({ first, count, times, reverse }, i) => {
    const order = reverse ? ", from the last element to the first" : "";
    const last = first + count - 1;
    return `loop ${i}: k${first}${count > 1 ? ` to k${last}` : ""} ${times} times${order}`;
  });
  const blocks = kernels.map((kernel, i) => `k${i} ${printKernel(kernel)}`);
  const end = `results ${results.map(({ name }) => name).join(" ")}`.trimEnd();
  return `${[declared.join("\n"), ...blocks, loops.join("\n"), end].filter((block) => block !== "").join("\n\n")}\n`;
}

const printWindow = ({ window }: Buffer): string =>
  window === undefined ? "" : `, the element of ${window.of.name} of loop ${window.repeat}'s step`;

/** One kernel: a headline, then one line for each instruction and store. */
export function printKernel(kernel: Kernel): string {
  const head = `${kernel.kind} ${kernel.name}: ${kernel.axes.map(printAxis).join(" ") || "one point"}`;
  return [head, ...linesOf(kernel).map((line) => `  ${line}`)].join("\n");
}

const printAxis = ({ size, kind }: Axis, i: number): string => `${kind === "each" ? "" : `${kind} `}i${i}<${size}`;

function linesOf(kernel: Kernel): string[] {
  const { body, stores, reductions, epilogue } = kernel;
  return [
    ...body.map((instruction, i) => printInstruction(instruction, i)),
    ...stores.map(printStore),
    ...reductionLines(kernel),
    ...epilogue.instructions.map((instruction, i) =>
      printInstruction(instruction, body.length + reductions.length + i),
    ),
    ...epilogue.stores.map(printStore),
  ];
}

/** What stands between body and epilogue. */
const reductionLines = byKind<readonly string[]>({
  loops: ({ body, reductions }) =>
    reductions.map(({ combine, value }, i) => `v${body.length + i} = ${combine} of v${value}`),
  scan: ({ store, reductions }) => reductions.map(({ value }) => `${printAccess(store)} = running sum of v${value}`),
  matmul: ({ axes, a, b }) => [`v0 = sum over i${axes.length - 1} of ${printAccess(a)} · ${printAccess(b)}`],
  convolution: ({ channels, size, kernel: taps, stride, padding, inputDilation, kernelDilation, x, w }) => {
    const [ofX, ofW] = [
      printAccess(x, ["image", "group", "channel", "r", "c"]),
      printAccess(w, ["group", "output", "channel", "i", "j"]),
    ];
    return [
      `v0 = sum over channel<${channels} i<${taps[0]} j<${taps[1]} of ${ofX} · ${ofW}`,
      `  ${size.join("×")}, stride ${stride}, padding ${padding}, dilation of input ${inputDilation}, of kernel ${kernelDilation}`,
    ];
  },
  topk: ({ axes, x, y, size, k }) => {
    const line = [...axes.map((_, i) => `i${i}`), "j"];
    return [`${printAccess(y, line)} = places of the ${k} largest of ${printAccess(x, line)}, j<${size}`];
  },
});

function printInstruction(instruction: Instruction, i: number): string {
  return `v${i} = ${expression(instruction)}`;
}

function expression(instruction: Instruction): string {
  switch (instruction.kind) {
    case "load":
      return printAccess(instruction.access, [], instruction.indirection);
    case "constant":
      return `${instruction.dtype} ${Object.is(instruction.value, -0) ? "-0" : instruction.value}`;
    case "position":
      return affine(instruction.offset, instruction.strides);
    case "randomBits": {
      const { bits, position } = instruction;
      return `randomBits(${wordsOf(instruction)
        .map((word) => `${printAccess(word)}, `)
        .join("")}v${position}) ${bits}`;
    }
    case "op": {
      const call = `${instruction.op}(${instruction.operands.map((operand) => `v${operand}`).join(", ")})`;
      return instruction.op === "cast" ? `${call} ${instruction.dtype}` : call;
    }
    default:
      return instruction satisfies never;
  }
}

const printStore = ({ access, indirection, value, mode }: Store): string =>
  `${printAccess(access, [], indirection)} ${mode === "set" ? "=" : "+="} v${value}`;

/** t3[i0*128 + i1]; an indirection is the last term. */
export function printAccess(access: Access, names: readonly string[] = [], indirection?: Indirection): string {
  const { buffer, offset, strides } = access;
  const place = affine(offset, strides, names);
  if (indirection === undefined) return `${buffer.name}[${place}]`;
  const dataTerm = `${times(`v${indirection.value}`, indirection.stride)} below ${indirection.size}`;
  return `${buffer.name}[${place === "0" ? "" : `${place} + `}${dataTerm}]`;
}

const times = (name: string, stride: number): string => (stride === 1 ? name : `${name}*${stride}`);

/** offset + Σ index · stride, without terms that are 0. */
function affine(offset: number, strides: readonly number[], names: readonly string[] = []): string {
  let text = offset === 0 ? "" : `${offset}`;
  strides.forEach((stride, axis) => {
    if (stride === 0) return;
    const term = times(names[axis] ?? `i${axis}`, Math.abs(stride));
    const sign = stride < 0 ? "-" : "+";
    text = text === "" ? (stride < 0 ? `-${term}` : term) : `${text} ${sign} ${term}`;
  });
  return text === "" ? "0" : text;
}
