// What all distributions share: shapes, and what they can be asked.
import { ChainruleError } from "../errors/error.ts";
import { shown, takes } from "../tensor/arguments.ts";
import { noGrad } from "../tensor/mode.ts";
import { checkShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * A batch of distributions of one kind. `batchShape` is the shape of the parameters, one distribution for each element, and `eventShape` that of one draw, []
 * for numbers. Samples are [...shape, ...batchShape, ...eventShape].
 */
export abstract class Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;

  constructor(batchShape: Shape, eventShape: Shape = []) {
    this.batchShape = batchShape;
    this.eventShape = eventShape;
  }

  /** The expected value. */
  abstract get mean(): Tensor;
  /** The expected square of the distance from the mean. */
  abstract get variance(): Tensor;
  /** √variance */
  get stddev(): Tensor {
    return this.variance.sqrt();
  }

  /** Draws numbers without a history: [...shape, ...batchShape, ...eventShape]. */
  sample(shape: Shape = []): Tensor {
    takes("sample", arguments.length, 1);
    checkShape("sample", shape);
    return noGrad(() => this.draw(shape).detach());
  }

  /**
   * Draws numbers whose gradient with respect to the parameters says how each would move with them (reparameterisation). The gradient is of the first order:
   * it cannot be differentiated again for Gamma, Beta and Dirichlet. Throws where numbers cannot move, because they are whole.
   */
  rsample(shape: Shape = []): Tensor {
    takes("rsample", arguments.length, 1);
    checkShape("rsample", shape);
    return this.reparameterised(shape);
  }

  /** The logarithm of the probability of a value, or of the density there: [..., ...batchShape]. The value broadcasts. */
  abstract logProb(value: Tensor): Tensor;

  /** The entropy, -E[log p], in nats: [...batchShape]. */
  abstract entropy(): Tensor;

  /** @internal Draws numbers; the history does not matter. */
  protected abstract draw(shape: Shape): Tensor;

  /** @internal Draws numbers with a history. */
  protected reparameterised(_shape: Shape): Tensor {
    throw new ChainruleError(
      "gradient",
      "rsample",
      `draws of ${this.constructor.name} are whole numbers, which have no gradient; use sample() and the gradient of logProb`,
    );
  }

  /** @internal The divergence of another distribution of the same kind from this one. */
  abstract divergence(other: this): Tensor;
}

/** The Kullback-Leibler divergence E[log p - log q] over draws of p, of two distributions of one kind: [...batchShape]. */
export function klDivergence<D extends Distribution>(p: D, q: D): Tensor {
  takes("klDivergence", arguments.length, 2);
  if (!(p instanceof Distribution) || !(q instanceof Distribution) || p.constructor !== q.constructor)
    throw new ChainruleError(
      "type",
      "klDivergence",
      `takes two distributions of one kind, not ${shown(p)} and ${shown(q)}`,
    );
  return p.divergence(q);
}
