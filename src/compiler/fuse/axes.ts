// Joins two neighbouring axes into one where every access has outer stride = inner size · inner stride: fewer and longer loops.
import { type Access, type Axis, type Instruction, type Loops, type Matmul, type Store, withWords } from "../kernel.ts";

type Strides = readonly number[];

/** The kernel with as few axes as its accesses allow; a matmul's last three axes (m, n, k) stay separate. */
export function joinAxes<K extends Loops | Matmul>(kernel: K): K {
  const { axes } = kernel;
  if (axes.length < 2) return kernel;
  const allStrides: Strides[] = [];
  replaceAxes(kernel, axes, (strides) => {
    allStrides.push(strides);
    return strides;
  });
  const last = kernel.kind === "matmul" ? axes.length - 4 : axes.length - 1;
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
  return replaceAxes(kernel, joined, (strides) => strides.filter((_, i) => !joinsNext[i]));
}

/** The kernel with other axes, and `f` applied to the strides of each of its accesses. */
function replaceAxes<K extends Loops | Matmul>(kernel: K, axes: readonly Axis[], f: (strides: Strides) => Strides): K {
  const access = (at: Access): Access => ({ ...at, strides: f(at.strides) });
  const line = (instruction: Instruction): Instruction => {
    switch (instruction.kind) {
      case "load":
        return { ...instruction, access: access(instruction.access) };
      case "position":
        return { ...instruction, strides: f(instruction.strides) };
      case "randomBits":
        return withWords(instruction, access);
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
