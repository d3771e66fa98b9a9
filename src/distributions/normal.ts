// The normal distribution.
import { takes } from "../tensor/arguments.ts";
import { randn } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Distribution } from "./distribution.ts";
import { broadcast, checkPositive, type Parameter } from "./parameters.ts";

/** The normal distribution with mean `loc` and standard deviation `scale`, which broadcast. Throws unless scale is above 0. */
export class Normal extends Distribution {
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(loc: Parameter, scale: Parameter) {
    takes("Normal", arguments.length, 2);
    const given = broadcast("Normal", { loc, scale });
    checkPositive("Normal", "scale", given.scale);
    super(given.shape);
    this.loc = given.loc;
    this.scale = given.scale;
  }

  get mean(): Tensor {
    return this.loc;
  }
  get variance(): Tensor {
    return this.scale.square();
  }

  protected draw(shape: Shape): Tensor {
    return this.reparameterised(shape);
  }

  protected override reparameterised(shape: Shape): Tensor {
    const noise = randn([...shape, ...this.batchShape]).to(this.loc.dtype);
    return noise.mul(this.scale).add(this.loc);
  }

  /** -(value - loc)²/(2 · scale²) - log scale - log(2π)/2 */
  logProb(value: Tensor): Tensor {
    takes("logProb", arguments.length, 1);
    const z = value.sub(this.loc).div(this.scale);
    return z
      .square()
      .mul(-0.5)
      .sub(this.scale.log())
      .sub(0.5 * Math.log(2 * Math.PI));
  }

  /** log scale + (1 + log 2π)/2 */
  entropy(): Tensor {
    takes("entropy", arguments.length, 0);
    return this.scale.log().add(0.5 + 0.5 * Math.log(2 * Math.PI));
  }

  /** (r - 1 - log r + d²)/2 with r = (scale/other's)² and d = (loc - other's)/other's scale */
  divergence(other: Normal): Tensor {
    const ratio = this.scale.div(other.scale).square();
    const distance = this.loc.sub(other.loc).div(other.scale).square();
    return ratio.add(distance).sub(1).sub(ratio.log()).mul(0.5);
  }
}
