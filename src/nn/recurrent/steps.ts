// One step of each recurrent net, in PyTorch's order of gates. `projected` is x · weight_ihᵀ and its biases, which does not depend on the step
// before, and so is computed for all steps at once; `recur` is h · weight_hhᵀ and its bias. Both are [N, gates · hidden].
import type { Tensor } from "../../tensor/tensor.ts";

/** The hidden state h and the cell state c of an LSTM, each [N, hidden]. */
export type LSTMState = readonly [h: Tensor, c: Tensor];

/** h · weight_hhᵀ + bias_hh */
export type Recur = (h: Tensor) => Tensor;

/** The kinds of recurrent nets: how many gates a cell has, and whether the bias of `recur` may be added to `projected` beforehand. */
export interface Kind {
  readonly gates: number;
  readonly addsBiases: boolean;
}

export const kinds = {
  rnn: { gates: 1, addsBiases: true },
  lstm: { gates: 4, addsBiases: true },
  // n = tanh(W x + b + r · (U h + b')): the reset gate multiplies the second bias as well.
  gru: { gates: 3, addsBiases: false },
} as const satisfies Record<string, Kind>;

/** h' = tanh(projected + recur(h)), or relu of it. */
export function rnnStep(h: Tensor, projected: Tensor, recur: Recur, nonlinearity: "tanh" | "relu"): Tensor {
  const sum = projected.add(recur(h));
  return nonlinearity === "tanh" ? sum.tanh() : sum.relu();
}

/** i, f, o = σ, g = tanh of the gates; c' = f · c + i · g; h' = o · tanh c' (Hochreiter and Schmidhuber 1997). */
export function lstmStep([h, c]: LSTMState, projected: Tensor, recur: Recur): [h: Tensor, c: Tensor] {
  const [i, f, g, o] = projected.add(recur(h)).chunk(4, 1);
  const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
  return [o.sigmoid().mul(next.tanh()), next];
}

/** r, z = σ of the first gates; n = tanh(projected + r · recur(h)) of the last; h' = (1 - z) · n + z · h (Cho et al. 2014). */
export function gruStep(h: Tensor, projected: Tensor, recur: Recur): Tensor {
  const [xr, xz, xn] = projected.chunk(3, 1);
  const [hr, hz, hn] = recur(h).chunk(3, 1);
  const z = xz.add(hz).sigmoid();
  const n = xn.add(xr.add(hr).sigmoid().mul(hn)).tanh();
  return n.add(z.mul(h.sub(n)));
}
