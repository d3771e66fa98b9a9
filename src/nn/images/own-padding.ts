// Padding layers that add a tensor's own elements.
import { takes } from "../../tensor/arguments.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";
import { type Padding, padWith } from "./padding.ts";

/** Mirrors sequences [N, C, L] at their edges, without the elements at the edge. */
export class ReflectionPad1d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("ReflectionPad1d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("ReflectionPad1d.forward", x, arguments.length);
    return padWith("ReflectionPad1d.forward", x, this.padding, 1, "reflect");
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Repeats the elements at the edges of sequences [N, C, L]. */
export class ReplicationPad1d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("ReplicationPad1d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("ReplicationPad1d.forward", x, arguments.length);
    return padWith("ReplicationPad1d.forward", x, this.padding, 1, "replicate");
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Adds the elements of the other end to sequences [N, C, L]. */
export class CircularPad1d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("CircularPad1d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("CircularPad1d.forward", x, arguments.length);
    return padWith("CircularPad1d.forward", x, this.padding, 1, "circular");
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Mirrors images [N, C, H, W] at their edges, without the elements at the edge. */
export class ReflectionPad2d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("ReflectionPad2d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("ReflectionPad2d.forward", x, arguments.length);
    return padWith("ReflectionPad2d.forward", x, this.padding, 2, "reflect");
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Repeats the elements at the edges of images [N, C, H, W]. */
export class ReplicationPad2d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("ReplicationPad2d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("ReplicationPad2d.forward", x, arguments.length);
    return padWith("ReplicationPad2d.forward", x, this.padding, 2, "replicate");
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Adds the elements of the other end to images [N, C, H, W]. */
export class CircularPad2d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("CircularPad2d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("CircularPad2d.forward", x, arguments.length);
    return padWith("CircularPad2d.forward", x, this.padding, 2, "circular");
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Mirrors volumes [N, C, D, H, W] at their edges, without the elements at the edge. */
export class ReflectionPad3d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("ReflectionPad3d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("ReflectionPad3d.forward", x, arguments.length);
    return padWith("ReflectionPad3d.forward", x, this.padding, 3, "reflect");
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Repeats the elements at the edges of volumes [N, C, D, H, W]. */
export class ReplicationPad3d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("ReplicationPad3d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("ReplicationPad3d.forward", x, arguments.length);
    return padWith("ReplicationPad3d.forward", x, this.padding, 3, "replicate");
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

/** Adds the elements of the other end to volumes [N, C, D, H, W]. */
export class CircularPad3d extends Module implements Layer {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    takes("CircularPad3d", arguments.length, 1);
    this.padding = padding;
  }

  forward(x: Tensor): Tensor {
    checkInput("CircularPad3d.forward", x, arguments.length);
    return padWith("CircularPad3d.forward", x, this.padding, 3, "circular");
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}
