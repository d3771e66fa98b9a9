// Activations that consist of straight lines (hardswish: of lines and a parabola). At the corners the slopes are PyTorch's, and NaN stays NaN.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { pointwise } from "../../tensor/pointwise.ts";
import { floating } from "../../tensor/promotion.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

const not = (condition: Tensor): Tensor => condition.logicalNot();

const relu6Of = pointwise("relu6", (x) => x.where(not(x.le(0)), 0).where(not(x.ge(6)), 6));
const hardtanhOf = pointwise<["min", "max"]>("hardtanh", (x, min, max) =>
  x.where(not(x.le(min)), min).where(not(x.ge(max)), max),
);
const hardsigmoidOf = pointwise("hardsigmoid", (x) => {
  const isInside = x.gt(-3).logicalAnd(x.lt(3));
  const ends = x
    .detach()
    .where(not(x.le(-3)), 0)
    .where(not(x.ge(3)), 1);
  return x.add(3).div(6).where(isInside, ends);
});
const hardswishOf = pointwise("hardswish", (x) => {
  const isLarge = not(x.le(3));
  const inner = x.where(not(isLarge), 0);
  return x.where(isLarge, inner.mul(inner.add(3)).div(6).where(x.gt(-3), inner.mul(0)));
});
const hardshrinkOf = pointwise<["lambda"]>("hardshrink", (x, lambda) => x.where(not(x.abs().le(lambda)), 0));
const softshrinkOf = pointwise<["lambda"]>("softshrink", (x, lambda) => {
  const isLow = x.lt(0);
  return x
    .add(lambda)
    .where(isLow, x.sub(lambda))
    .where(not(x.abs().le(lambda)), 0);
});
const thresholdOf = pointwise<["threshold", "value"]>("threshold", (x, threshold, value) =>
  x.where(not(x.le(threshold)), value),
);

/** A bound of integers is whole, rounded towards zero as in PyTorch. */
const boundFor = (x: Tensor, bound: number): number => (isFloating(x.dtype) ? bound : Math.trunc(bound));

function checkOrder(call: string, min: number, max: number): void {
  if (min > max) throw new ChainruleError("option", call, `min ${min} is above max ${max}; swap them`);
}

/** x limited to the range from 0 to 6 (Howard et al. 2017); the gradient at 0 and at 6 is 0. */
export function relu6(x: Tensor): Tensor {
  takes("relu6", arguments.length, 1);
  checkTensor("relu6", "x", x);
  return relu6Of(x);
}

/** x limited to the range from min to max; the gradient at both is 0. Throws if min is above max. */
export function hardtanh(x: Tensor, min = -1, max = 1): Tensor {
  takes("hardtanh", arguments.length, 3);
  checkTensor("hardtanh", "x", x);
  checkNumber("hardtanh", "min", min);
  checkNumber("hardtanh", "max", max);
  checkOrder("hardtanh", min, max);
  return hardtanhOf(x, { min: boundFor(x, min), max: boundFor(x, max) });
}

/** (x + 3)/6, limited to the range from 0 to 1: straight lines near sigmoid. */
export function hardsigmoid(x: Tensor): Tensor {
  takes("hardsigmoid", arguments.length, 1);
  checkTensor("hardsigmoid", "x", x);
  return hardsigmoidOf(floating(x));
}

/** x · (x + 3)/6, but 0 below -3 and x above 3: near silu without an exponential (Howard et al. 2019). */
export function hardswish(x: Tensor): Tensor {
  takes("hardswish", arguments.length, 1);
  checkTensor("hardswish", "x", x);
  return hardswishOf(floating(x));
}

/** x where |x| > lambda, else 0. */
export function hardshrink(x: Tensor, lambda = 0.5): Tensor {
  takes("hardshrink", arguments.length, 2);
  checkTensor("hardshrink", "x", x);
  checkNumber("hardshrink", "lambda", lambda);
  return hardshrinkOf(floating(x), { lambda });
}

