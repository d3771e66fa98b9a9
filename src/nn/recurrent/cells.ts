// Single steps of recurrent nets as layers, for loops of one's own: in scan, or where the next input depends on the output.
import { ChainruleError } from "../../errors/error.ts";
import { checkWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { zeros } from "../../tensor/create.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniformByFanIn } from "../init/initialize.ts";
import { settings } from "../layer-tree.ts";
import { Module } from "../module.ts";
import { checkPair } from "./lstm.ts";
import { checkNonlinearity } from "./rnn.ts";
import { gruStep, type Kind, kinds, type LSTMState, lstmStep, type Recur, rnnStep } from "./steps.ts";

/** The options of LSTMCell and GRUCell. */
export interface CellOptions {
  /** Whether the cell has biases; true if left out. */
  readonly bias?: boolean | undefined;
}

/** The options of RNNCell. */
export interface RNNCellOptions extends CellOptions {
  /** The function of the step; "tanh" if left out. */
  readonly nonlinearity?: "tanh" | "relu" | undefined;
}

const names: OptionNames<CellOptions> = { bias: true };
const rnnNames: OptionNames<RNNCellOptions> = { bias: true, nonlinearity: true };

/** One step of a recurrent net. */
abstract class Cell extends Module {
  readonly inputs: number;
  readonly hidden: number;
  /** [gates · hidden, inputs], initially uniform in ±1/√hidden, as all parameters. */
  readonly weight_ih: Tensor;
  /** [gates · hidden, hidden] */
  readonly weight_hh: Tensor;
  /** [gates · hidden]; null with `bias: false`. */
  readonly bias_ih: Tensor | null;
  /** [gates · hidden]; null with `bias: false`. */
  readonly bias_hh: Tensor | null;

  protected constructor({ gates }: Kind, inputs: number, hidden: number, { bias = true }: CellOptions) {
    super();
    const call = new.target.name;
    checkWhole(call, "inputs", inputs, { from: 1 });
    checkWhole(call, "hidden", hidden, { from: 1 });
    this.inputs = inputs;
    this.hidden = hidden;
    this.weight_ih = uniformByFanIn([gates * hidden, inputs], hidden);
    this.weight_hh = uniformByFanIn([gates * hidden, hidden], hidden);
    this.bias_ih = bias ? uniformByFanIn([gates * hidden], hidden) : null;
    this.bias_hh = bias ? uniformByFanIn([gates * hidden], hidden) : null;
  }

  /** @internal Runs a step on batches: x [N, inputs] and states [N, hidden], each without N where x is [inputs]. */
  protected run(
    x: Tensor,
    given: readonly Tensor[],
    count: number,
    step: (states: readonly Tensor[], projected: Tensor, recur: Recur) => readonly Tensor[],
  ): Tensor[] {
    const call = `${this.constructor.name}.forward`;
    if (!isFloating(x.dtype) || (x.ndim !== 1 && x.ndim !== 2) || x.shape[x.ndim - 1] !== this.inputs)
      throw new ChainruleError(
        "shape",
        call,
        `x is floating, [N, ${this.inputs}] or [${this.inputs}], not ${describe(x)}`,
      );
    const batch = x.ndim === 1 ? x.unsqueeze(0) : x;
    const shape = [...x.shape.slice(0, -1), this.hidden];
    const whole = [batch.shape[0], this.hidden];
    for (const state of given) {
      checkTensor(call, "a state", state);
      if (state.dtype !== x.dtype || !sameShape(state.shape, shape))
        throw new ChainruleError(
          "shape",
          call,
          `the state is ${describe({ dtype: x.dtype, shape })}, not ${describe(state)}`,
        );
    }
    const states = Array.from(
      { length: count },
      (_, i) => given[i]?.reshape(whole) ?? zeros(whole, { dtype: x.dtype }),
    );
    const plain = batch.matmul(this.weight_ih.transpose());
    const projected = this.bias_ih ? plain.add(this.bias_ih) : plain;
    const recur = (h: Tensor) => {
      const product = h.matmul(this.weight_hh.transpose());
      return this.bias_hh ? product.add(this.bias_hh) : product;
    };
    return step(states, projected, recur).map((state) => state.reshape(shape));
  }

  /** Returns the text in brackets after the class name where the cell is printed. */
  override extraRepr(): string {
    return settings([this.inputs, this.hidden], { bias: this.bias_ih ? undefined : false });
  }
}

/** One step of an RNN: forward(x, h) returns h'. x is [N, inputs] or [inputs], h, zeros if left out, [N, hidden] or [hidden]. */
export class RNNCell extends Cell {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputs: number, hidden: number, options: RNNCellOptions = {}) {
    takes("RNNCell", arguments.length, 3);
    checkOptions("RNNCell", options, rnnNames);
    super(kinds.rnn, inputs, hidden, options);
    const { nonlinearity = "tanh" } = options;
    checkNonlinearity("RNNCell", nonlinearity);
    this.nonlinearity = nonlinearity;
  }

  /** Returns the text in brackets after the class name where the cell is printed. */
  override extraRepr(): string {
    const others = super.extraRepr();
    return this.nonlinearity === "tanh" ? others : `${others}, nonlinearity=${this.nonlinearity}`;
  }

  /** Returns h after the step; without h it begins with zeros. */
  forward(x: Tensor, h?: Tensor): Tensor {
    takes("RNNCell.forward", arguments.length, 2);
    checkTensor("RNNCell.forward", "x", x);
    const given = h === undefined ? [] : [h];
    const [next] = this.run(x, given, 1, ([now], projected, recur) => [
      rnnStep(now, projected, recur, this.nonlinearity),
    ]);
    return next;
  }
}

/** One step of an LSTM: forward(x, [h, c]) returns [h', c'], of the shapes of RNNCell. */
export class LSTMCell extends Cell {
  constructor(inputs: number, hidden: number, options: CellOptions = {}) {
    takes("LSTMCell", arguments.length, 3);
    checkOptions("LSTMCell", options, names);
    super(kinds.lstm, inputs, hidden, options);
  }

  /** Returns [h, c] after the step; without a state it begins with zeros. */
  forward(x: Tensor, state?: LSTMState): [h: Tensor, c: Tensor] {
    takes("LSTMCell.forward", arguments.length, 2);
    checkTensor("LSTMCell.forward", "x", x);
    if (state !== undefined) checkPair("LSTMCell.forward", state);
    const [h, c] = this.run(x, state ?? [], 2, ([h, c], projected, recur) => lstmStep([h, c], projected, recur));
    return [h, c];
  }
}

/** One step of a GRU: forward(x, h) returns h', of the shapes of RNNCell. */
export class GRUCell extends Cell {
  constructor(inputs: number, hidden: number, options: CellOptions = {}) {
    takes("GRUCell", arguments.length, 3);
    checkOptions("GRUCell", options, names);
    super(kinds.gru, inputs, hidden, options);
  }

  /** Returns h after the step; without h it begins with zeros. */
  forward(x: Tensor, h?: Tensor): Tensor {
    takes("GRUCell.forward", arguments.length, 2);
    checkTensor("GRUCell.forward", "x", x);
    const given = h === undefined ? [] : [h];
    const [next] = this.run(x, given, 1, ([now], projected, recur) => [gruStep(now, projected, recur)]);
    return next;
  }
}
