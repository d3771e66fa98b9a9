// Attention with a mask (Vaswani et al. 2017): texts of several lengths are in one batch, and no position attends to the padding. The
// attention weights stay on the module for inspection. The net predicts which of three tokens a text has most often.
import {
  Adam,
  arange,
  compile,
  crossEntropy,
  Embedding,
  Linear,
  Module,
  manualSeed,
  rand,
  type Tensor,
} from "chainrule";

const [tokens, length, size] = [3, 9, 16];

class MaskedAttention extends Module {
  readonly queries = new Linear(size, size);
  readonly keys = new Linear(size, size);
  readonly values = new Linear(size, size);
  /** The attention weights of the last call, [N, L, L]; they are no part of the model. */
  attention: Tensor | null = null;

  /** x [N, L, size]; mask bool [N, 1, L], true where there is a token. */
  forward(x: Tensor, mask: Tensor): Tensor {
    const scores = this.queries.forward(x).matmul(this.keys.forward(x).transpose()).div(Math.sqrt(size));
    this.attention = scores.where(mask, -Infinity).softmax(-1);
    return this.attention.matmul(this.values.forward(x));
  }
}

class Majority extends Module {
  readonly embedding = new Embedding(tokens, size);
  readonly attend = new MaskedAttention();
  readonly head = new Linear(size, tokens);

  /** texts int32 [N, L], mask bool [N, L]; logits [N, tokens]. */
  forward(texts: Tensor, mask: Tensor): Tensor {
    const mixed = this.attend.forward(this.embedding.forward(texts), mask.unsqueeze(1));
    const weights = mask.to("float32").unsqueeze(2);
    return this.head.forward(mixed.mul(weights).sum(1).div(weights.sum(1)));
  }
}

export interface Trained {
  readonly first: number;
  readonly last: number;
  /** The names in the state dict; the attention is not among them. */
  readonly names: readonly string[];
  /** The largest attention weight of a padding position. */
  readonly onPadding: number;
}

/** The loss, before and after. */
export function train(steps: number): Trained {
  manualSeed(0);
  const model = new Majority();
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const draw = () => {
    const texts = rand([32, length]).mul(tokens).floor().to("int32");
    const mask = arange(length).lt(
      rand([32, 1])
        .mul(length - 2)
        .add(2),
    );
    const counts = texts.oneHot(tokens).mul(mask.to("int32").unsqueeze(2)).sum(1);
    return { texts, mask, majority: counts.argmax(1) };
  };
  const step = compile(() => {
    const { texts, mask, majority } = draw();
    const loss = crossEntropy(model.forward(texts, mask), majority);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const losses = Array.from({ length: steps }, () => step().item());
  const { texts, mask } = draw();
  model.forward(texts, mask);
  const padding = mask.logicalNot().to("float32").unsqueeze(1);
  return {
    first: losses[0] ?? Number.NaN,
    last: losses.at(-1) ?? Number.NaN,
    names: [...model.stateDict().keys()],
    onPadding: model.attend.attention?.mul(padding).max().item() ?? Number.NaN,
  };
}
