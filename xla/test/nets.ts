// Whole training steps: the nets W1 to W3 of bench/works.js, and a GPT of 4 layers and 4 heads, width 128, 64 symbols, batch 12.
import * as chainrule from "chainrule";
import { workOf } from "../../bench/training.js";
import { questionOf, nets as works } from "../../bench/works.js";
import { trainingStep } from "../../test/training-step.js";

const { arange, Embedding, GELU, LayerNorm, Linear, Module, MultiheadAttention, Sequential, shard } = chainrule;
type Tensor = chainrule.Tensor;
type Layer = chainrule.Layer;

/** A net made anew, always with the same weights. */
export interface Trained {
  readonly model: chainrule.Module;
  readonly step: (...batch: Tensor[]) => Tensor;
  readonly batch: (i: number) => readonly Tensor[];
}

class Residual extends Module {
  readonly inner: Layer;
  constructor(inner: Layer) {
    super();
    this.inner = inner;
  }
  forward(x: Tensor): Tensor {
    return x.add(this.inner.forward(x));
  }
}

class Positions extends Module {
  readonly symbols: chainrule.Embedding;
  readonly places: chainrule.Embedding;
  constructor(symbols: number, length: number, width: number) {
    super();
    this.symbols = new Embedding(symbols, width);
    this.places = new Embedding(length, width);
  }
  forward(x: Tensor): Tensor {
    return this.symbols.forward(x).add(this.places.forward(arange(x.shape[1])));
  }
}

export interface GptSizes {
  readonly blocks: number;
  readonly width: number;
  readonly length: number;
  readonly batch: number;
  /** Whether its linear layers are divided among devices. */
  readonly isDivided?: boolean;
}

/** Divides a pair of linear layers along "model": the first by its outputs, and the second by its inputs, which are the first one's outputs. */
function divide(first: Tensor, bias: Tensor | null, second: Tensor): void {
  shard(first, { 0: "model" });
  if (bias !== null) shard(bias, { 0: "model" });
  shard(second, { 1: "model" });
}

/** A GPT on 65 symbols, trained by AdamW. */
export function gpt({ blocks, width, length, batch, isDivided = false }: GptSizes): Trained {
  chainrule.manualSeed(1);
  const block = () => {
    const attention = new MultiheadAttention(width, 4, { causal: true });
    const [up, down] = [new Linear(width, 4 * width), new Linear(4 * width, width)];
    if (isDivided) {
      divide(attention.in_proj_weight, attention.in_proj_bias, attention.out_proj.weight);
      divide(up.weight, up.bias, down.weight);
    }
    return [
      new Residual(new Sequential(new LayerNorm(width), attention)),
      new Residual(new Sequential(new LayerNorm(width), up, new GELU(), down)),
    ];
  };
  const layers = Array.from({ length: blocks }, block).flat();
  const ends = [new LayerNorm(width), new Linear(width, 65)];
  const model = new Sequential(new Positions(65, length, width), ...layers, ...ends);
  const loss = (symbols: Tensor) => {
    const scores = model.forward(symbols.slice(null, [0, -1]));
    return chainrule.crossEntropy(scores.flatten(0, 1), symbols.slice(null, [1]).flatten());
  };
  const symbols = (i: number) =>
    chainrule.tensor(
      Int32Array.from({ length: batch * (length + 1) }, (_, at) => (7 * at + i * at * at) % 65),
      {
        shape: [batch, length + 1],
      },
    );
  const optimizer = new chainrule.AdamW(model.parameters(), { lr: 1e-3 });
  return { model, step: trainingStep(loss, optimizer), batch: (i) => [symbols(i)] };
}

export const nets: ReadonlyMap<string, () => Trained> = new Map([
  ...works.map((work): [string, () => Trained] => [
    work.name,
    () => {
      const { model, train, batch } = workOf(chainrule, questionOf(work));
      return { model, step: train as Trained["step"], batch };
    },
  ]),
  ["gpt", () => gpt({ blocks: 4, width: 128, length: 64, batch: 12 })],
]);
