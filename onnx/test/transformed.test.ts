// Models whose forward transforms functions: the composites inside are no composites of ONNX, and are written op by op.
import {
  checkpoint,
  GELU,
  grad,
  jvp,
  LayerNorm,
  Linear,
  Module,
  manualSeed,
  randn,
  Sequential,
  Softmax,
  type Tensor,
  vmap,
} from "chainrule";
import { expect, it } from "vitest";
import { toOnnx } from "../src/index.ts";
import { load } from "./run.ts";

class Transformed extends Module {
  readonly net = new Sequential(new Linear(4, 8), new LayerNorm(8), new GELU(), new Linear(8, 3), new Softmax(-1));
  readonly way: (net: Sequential, x: Tensor) => Tensor;

  constructor(way: Transformed["way"]) {
    super();
    this.way = way;
  }
  forward(x: Tensor): Tensor {
    return this.way(this.net, x);
  }
}

const ways: Readonly<Record<string, Transformed["way"]>> = {
  jvp: (net, x) => jvp((x: Tensor) => net.forward(x), [x], [x.mul(2)]).tangent,
  "vmap of jvp": (net, x) => vmap((x: Tensor) => jvp((x: Tensor) => net.forward(x), [x], [x]).tangent)(x),
  "vmap of grad": (net, x) => vmap(grad(checkpoint((x: Tensor) => net.forward(x).square().sum())))(x),
};

it.each(Object.entries(ways))("%s", async (_, way) => {
  manualSeed(1);
  const model = new Transformed(way);
  const x = randn([5, 4]);
  const found = await (await load(toOnnx(model, x)))(x);
  expect(Math.max(...found.sub(model.forward(x)).abs().data)).toBeLessThan(1e-6);
});
