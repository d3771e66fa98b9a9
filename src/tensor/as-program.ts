// Functions of tensors that consist of thousands of small operations, such as the rotations of an eigenvalue problem. Operation by operation they
// take ten to a hundred times as long as a compiled program. Where the library has a compiler, backends/bind.ts has it compile them; within a
// trace or a transformation they are their operations.
import { isTransforming } from "./levels.ts";
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

type Compile = <A extends Tensor[], R>(f: (...inputs: A) => R) => (...inputs: A) => R;

let compile: Compile = (f) => f;

/** Sets what compiles functions. */
export function carryFunctions(other: Compile): void {
  compile = other;
}

/** Tracing and compiling takes 50 to 100 ms, as so many operations do that each take 25 µs or more; later calls have the program. */
const minOperations = 2000;

/** Returns f, which runs as a program where it has many operations; `operations` says how many, about, for these inputs. */
export function asProgram<A extends Tensor[], R>(
  f: (...inputs: A) => R,
  operations: (...inputs: A) => number,
): (...inputs: A) => R {
  let program: ((...inputs: A) => R) | null = null;
  return (...inputs) => {
    if (tracing() !== null || isTransforming() || operations(...inputs) < minOperations) return f(...inputs);
    program ??= compile(f);
    return program(...inputs);
  };
}
