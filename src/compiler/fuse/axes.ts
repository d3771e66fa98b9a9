// Joins neighbouring axes that every access walks as one: fewer and longer loops.
import type { Access, Axis, Instruction, Loops, Matmul, Store } from "../kernel.ts";

type Strides = readonly number[];

/** A kernel with as few axes as its accesses allow; a matmul keeps its last three. */
export function joinAxes<K extends Loops | Matmul>(kernel: K): K {
  const { axes } = kernel;
  if (axes.length < 2) return kernel;
  const seen: Strides[] = [];
  change(kernel, axes, (strides) => {
    seen.push(strides);
    return strides;
  });
  const last = kernel.kind === "matmul" ? axes.length - 4 : axes.length - 1;
  /** Whether an axis goes on in the next. */
  const goesOn = axes.map((axis, i) => {
    if (i >= last || axis.kind !== axes[i + 1].kind) return false;
    return seen.every((strides) => i + 1 >= strides.length || strides[i] === axes[i + 1].size * strides[i + 1]);
  });
  if (!goesOn.includes(true)) return kernel;
  const joined: Axis[] = [];
  let size = 1;
  axes.forEach((axis, i) => {
    size *= axis.size;
    if (goesOn[i]) return;
    joined.push({ ...axis, size });
    size = 1;
  });
  return change(kernel, joined, (strides) => strides.filter((_, i) => !goesOn[i]));
}

function change<K extends Loops | Matmul>(kernel: K, axes: readonly Axis[], f: (strides: Strides) => Strides): K {
  const access = (at: Access): Access => ({ ...at, strides: f(at.strides) });
  const line = (instruction: Instruction): Instruction => {
    switch (instruction.kind) {
      case "load":
        return { ...instruction, access: access(instruction.access) };
      case "position":
        return { ...instruction, strides: f(instruction.strides) };
      case "randomBits":
        return { ...instruction, key: access(instruction.key), counter: access(instruction.counter) };
      case "constant":
      case "op":
        return instruction;
      default:
        return instruction satisfies never;
    }
  };
  const store = (s: Store): Store => ({ ...s, access: access(s.access) });
  const { instructions, stores } = kernel.epilogue;
  const epilogue = { instructions: instructions.map(line), stores: stores.map(store) };
  return kernel.kind === "matmul"
    ? { ...kernel, axes, a: access(kernel.a), b: access(kernel.b), epilogue }
    : { ...kernel, axes, body: kernel.body.map(line), stores: kernel.stores.map(store), epilogue };
}
