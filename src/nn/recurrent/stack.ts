// What the recurrent layers RNN, LSTM and GRU share: their parameters, under PyTorch's names, and the way of a sequence through layers and
// directions. Each layer is a scan over the steps, so that a program has it as one loop, of any length.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { checkTensor } from "../../tensor/arguments.ts";
import { zeros } from "../../tensor/create.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { concat, stack } from "../../tensor/functions.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import { scan } from "../../tensor/scan.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dropElements } from "../dropout.ts";
import { uniformByFanIn } from "../init/initialize.ts";
import { settings } from "../layer-tree.ts";
import { Module } from "../module.ts";
import type { Kind, Recur } from "./steps.ts";

/** The options of LSTM and GRU, and of RNN, which has a nonlinearity as well. */
export interface RecurrentOptions {
  /** How many layers stand one above the other: each takes the outputs of the one below. 1 if left out. */
  readonly layers?: number | undefined;
  /** Whether each layer also goes from the last step to the first; the outputs of both are joined. false if left out. */
  readonly bidirectional?: boolean | undefined;
  /** Whether x and y are [N, T, ...] instead of [T, N, ...]; false if left out. States are [layers · directions, N, hidden] either way. */
  readonly batchFirst?: boolean | undefined;
  /** The probability with which, in training, each output of a layer that is not the last is set to 0, from 0 to 1; 0 if left out. */
  readonly dropout?: number | undefined;
  /** Whether the layers have biases; true if left out. */
  readonly bias?: boolean | undefined;
}

export const recurrentNames: OptionNames<RecurrentOptions> = {
  layers: true,
  bidirectional: true,
  batchFirst: true,
  dropout: true,
  bias: true,
};

/** The parameters of one layer in one direction. */
interface Weights {
  readonly ih: Tensor;
  readonly hh: Tensor;
  readonly biasIh: Tensor | null;
  readonly biasHh: Tensor | null;
}

/** One layer in one direction: the states before it, each [N, hidden], and after it, and the h of all steps, [T, N, hidden]. */
type Pass = (
  states: readonly Tensor[],
  projected: Tensor,
  recur: Recur,
  reverse: boolean,
) => { readonly states: readonly Tensor[]; readonly outputs: Tensor };

/** A recurrent net of several layers, in one direction or in both. */
export abstract class Recurrent extends Module {
  /** The number of features of x, of the hidden state, and of layers. */
  readonly inputs: number;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bias: boolean;
  /** [gates · hidden, inputs], initially uniform in ±1/√hidden, as all parameters. Further layers have _l1, the other direction _l0_reverse. */
  declare readonly weight_ih_l0: Tensor;
  /** [gates · hidden, hidden] */
  declare readonly weight_hh_l0: Tensor;
  /** [gates · hidden]; undefined with `bias: false`. */
  declare readonly bias_ih_l0?: Tensor;
  /** [gates · hidden]; undefined with `bias: false`. */
  declare readonly bias_hh_l0?: Tensor;

  protected constructor(
    { gates }: Kind,
    inputs: number,
    hidden: number,
    options: RecurrentOptions,
    names: OptionNames<RecurrentOptions>,
  ) {
    super();
    const call = new.target.name;
    checkOptions(call, options, names);
    const { layers = 1, bidirectional = false, batchFirst = false, dropout = 0, bias = true } = options;
    checkWhole(call, "inputs", inputs, { from: 1 });
    checkWhole(call, "hidden", hidden, { from: 1 });
    checkWhole(call, "layers", layers, { from: 1 });
    checkNumber(call, "dropout", dropout, { from: 0, to: 1 });
    this.inputs = inputs;
    this.hidden = hidden;
    this.layers = layers;
    this.bidirectional = bidirectional;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bias = bias;
    for (let layer = 0; layer < layers; layer++) {
      const features = layer === 0 ? inputs : hidden * (bidirectional ? 2 : 1);
      for (const end of this.endsOf(layer)) {
        const all: Record<string, readonly number[]> = {
          weight_ih: [gates * hidden, features],
          weight_hh: [gates * hidden, hidden],
          ...(bias ? { bias_ih: [gates * hidden], bias_hh: [gates * hidden] } : {}),
        };
        for (const [name, shape] of Object.entries(all))
          Reflect.set(this, `${name}_${end}`, uniformByFanIn(shape, hidden));
      }
    }
  }

  /** @internal The ends of the names of a layer's parameters, one for each direction. */
  protected endsOf(layer: number): string[] {
    return this.bidirectional ? [`l${layer}`, `l${layer}_reverse`] : [`l${layer}`];
  }

  /** @internal */
  protected weightsOf(end: string): Weights {
    const of = (name: string): Tensor => {
      const tensor: unknown = Reflect.get(this, `${name}_${end}`);
      checkTensor(`${this.constructor.name}.forward`, `${name}_${end}`, tensor);
      return tensor;
    };
    return {
      ih: of("weight_ih"),
      hh: of("weight_hh"),
      biasIh: this.bias ? of("bias_ih") : null,
      biasHh: this.bias ? of("bias_hh") : null,
    };
  }

