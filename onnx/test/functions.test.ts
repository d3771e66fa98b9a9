// The functions of tensors that are no methods leave as ONNX's nodes, since they are composed: what ONNX Runtime computes is what they compute.
import * as c from "chainrule";
import { manualSeed, randn, type Tensor, tensor } from "chainrule";
import { expect, it } from "vitest";
import { toOnnx } from "../src/index.ts";
import { difference, Operation } from "./operation.ts";
import { load } from "./run.ts";

const index = tensor([2, 0, 1], { dtype: "int32" });
const places = (x: Tensor): Tensor => index.reshape([1, 3, 1]).expand([x.shape[0], 3, 5]);
const whole = (x: Tensor): Tensor => x.mul(100).to("int32");

/** One function for each way of composing; the first dim is the batch. */
const functions: Record<string, (x: Tensor) => Tensor> = {
  "index, with ranges and indices": (x) => x.index(null, [null, null, -1], index),
  "index, with several indices": (x) => x.index(null, index, index),
  sort: (x) => x.sort(1).values,
  einsum: (x) => c.einsum("bij,bkj->bik", x, x),
  cdist: (x) => c.cdist(x, x.flip(1)),
  norm: (x) => c.norm(x, 3, 1),
  diagonal: (x) => c.diagonal(x, 1, 1, 2),
  "pad, mirrored": (x) =>
    c.pad(
      x,
      [
        [0, 0],
        [1, 1],
        [2, 0],
      ],
      { mode: "reflect" },
    ),
  atan2: (x) => c.atan2(x, x.flip(1)),
  asinh: c.asinh,
  lgamma: c.lgamma,
  erfinv: (x) => c.erfinv(x.tanh()),
  log2: (x) => c.log2(x.abs()),
  remainder: (x) => c.remainder(x, 0.3),
  "remainder of integers": (x) => c.remainder(whole(x), 7),
  bitwiseXor: (x) => c.bitwiseXor(whole(x), 77),
  bitwiseRightShift: (x) => c.bitwiseRightShift(whole(x), 3),
  quantile: (x) => c.quantile(x, 0.3, 1),
  mode: (x) => c.mode(x.round(), 1).values,
  cummax: (x) => c.cummax(x, 1).indices,
  searchsorted: (x) => c.searchsorted(x.sort(2).values, x),
  scatter: (x) => c.scatter(x, 1, places(x).slice(null, [0, 2]), 9),
  scatterReduce: (x) => c.scatterReduce(x, 1, places(x), x.slice(null, [0, 3]), "prod"),
};

it.each(Object.entries(functions))("%s", async (_, f) => {
  manualSeed(1);
  const x = randn([3, 4, 5]);
  const run = await load(toOnnx(new Operation(f), randn([3, 4, 5])));
  expect(difference(await run(x), f(x))).toBeNull();
});
