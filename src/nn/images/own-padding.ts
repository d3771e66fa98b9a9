// Padding layers that add a tensor's own elements.
import { takes } from "../../tensor/arguments.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import type { Layer } from "../module.ts";
import { type Padding, PaddingLayer, padWith } from "./padding.ts";

/** Mirrors sequences [N, C, L] at their edges, without the elements at the edge. */
export class ReflectionPad1d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("ReflectionPad1d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("ReflectionPad1d.forward", x, arguments.length);
    return padWith("ReflectionPad1d.forward", x, this.padding, 1, "reflect");
  }
}

/** Repeats the elements at the edges of sequences [N, C, L]. */
export class ReplicationPad1d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("ReplicationPad1d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("ReplicationPad1d.forward", x, arguments.length);
    return padWith("ReplicationPad1d.forward", x, this.padding, 1, "replicate");
  }
}

/** Adds the elements of the other end to sequences [N, C, L]. */
export class CircularPad1d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("CircularPad1d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("CircularPad1d.forward", x, arguments.length);
    return padWith("CircularPad1d.forward", x, this.padding, 1, "circular");
  }
}

/** Mirrors images [N, C, H, W] at their edges, without the elements at the edge. */
export class ReflectionPad2d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("ReflectionPad2d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("ReflectionPad2d.forward", x, arguments.length);
    return padWith("ReflectionPad2d.forward", x, this.padding, 2, "reflect");
  }
}

/** Repeats the elements at the edges of images [N, C, H, W]. */
export class ReplicationPad2d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("ReplicationPad2d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("ReplicationPad2d.forward", x, arguments.length);
    return padWith("ReplicationPad2d.forward", x, this.padding, 2, "replicate");
  }
}

/** Adds the elements of the other end to images [N, C, H, W]. */
export class CircularPad2d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("CircularPad2d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("CircularPad2d.forward", x, arguments.length);
    return padWith("CircularPad2d.forward", x, this.padding, 2, "circular");
  }
}

/** Mirrors volumes [N, C, D, H, W] at their edges, without the elements at the edge. */
export class ReflectionPad3d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("ReflectionPad3d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("ReflectionPad3d.forward", x, arguments.length);
    return padWith("ReflectionPad3d.forward", x, this.padding, 3, "reflect");
  }
}

/** Repeats the elements at the edges of volumes [N, C, D, H, W]. */
export class ReplicationPad3d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("ReplicationPad3d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("ReplicationPad3d.forward", x, arguments.length);
    return padWith("ReplicationPad3d.forward", x, this.padding, 3, "replicate");
  }
}

/** Adds the elements of the other end to volumes [N, C, D, H, W]. */
export class CircularPad3d extends PaddingLayer implements Layer {
  constructor(padding: Padding) {
    takes("CircularPad3d", arguments.length, 1);
    super(padding);
  }

  forward(x: Tensor): Tensor {
    checkInput("CircularPad3d.forward", x, arguments.length);
    return padWith("CircularPad3d.forward", x, this.padding, 3, "circular");
  }
}
