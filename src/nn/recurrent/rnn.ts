// The plain recurrent net (Elman 1990).
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, shown, takes } from "../../tensor/arguments.ts";
import type { OptionNames } from "../../tensor/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { passOfOne, Recurrent, type RecurrentOptions, recurrentNames } from "./stack.ts";
import { kinds, rnnStep } from "./steps.ts";

/** The options of RNN. */
export interface RNNOptions extends RecurrentOptions {
  /** The function of each step; "tanh" if left out. */
  readonly nonlinearity?: "tanh" | "relu" | undefined;
}

const names: OptionNames<RNNOptions> = { ...recurrentNames, nonlinearity: true };

/** Throws unless the nonlinearity is one of the two. */
export function checkNonlinearity(call: string, nonlinearity: unknown): asserts nonlinearity is "tanh" | "relu" {
  if (nonlinearity === "tanh" || nonlinearity === "relu") return;
  throw new ChainruleError("option", call, `nonlinearity is "tanh" or "relu", not ${shown(nonlinearity)}`);
}

/**
 * h' = tanh(x · weight_ihᵀ + bias_ih + h · weight_hhᵀ + bias_hh) for each step: x [T, N, inputs] -> y [T, N, directions · hidden], the h of
 * the last layer after each step. forward(x, h0) returns [y, h], where h0 (zeros if left out) and h, after the last step, are
 * [layers · directions, N, hidden]. Without a batch, x is [T, inputs], and the others have no N either.
 */
export class RNN extends Recurrent {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputs: number, hidden: number, options: RNNOptions = {}) {
    takes("RNN", arguments.length, 3);
    super(kinds.rnn, inputs, hidden, options, names);
    const { nonlinearity = "tanh" } = options;
    checkNonlinearity("RNN", nonlinearity);
    this.nonlinearity = nonlinearity;
  }

  override extraRepr(): string {
    const others = super.extraRepr();
    return this.nonlinearity === "tanh" ? others : `${others}, nonlinearity=${this.nonlinearity}`;
  }

  /** Returns y, the h of the last layer after each step, and the h of all layers after the last one, which begin with h0, or zeros. */
  forward(x: Tensor, h0?: Tensor): [y: Tensor, h: Tensor] {
    takes("RNN.forward", arguments.length, 2);
    checkTensor("RNN.forward", "x", x);
    const pass = passOfOne((h, projected, recur) => rnnStep(h, projected, recur, this.nonlinearity));
    const { y, states } = this.run(x, h0 === undefined ? [] : [h0], { count: 1, ...kinds.rnn, pass });
    return [y, states[0]];
  }
}
