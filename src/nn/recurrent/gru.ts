// The net of gated recurrent units.
import { checkTensor, takes } from "../../tensor/arguments.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { passOfOne, Recurrent, type RecurrentOptions, recurrentNames } from "./stack.ts";
import { gruStep, kinds } from "./steps.ts";

/**
 * r and z = σ(x · W + b + h · U + b'), n = tanh(x · W + b + r · (h · U + b')), h' = (1 - z) · n + z · h (Cho et al. 2014), with the gates r, z,
 * n below each other in weight_ih, weight_hh and the biases. forward(x, h0) takes and returns what that of RNN does.
 */
export class GRU extends Recurrent {
  constructor(inputs: number, hidden: number, options: RecurrentOptions = {}) {
    takes("GRU", arguments.length, 3);
    super(kinds.gru, inputs, hidden, options, recurrentNames);
  }

  /** Returns y, the h of the last layer after each step, and the h of all layers after the last one, which begin with h0, or zeros. */
  forward(x: Tensor, h0?: Tensor): [y: Tensor, h: Tensor] {
    takes("GRU.forward", arguments.length, 2);
    checkTensor("GRU.forward", "x", x);
    const given = h0 === undefined ? [] : [h0];
    const { y, states } = this.run(x, given, { count: 1, ...kinds.gru, pass: passOfOne(gruStep) });
    return [y, states[0]];
  }
}
