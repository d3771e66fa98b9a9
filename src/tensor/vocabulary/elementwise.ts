// Tensor's elementwise methods, of one operand and of two. A method is an op or a composition of ops; this file adds the rules for what
// users may write: promotion and broadcasting.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../arguments.ts";
import { clamp } from "../clamp.ts";
import { gelu, geluTanh, leakyRelu, relu, scaledSoftplus, silu, softplus } from "../composites.ts";
import { isTensor } from "../copies.ts";
import { describe, isFloating, toFloating } from "../dtype.ts";
import { type GeluOptions, isApproximated } from "../gelu-options.ts";
import { arrange, checkNumeric, constant, floating, type Operand, operands, promoted } from "../promotion.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

export abstract class Elementwise {
  // ── elementwise, two operands
  /** this + o, element by element; the shapes broadcast. For two bool tensors it is `or`. */
  add(this: Tensor, o: Operand): Tensor {
    takes("add", arguments.length, 1);
    const [a, b] = operands("add", this, o);
    return a.dtype === "bool" ? this.apply("maximum", [a, b]) : this.apply("add", [a, b]);
  }
  /** this - o. Throws if either is bool, which has no differences. */
  sub(this: Tensor, o: Operand): Tensor {
    takes("sub", arguments.length, 1);
    checkNumeric("sub", typeof o === "number" || !isTensor(o) ? [this] : [this, o]);
    return this.apply("sub", operands("sub", this, o));
  }
  /** this · o. For two bool tensors it is `and`. */
  mul(this: Tensor, o: Operand): Tensor {
    takes("mul", arguments.length, 1);
    return this.apply("mul", operands("mul", this, o));
  }
  /** this / o; integers become float32. */
  div(this: Tensor, o: Operand): Tensor {
    takes("div", arguments.length, 1);
    const [a, b] = operands("div", this, o);
    const dtype = toFloating(a.dtype);
    return this.apply("div", [a.to(dtype), b.to(dtype)]);
  }
  /** thisᵒ, where 0⁰ is 1. Throws for bool, and for an integer tensor with a negative whole number. */
  pow(this: Tensor, o: Operand): Tensor {
    takes("pow", arguments.length, 1);
    if (o === 2) return this.square();
    if (typeof o === "number" && o < 0 && Number.isInteger(o) && !isFloating(this.dtype)) {
      throw new ChainruleError(
        "dtype",
        "pow",
        `${this.dtype} to the power ${o} is no whole number; use to("float32") first`,
      );
    }
    return this.apply("pow", checkNumeric("pow", operands("pow", this, o)));
  }
  /** The larger of this and o; equal ones share the gradient evenly. NaN if either is NaN. */
  maximum(this: Tensor, o: Operand): Tensor {
    takes("maximum", arguments.length, 1);
    return this.apply("maximum", operands("maximum", this, o));
  }
  /** The smaller of this and o; equal ones share the gradient evenly. NaN if either is NaN. */
  minimum(this: Tensor, o: Operand): Tensor {
    takes("minimum", arguments.length, 1);
    return this.apply("minimum", operands("minimum", this, o));
  }
  /** this = o, as bool. NaN equals nothing. */
  eq(this: Tensor, o: Operand): Tensor {
    takes("eq", arguments.length, 1);
    return this.apply("eq", operands("eq", this, o));
  }
  /** this ≠ o, as bool. */
  ne(this: Tensor, o: Operand): Tensor {
    takes("ne", arguments.length, 1);
    return this.eq(o).logicalNot();
  }
  /** this < o, as bool. */
  lt(this: Tensor, o: Operand): Tensor {
    takes("lt", arguments.length, 1);
    return this.apply("lt", operands("lt", this, o));
  }
  /** this ≤ o, as bool. */
  le(this: Tensor, o: Operand): Tensor {
    takes("le", arguments.length, 1);
    return this.apply("le", operands("le", this, o));
  }
  /** this > o, as bool. */
  gt(this: Tensor, o: Operand): Tensor {
    takes("gt", arguments.length, 1);
    const [a, b] = operands("gt", this, o);
    return this.apply("lt", [b, a]);
  }
  /** this ≥ o, as bool. */
  ge(this: Tensor, o: Operand): Tensor {
    takes("ge", arguments.length, 1);
    const [a, b] = operands("ge", this, o);
    return this.apply("le", [b, a]);
  }
  /** Whether this and o are both other than 0, as bool. */
  logicalAnd(this: Tensor, o: Tensor): Tensor {
    takes("logicalAnd", arguments.length, 1);
    checkTensor("logicalAnd", "o", o);
    return this.to("bool").mul(o.to("bool"));
  }
  /** Whether this or o is other than 0, as bool. */
  logicalOr(this: Tensor, o: Tensor): Tensor {
    takes("logicalOr", arguments.length, 1);
    checkTensor("logicalOr", "o", o);
    return this.to("bool").maximum(o.to("bool"));
  }
  /** Whether x is 0, as bool. */
  logicalNot(this: Tensor): Tensor {
    takes("logicalNot", arguments.length, 0);
    return this.apply("eq", [this, constant(this, 0)]);
  }
  /** Whether x is NaN, as bool. */
  isnan(this: Tensor): Tensor {
    takes("isnan", arguments.length, 0);
    return this.ne(this);
  }
  /** Whether x is neither NaN nor infinite, as bool. */
  isfinite(this: Tensor): Tensor {
    takes("isfinite", arguments.length, 0);
    return isFloating(this.dtype) ? this.abs().lt(Infinity) : this.eq(this);
  }

