// Padding layers that add zeros or another value.
import { checkNumber } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import type { Layer } from "../module.ts";
import { type Padding, PaddingLayer, padConstant } from "./padding.ts";

/** A layer that adds one value. */
abstract class ConstantPadding extends PaddingLayer {
  /** What is added. */
  readonly value: number;

  constructor(call: string, padding: Padding, value: number) {
    checkNumber(call, "value", value, { from: -Infinity, to: Infinity });
    super(padding);
    this.value = value;
  }

  override extraRepr(): string {
    return settings([this.padding, this.value]);
  }
}

/** Adds zeros around sequences [N, C, L]. */
export class ZeroPad1d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("ZeroPad1d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("ZeroPad1d.forward", x, arguments.length);
    return padConstant("ZeroPad1d.forward", x, this.padding, 1, 0);
  }
}

/** Adds one value around sequences [N, C, L]. */
export class ConstantPad1d extends ConstantPadding implements Layer {
  constructor(padding: Padding, value: number) {
    takes("ConstantPad1d", arguments.length, 2);
    super("ConstantPad1d", padding, value);
  }

  forward(x: Tensor): Tensor {
    checkInput("ConstantPad1d.forward", x, arguments.length);
    return padConstant("ConstantPad1d.forward", x, this.padding, 1, this.value);
  }
}

/** Adds zeros around images [N, C, H, W]. */
export class ZeroPad2d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("ZeroPad2d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("ZeroPad2d.forward", x, arguments.length);
    return padConstant("ZeroPad2d.forward", x, this.padding, 2, 0);
  }
}

/** Adds one value around images [N, C, H, W]. */
export class ConstantPad2d extends ConstantPadding implements Layer {
  constructor(padding: Padding, value: number) {
    takes("ConstantPad2d", arguments.length, 2);
    super("ConstantPad2d", padding, value);
  }

  forward(x: Tensor): Tensor {
    checkInput("ConstantPad2d.forward", x, arguments.length);
    return padConstant("ConstantPad2d.forward", x, this.padding, 2, this.value);
  }
}

/** Adds zeros around volumes [N, C, D, H, W]. */
export class ZeroPad3d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("ZeroPad3d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("ZeroPad3d.forward", x, arguments.length);
    return padConstant("ZeroPad3d.forward", x, this.padding, 3, 0);
  }
}

/** Adds one value around volumes [N, C, D, H, W]. */
export class ConstantPad3d extends ConstantPadding implements Layer {
  constructor(padding: Padding, value: number) {
    takes("ConstantPad3d", arguments.length, 2);
    super("ConstantPad3d", padding, value);
  }

  forward(x: Tensor): Tensor {
    checkInput("ConstantPad3d.forward", x, arguments.length);
    return padConstant("ConstantPad3d.forward", x, this.padding, 3, this.value);
  }
}
