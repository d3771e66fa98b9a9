// Recurrent nets leave with their steps written out, for any size of the batch.
import {
  GRU,
  GRUCell,
  Linear,
  LSTM,
  LSTMCell,
  Module,
  manualSeed,
  noGrad,
  RNN,
  RNNCell,
  rand,
  type Tensor,
} from "chainrule";
import { expect, it } from "vitest";
import { toOnnx } from "../src/index.ts";
import { difference } from "./operation.ts";
import { load } from "./run.ts";

class Net extends Module {
  readonly lstm = new LSTM(3, 4, { bidirectional: true, batchFirst: true });
  readonly gru = new GRU(8, 5, { batchFirst: true });
  readonly head = new Linear(5, 2);
  forward(x: Tensor): Tensor {
    return this.head.forward(this.gru.forward(this.lstm.forward(x)[0])[0].slice(null, -1));
  }
}

/** One step of each cell, one after the other. */
class Cells extends Module {
  readonly lstm = new LSTMCell(3, 4);
  readonly gru = new GRUCell(4, 5);
  readonly rnn = new RNNCell(5, 2);
  forward(x: Tensor): Tensor {
    return this.rnn.forward(this.gru.forward(this.lstm.forward(x)[0]));
  }
}

class Plain extends Module {
  readonly rnn = new RNN(3, 4, { layers: 2, batchFirst: true });
  forward(x: Tensor): Tensor {
    return this.rnn.forward(x)[0];
  }
}

it.each([
  ["an LSTM and a GRU", () => new Net(), [3, 3]],
  ["the cells", () => new Cells(), [3]],
  ["an RNN of two layers", () => new Plain(), [3, 3]],
] as const)("%s: ONNX Runtime's results, with other batches than that of the example", async (_, make, shape) => {
  manualSeed(1);
  const model = make();
  const run = await load(toOnnx(model, rand([2, ...shape])));
  model.eval();
  for (const batch of [1, 4]) {
    const x = rand([batch, ...shape]);
    expect(
      difference(
        await run(x),
        noGrad(() => model.forward(x)),
      ),
    ).toBeNull();
  }
});