  /**
   * @internal Runs all layers over x, with `count` states of each cell (h, or h and c), and returns y and the states after the last step, each
   * [layers · directions, N, hidden].
   */
  protected run(
    x: Tensor,
    given: readonly Tensor[],
    { count, addsBiases, pass }: { readonly count: number; readonly addsBiases: boolean; readonly pass: Pass },
  ): { readonly y: Tensor; readonly states: readonly Tensor[] } {
    const call = `${this.constructor.name}.forward`;
    checkSequence(call, x, this.inputs);
    const isBatch = x.ndim === 3;
    const inTime = isBatch ? (this.batchFirst ? x.transpose(0, 1) : x) : x.unsqueeze(1);
    const batch = inTime.shape[1];
    const cells = this.layers * (this.bidirectional ? 2 : 1);
    const shape = isBatch ? [cells, batch, this.hidden] : [cells, this.hidden];
    for (const state of given) checkState(call, state, x, shape);
    const before = Array.from({ length: count }, (_, i) => {
      return given[i]?.reshape([cells, batch, this.hidden]) ?? zeros([cells, batch, this.hidden], { dtype: x.dtype });
    });
    return inRegion(this.constructor.name.toLowerCase(), {}, () => {
      const after: Tensor[][] = before.map(() => []);
      let sequence = inTime;
      for (let layer = 0; layer < this.layers; layer++) {
        if (layer > 0 && this.training && this.dropout > 0)
          sequence = dropElements(sequence, sequence.shape, this.dropout);
        const input = sequence;
        const outputs = this.endsOf(layer).map((end, direction) => {
          const { ih, hh, biasIh, biasHh } = this.weightsOf(end);
          const cell = after[0].length;
          const plain = input.matmul(ih.transpose());
          const shifted = biasIh === null ? plain : plain.add(addsBiases && biasHh ? biasIh.add(biasHh) : biasIh);
          const recur = (h: Tensor) => {
            const product = h.matmul(hh.transpose());
            return biasHh === null || addsBiases ? product : product.add(biasHh);
          };
          const starts = before.map((state) => state.slice(cell));
          const { states, outputs } = pass(starts, shifted, recur, direction === 1);
          for (const [i, state] of states.entries()) after[i].push(state);
          return outputs;
        });
        sequence = outputs.length === 1 ? outputs[0] : concat(outputs, 2);
      }
      const y = isBatch ? (this.batchFirst ? sequence.transpose(0, 1) : sequence) : sequence.squeeze(1);
      return { y, states: after.map((list) => stack(list).reshape(shape)) };
    });
  }

  override extraRepr(): string {
    const { layers, bidirectional, batchFirst, dropout, bias } = this;
    return settings([this.inputs, this.hidden], {
      layers: layers === 1 ? undefined : layers,
      bidirectional: bidirectional || undefined,
      batchFirst: batchFirst || undefined,
      dropout: dropout === 0 ? undefined : dropout,
      bias: bias ? undefined : false,
    });
  }
}

function checkSequence(call: string, x: Tensor, inputs: number): void {
  if (!isFloating(x.dtype))
    throw new ChainruleError("dtype", call, `x is float32 or float64, not ${describe(x)}; use to("float32")`);
  if ((x.ndim !== 2 && x.ndim !== 3) || x.shape[x.ndim - 1] !== inputs)
    throw new ChainruleError(
      "shape",
      call,
      `x is [T, N, ${inputs}], [N, T, ${inputs}] with batchFirst, or [T, ${inputs}] without a batch, not ${describe(x)}`,
    );
}

function checkState(call: string, state: Tensor, x: Tensor, shape: readonly number[]): void {
  checkTensor(call, "a state", state);
  if (state.dtype !== x.dtype || !sameShape(state.shape, shape))
    throw new ChainruleError(
      "shape",
      call,
      `the states before the first step are ${describe({ dtype: x.dtype, shape })}, [layers · directions, N, hidden], not ${describe(state)}`,
    );
}

/** A pass whose cells have one state, h. */
export const passOfOne =
  (step: (h: Tensor, projected: Tensor, recur: Recur) => Tensor): Pass =>
  ([start], projected, recur, reverse) => {
    const [last, outputs] = scan(
      (h: Tensor, now: Tensor) => {
        const next = step(h, now, recur);
        return [next, next];
      },
      start,
      projected,
      { reverse },
    );
    return { states: [last], outputs };
  };

/** A pass whose cells have two states, h and c. */
export const passOfTwo =
  (step: (state: readonly [h: Tensor, c: Tensor], projected: Tensor, recur: Recur) => [h: Tensor, c: Tensor]): Pass =>
  ([h, c], projected, recur, reverse) => {
    const [states, outputs] = scan(
      (state: [Tensor, Tensor], now: Tensor) => {
        const next = step(state, now, recur);
        return [next, next[0]];
      },
      [h, c],
      projected,
      { reverse },
    );
    return { states, outputs };
  };