/** x - lambda where x > lambda, x + lambda where x < -lambda, else 0. */
export function softshrink(x: Tensor, lambda = 0.5): Tensor {
  takes("softshrink", arguments.length, 2);
  checkTensor("softshrink", "x", x);
  checkNumber("softshrink", "lambda", lambda, { from: 0 });
  return softshrinkOf(floating(x), { lambda });
}

/** x where x > threshold, else the value. */
export function threshold(x: Tensor, threshold: number, value: number): Tensor {
  takes("threshold", arguments.length, 3);
  checkTensor("threshold", "x", x);
  checkNumber("threshold", "threshold", threshold);
  checkNumber("threshold", "value", value);
  return thresholdOf(x, { threshold: boundFor(x, threshold), value: boundFor(x, value) });
}

/** Applies relu6: x limited to the range from 0 to 6. */
export class ReLU6 extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("ReLU6.forward", x, arguments.length);
    return relu6(x);
  }
}

/** Applies hardtanh: x limited to the range from min to max. */
export class Hardtanh extends Module implements Layer {
  /** The value below which x is replaced by it. */
  readonly min: number;
  /** The value above which x is replaced by it. */
  readonly max: number;

  constructor(min = -1, max = 1) {
    super();
    takes("Hardtanh", arguments.length, 2);
    checkNumber("Hardtanh", "min", min);
    checkNumber("Hardtanh", "max", max);
    checkOrder("Hardtanh", min, max);
    this.min = min;
    this.max = max;
  }

  forward(x: Tensor): Tensor {
    checkInput("Hardtanh.forward", x, arguments.length);
    return hardtanh(x, this.min, this.max);
  }

  override extraRepr(): string {
    return settings([], { min: this.min, max: this.max });
  }
}

/** Applies hardsigmoid: (x + 3)/6, limited to the range from 0 to 1. */
export class Hardsigmoid extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Hardsigmoid.forward", x, arguments.length);
    return hardsigmoid(x);
  }
}

/** Applies hardswish: x · (x + 3)/6, but 0 below -3 and x above 3. */
export class Hardswish extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Hardswish.forward", x, arguments.length);
    return hardswish(x);
  }
}

/** Applies hardshrink: x where |x| > lambda, else 0. */
export class Hardshrink extends Module implements Layer {
  /** Half the width of the interval around 0. */
  readonly lambda: number;

  constructor(lambda = 0.5) {
    super();
    takes("Hardshrink", arguments.length, 1);
    checkNumber("Hardshrink", "lambda", lambda);
    this.lambda = lambda;
  }

  forward(x: Tensor): Tensor {
    checkInput("Hardshrink.forward", x, arguments.length);
    return hardshrink(x, this.lambda);
  }

  override extraRepr(): string {
    return settings([], { lambda: this.lambda });
  }
}

/** Applies softshrink: x moved towards 0 by lambda, and 0 where |x| ≤ lambda. */
export class Softshrink extends Module implements Layer {
  /** Half the width of the interval around 0. */
  readonly lambda: number;

  constructor(lambda = 0.5) {
    super();
    takes("Softshrink", arguments.length, 1);
    checkNumber("Softshrink", "lambda", lambda, { from: 0 });
    this.lambda = lambda;
  }

  forward(x: Tensor): Tensor {
    checkInput("Softshrink.forward", x, arguments.length);
    return softshrink(x, this.lambda);
  }

  override extraRepr(): string {
    return settings([], { lambda: this.lambda });
  }
}

/** Applies threshold: x where x > threshold, else the value. */
export class Threshold extends Module implements Layer {
  /** The value up to which x is replaced. */
  readonly threshold: number;
  /** What replaces x. */
  readonly value: number;

  constructor(threshold: number, value: number) {
    super();
    takes("Threshold", arguments.length, 2);
    checkNumber("Threshold", "threshold", threshold);
    checkNumber("Threshold", "value", value);
    this.threshold = threshold;
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    checkInput("Threshold.forward", x, arguments.length);
    return threshold(x, this.threshold, this.value);
  }

  override extraRepr(): string {
    return settings([], { threshold: this.threshold, value: this.value });
  }
}