  // ── elementwise, one operand, called x below. Integers become float32 where the result may have fractions, and stay integers elsewhere.
  /** -x. Throws for bool. */
  neg(this: Tensor): Tensor {
    takes("neg", arguments.length, 0);
    return this.apply("neg", checkNumeric("neg", [this]));
  }
  /** |x|, with the gradient 0 at 0. Throws for bool. */
  abs(this: Tensor): Tensor {
    takes("abs", arguments.length, 0);
    return this.apply("abs", checkNumeric("abs", [this]));
  }
  /** The sign, -1, 0 or 1, with the gradient 0; bool is its own. */
  sign(this: Tensor): Tensor {
    takes("sign", arguments.length, 0);
    return this.dtype === "bool" ? this : this.apply("sign", [this]);
  }
  /** The largest whole number ≤ x, with the gradient 0. Throws for bool. */
  floor(this: Tensor): Tensor {
    takes("floor", arguments.length, 0);
    return isFloating(this.dtype) ? this.apply("floor", [this]) : checkNumeric("floor", [this])[0];
  }
  /** The smallest whole number ≥ x, with the gradient 0. Throws for bool. */
  ceil(this: Tensor): Tensor {
    takes("ceil", arguments.length, 0);
    return isFloating(this.dtype) ? this.neg().floor().neg() : checkNumeric("ceil", [this])[0];
  }
  /** The nearest whole number, and the even one of two that are equally near, with the gradient 0. Throws for bool. */
  round(this: Tensor): Tensor {
    takes("round", arguments.length, 0);
    return isFloating(this.dtype) ? this.apply("round", [this]) : checkNumeric("round", [this])[0];
  }
  /** eˣ */
  exp(this: Tensor): Tensor {
    takes("exp", arguments.length, 0);
    return this.apply("exp", [floating(this)]);
  }
  /** eˣ - 1, accurate also where x is close to 0. */
  expm1(this: Tensor): Tensor {
    takes("expm1", arguments.length, 0);
    return this.apply("expm1", [floating(this)]);
  }
  /** The natural logarithm; -∞ at 0, NaN below 0. */
  log(this: Tensor): Tensor {
    takes("log", arguments.length, 0);
    return this.apply("log", [floating(this)]);
  }
  /** log(1 + x), accurate also where x is close to 0. */
  log1p(this: Tensor): Tensor {
    takes("log1p", arguments.length, 0);
    return this.apply("log1p", [floating(this)]);
  }
  /** √x; NaN below 0. */
  sqrt(this: Tensor): Tensor {
    takes("sqrt", arguments.length, 0);
    return this.apply("sqrt", [floating(this)]);
  }
  /** 1 / √x */
  rsqrt(this: Tensor): Tensor {
    takes("rsqrt", arguments.length, 0);
    return this.sqrt().reciprocal();
  }
  /** x²; int32 of bool. */
  square(this: Tensor): Tensor {
    takes("square", arguments.length, 0);
    const x = this.dtype === "bool" ? this.to("int32") : this;
    return x.mul(x);
  }
  /** 1 / x */
  reciprocal(this: Tensor): Tensor {
    takes("reciprocal", arguments.length, 0);
    const x = floating(this);
    return this.apply("div", [constant(x, 1), x]);
  }
  /** sin x, with x in radians. */
  sin(this: Tensor): Tensor {
    takes("sin", arguments.length, 0);
    return this.apply("sin", [floating(this)]);
  }
  /** cos x, with x in radians. */
  cos(this: Tensor): Tensor {
    takes("cos", arguments.length, 0);
    return this.apply("cos", [floating(this)]);
  }
  /** 2/√π · ∫₀ˣ e^(-t²) dt */
  erf(this: Tensor): Tensor {
    takes("erf", arguments.length, 0);
    return this.apply("erf", [floating(this)]);
  }
  /** tanh x */
  tanh(this: Tensor): Tensor {
    takes("tanh", arguments.length, 0);
    return this.apply("tanh", [floating(this)]);
  }
  /** 1 / (1 + e⁻ˣ) */
  sigmoid(this: Tensor): Tensor {
    takes("sigmoid", arguments.length, 0);
    return this.apply("sigmoid", [floating(this)]);
  }
  /** x where x > 0, else 0, with the gradient 0 at 0; NaN stays NaN. Throws for bool. */
  relu(this: Tensor): Tensor {
    takes("relu", arguments.length, 0);
    return relu(checkNumeric("relu", [this])[0]);
  }
  /**
   * x · Φ(x), where Φ is the distribution function of the standard normal distribution, by erf (Hendrycks and Gimpel 2016);
   * { approximate: "tanh" } computes their approximation by tanh.
   */
  gelu(this: Tensor, options: GeluOptions = {}): Tensor {
    takes("gelu", arguments.length, 1);
    return isApproximated("gelu", options) ? geluTanh(floating(this)) : gelu(floating(this));
  }
  /** x · sigmoid(x) (Elfwing et al. 2018). */
  silu(this: Tensor): Tensor {
    takes("silu", arguments.length, 0);
    return silu(floating(this));
  }
  /** log(1 + e^(beta · x)) / beta; x itself where beta · x is above the threshold. */
  softplus(this: Tensor, beta = 1, threshold = 20): Tensor {
    takes("softplus", arguments.length, 2);
    checkNumber("softplus", "beta", beta);
    checkNumber("softplus", "threshold", threshold);
    const x = floating(this);
    return beta === 1 && threshold === 20 ? softplus(x) : scaledSoftplus(x, { beta, threshold });
  }
  /** x where x > 0, else slope · x (Maas et al. 2013). */
  leakyRelu(this: Tensor, slope = 0.01): Tensor {
    takes("leakyRelu", arguments.length, 1);
    return leakyRelu(this, { slope });
  }
  /**
   * x limited to the range from min to max, which are numbers or tensors that broadcast. The gradient is that of x from min to max, both
   * included, and that of a bound beyond it; 0 where x is NaN. NaN if any of the three is NaN. If min is above max, the result is max.
   */
  clamp(this: Tensor, min?: Operand | null, max?: Operand | null): Tensor {
    takes("clamp", arguments.length, 2);
    return within("clamp", () => clamp(this, min ?? null, max ?? null));
  }
  /** The elements of this where the condition, bool, is true, and those of other elsewhere; the shapes broadcast. */
  where(this: Tensor, condition: Tensor, other: Operand): Tensor {
    takes("where", arguments.length, 2);
    checkTensor("where", "condition", condition);
    if (condition.dtype !== "bool")
      throw new ChainruleError(
        "dtype",
        "where",
        `the condition is ${describe(condition)}, not bool; compare it with ne(0)`,
      );
    const [a, b] = promoted("where", this, other);
    const [shaped, x] = arrange("where", condition, a);
    const [y, z] = arrange("where", x, b);
    return this.apply("where", [arrange("where", shaped, y)[0], y, z]);
  }
}
