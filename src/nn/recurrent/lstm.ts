// The net of long short-term memory.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, shown, takes } from "../../tensor/arguments.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { passOfTwo, Recurrent, type RecurrentOptions, recurrentNames } from "./stack.ts";
import { kinds, type LSTMState, lstmStep } from "./steps.ts";

/** Throws unless a state is the pair [h, c]. */
export function checkPair(call: string, state: unknown): void {
  if (!Array.isArray(state) || state.length !== 2)
    throw new ChainruleError("type", call, `the state of an LSTM is [h, c], not ${shown(state)}`);
}

/**
 * i, f and o = σ, g = tanh of x · W + b + h · U + b'; c' = f · c + i · g, h' = o · tanh c' (Hochreiter and Schmidhuber 1997), with the gates i,
 * f, g, o below each other in weight_ih, weight_hh and the biases. forward(x, [h0, c0]) returns [y, [h, c]]: x, y and the states, zeros if
 * left out, have the shapes of those of RNN.
 */
export class LSTM extends Recurrent {
  constructor(inputs: number, hidden: number, options: RecurrentOptions = {}) {
    takes("LSTM", arguments.length, 3);
    super(kinds.lstm, inputs, hidden, options, recurrentNames);
  }

  /** Returns y, the h of the last layer after each step, and [h, c] of all layers after the last one, which begin with the state, or zeros. */
  forward(x: Tensor, state?: LSTMState): [y: Tensor, state: [h: Tensor, c: Tensor]] {
    takes("LSTM.forward", arguments.length, 2);
    checkTensor("LSTM.forward", "x", x);
    if (state !== undefined) checkPair("LSTM.forward", state);
    const { y, states } = this.run(x, state ?? [], { count: 2, ...kinds.lstm, pass: passOfTwo(lstmStep) });
    return [y, [states[0], states[1]]];
  }
}
