// Padding layers that add zeros or another value.
import { checkNumber } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";
import { type Padding, padConstant } from "./padding.ts";

/** Adds zeros around sequences [N, C, L]. */
export class ZeroPad1d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("ZeroPad1d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("ZeroPad1d.forward", x, arguments.length);
    return padConstant("ZeroPad1d.forward", x, this.padding, 1, 0);
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Adds one value around sequences [N, C, L]. */
export class ConstantPad1d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;
  /** What is added. */
  readonly value: number;

  constructor(padding: Padding, value: number) {
    super();
    takes("ConstantPad1d", arguments.length, 2);
    checkNumber("ConstantPad1d", "value", value, { from: -Infinity, to: Infinity });
    this.padding = padding;
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    checkInput("ConstantPad1d.forward", x, arguments.length);
    return padConstant("ConstantPad1d.forward", x, this.padding, 1, this.value);
  }

  override extraRepr(): string {
    return settings([this.padding, this.value]);
  }
}

/** Adds zeros around images [N, C, H, W]. */
export class ZeroPad2d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("ZeroPad2d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("ZeroPad2d.forward", x, arguments.length);
    return padConstant("ZeroPad2d.forward", x, this.padding, 2, 0);
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Adds one value around images [N, C, H, W]. */
export class ConstantPad2d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;
  /** What is added. */
  readonly value: number;

  constructor(padding: Padding, value: number) {
    super();
    takes("ConstantPad2d", arguments.length, 2);
    checkNumber("ConstantPad2d", "value", value, { from: -Infinity, to: Infinity });
    this.padding = padding;
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    checkInput("ConstantPad2d.forward", x, arguments.length);
    return padConstant("ConstantPad2d.forward", x, this.padding, 2, this.value);
  }

  override extraRepr(): string {
    return settings([this.padding, this.value]);
  }
}

/** Adds zeros around volumes [N, C, D, H, W]. */
export class ZeroPad3d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("ZeroPad3d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("ZeroPad3d.forward", x, arguments.length);
    return padConstant("ZeroPad3d.forward", x, this.padding, 3, 0);
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Adds one value around volumes [N, C, D, H, W]. */
export class ConstantPad3d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;
  /** What is added. */
  readonly value: number;

  constructor(padding: Padding, value: number) {
    super();
    takes("ConstantPad3d", arguments.length, 2);
    checkNumber("ConstantPad3d", "value", value, { from: -Infinity, to: Infinity });
    this.padding = padding;
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    checkInput("ConstantPad3d.forward", x, arguments.length);
    return padConstant("ConstantPad3d.forward", x, this.padding, 3, this.value);
  }

  override extraRepr(): string {
    return settings([this.padding, this.value]);
  }
}
