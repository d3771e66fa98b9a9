// Matrices of derivatives. All rows of a Jacobian are computed at once, by vmap over the gradients of the elements of the result; or all columns,
// by vmap over directions.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { gradientsOf } from "../autograd.ts";
import { eye } from "../create.ts";
import { recorderFor } from "../derivatives.ts";
import { describe, type FloatingDType, isFloating } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { constant } from "../promotion.ts";
import { applyAny, type Tensor } from "../tensor.ts";
import { jvp } from "./jvp.ts";
import { vmap } from "./vmap.ts";

/** The options of jacobian. */
export interface JacobianOptions {
  /**
   * "reverse" computes a row for each element of the result, from one pass of f; "forward" computes a column for each element of x, and is
   * better where x has fewer elements than the result. "reverse" if left out.
   */
  readonly mode?: "forward" | "reverse" | undefined;
}

const names: OptionNames<JacobianOptions> = { mode: true };

/**
 * Returns the Jacobian of f, a function of a float32 or float64 tensor: jacobian(f)(x) has the shape [...shape of f(x), ...shape of x], and
 * at [i, j] the derivative of element i of the result with respect to element j of x. All of it is computed at once, which takes the memory
 * of as many gradients as there are rows.
 */
export function jacobian(f: (x: Tensor) => Tensor, options: JacobianOptions = {}): (x: Tensor) => Tensor {
  takes("jacobian", arguments.length, 2);
  checkOptions("jacobian", options, names);
  const { mode = "reverse" } = options;
  if (mode !== "forward" && mode !== "reverse")
    throw new ChainruleError("option", "jacobian", `mode is "forward" or "reverse", not ${shown(mode)}`);
  const compute = mode === "forward" ? columns : rows;
  return (x) => {
    checkInput("jacobian", x);
    return compute(f, x);
  };
}

/**
 * Returns the Hessian of f, the matrix of second derivatives: hessian(f)(x) has the shape [...shape of f(x), ...shape of x, ...shape of x]. It
 * is the forward Jacobian of the reverse one.
 */
export function hessian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  takes("hessian", arguments.length, 1);
  return (x) => {
    checkInput("hessian", x);
    return columns((y) => rows(f, y), x);
  };
}

function checkInput(call: string, x: Tensor): asserts x is Tensor & { readonly dtype: FloatingDType } {
  checkTensor(call, "x", x);
  if (!isFloating(x.dtype))
    throw new ChainruleError("gradient", call, `${describe(x)} has no derivatives, only float32 and float64 have`);
}

/** One pass of f, then a batch of gradients: row i is that of element i of the result. */
function rows(f: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const { standIn, run, tape } = recorderFor("jacobian");
  const target = standIn(x);
  const y = run(() => f(target));
  checkResult(y);
  const basis = unitVectors(y);
  const gradient = (dy: Tensor) => {
    const [dx] = tape.sourceOf(y).requiresGrad ? gradientsOf([y], [target], [dy], applyAny, { tape }) : [];
    return dx ?? constant(x, 0);
  };
  return vmap(gradient)(basis).reshape([...y.shape, ...x.shape]);
}

/** A batch of directions: column j is the derivative along element j of x. The batch does not reach the values of f, nor its random numbers. */
function columns(f: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const derivative = (direction: Tensor) => {
    const { value, tangent } = jvp(f, [x], [direction]);
    checkResult(value);
    return tangent;
  };
  const all = vmap(derivative, { outDims: -1, randomness: "same" })(unitVectors(x));
  return all.reshape([...all.shape.slice(0, -1), ...x.shape]);
}

function checkResult(y: unknown): asserts y is Tensor {
  checkTensor("jacobian", "the result of the function", y);
  if (!isFloating(y.dtype))
    throw new ChainruleError("gradient", "jacobian", `the function returned ${describe(y)}, which has no derivatives`);
}

/** [n, ...shape]: n tensors of a shape of n elements, each with a 1 in another place. */
function unitVectors({ size, shape, dtype }: Tensor): Tensor {
  return eye(size, size, { dtype }).reshape([size, ...shape]);
}
