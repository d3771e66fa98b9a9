// Recurrent nets leave with their steps written out, for any size of the batch.
import { GRU, Linear, LSTM, Module, manualSeed, noGrad, rand, type Tensor } from "chainrule";
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
it("an LSTM and a GRU give ONNX Runtime's results, with other batches than that of the example", async () => {
  manualSeed(1);
  const model = new Net();
  const run = await load(toOnnx(model, rand([2, 3, 3])));
  model.eval();
  for (const batch of [1, 4]) {
    const x = rand([batch, 3, 3]);
    expect(
      difference(
        await run(x),
        noGrad(() => model.forward(x)),
      ),
    ).toBeNull();
  }
});
