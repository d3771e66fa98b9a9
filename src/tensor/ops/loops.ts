// The op scan: a loop as one value. Its body is data of the compiler (compiler/loops/body.ts), of which this file needs to know its types and
// its meaning alone. A loop with several results is several nodes, one for each result, with the same body and inputs.
import { internal } from "../../errors/error.ts";
import { describe, type NDArray, type Type } from "../dtype.ts";
import { type Op, op } from "../op.ts";
import { sameShape } from "../shape.ts";

/** The body of a loop, which is run `length` times. */
export interface Loop {
  /** A number that stands for this body alone. */
  readonly id: number;
  readonly length: number;
  /** The types of the inputs: the carries before the loop, then what is taken along dim 0, then what every step reads whole. */
  readonly inputs: readonly Type[];
  /** The types of the results: the carries after the loop, then the results of all steps, stacked along dim 0. */
  readonly outputs: readonly Type[];
  /** Computes all results: the loop's definition. */
  run(inputs: readonly NDArray[]): readonly NDArray[];
}

/** Which result of which loop. */
export interface Scan {
  readonly body: Loop;
  readonly output: number;
}

const isLike = (a: Type, b: Type): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);

export const loops = {
  scan: op<Scan>({
    type(inputs, { body, output }) {
      if (inputs.length !== body.inputs.length || !inputs.every((x, i) => isLike(x, body.inputs[i])))
        throw internal(`a loop takes ${body.inputs.map(describe).join(", ")}, not ${inputs.map(describe).join(", ")}`);
      const type = body.outputs[output];
      if (type === undefined) throw internal(`a loop with ${body.outputs.length} results has no result ${output}`);
      return type;
    },
    evaluate({ data }, inputs, { body, output }) {
      data.set(body.run(inputs)[output].data);
    },
    // The gradient of a loop is that of all its results together: tracing records it (compiler/loops/traced-loop.ts).
    vjp: null,
  }),
} satisfies Readonly<Record<string, Op<never>>>;
