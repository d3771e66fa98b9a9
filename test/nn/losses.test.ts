// What losses refuse, and inputs at which their formulas could lose accuracy.
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  hingeLoss,
  huberLoss,
  klDivLoss,
  l1Loss,
  mseLoss,
  nllLoss,
  ones,
  tensor,
  zeros,
} from "chainrule";
import { expect, it } from "vitest";

it("binaryCrossEntropyWithLogits has the slope sigmoid(x) - t, also at 0 and far out", () => {
  const logits = tensor([0, 200, -200], { requiresGrad: true });
  const loss = binaryCrossEntropyWithLogits(logits, tensor([0.25, 0, 1]));
  expect(loss.item()).toBeCloseTo((Math.LN2 + 400) / 3, 4);
  loss.mul(3).backward();
  expect(logits.grad?.toArray()).toEqual([0.25, 1, -1]);
});

it("klDivLoss is 0 between equal distributions, and is divided by N by default", () => {
  const p = tensor([
    [0.25, 0.75],
    [1, 0],
  ]);
  const logs = tensor([
    [Math.log(0.25), Math.log(0.75)],
    [0, -5],
  ]);
  expect(klDivLoss(logs, p).item()).toBeCloseTo(0, 6);
  const shifted = logs.sub(1);
  expect(klDivLoss(shifted, p).item()).toBeCloseTo(1, 6);
  expect(klDivLoss(shifted, p, { reduction: "mean" }).item()).toBeCloseTo(0.5, 6);
  expect(klDivLoss(shifted, p, { reduction: "sum" }).item()).toBeCloseTo(2, 6);
});

it("hingeLoss takes targets of whole numbers", () => {
  expect(hingeLoss(tensor([0.5, 3]), tensor([-1, 1], { dtype: "int32" })).item()).toBe(0.75);
});

it.each([
  [() => l1Loss(ones([2]), ones([2, 1])), "l1Loss: shapes differ, float32[2] and float32[2,1]; reshape one of them"],
  [() => hingeLoss(ones([2]), ones([3])), "hingeLoss: shapes differ, float32[2] and float32[3]"],
  [
    () => binaryCrossEntropyWithLogits(ones([2, 1]), ones([2])),
    "binaryCrossEntropyWithLogits: shapes differ, float32[2,1] and float32[2]",
  ],
  [() => huberLoss(ones([2]), ones([2]), { delta: 0 }), "huberLoss: delta is a number above 0, not 0"],
  [
    () => nllLoss(ones([2, 3]), ones([2])),
    "nllLoss: logarithms of probabilities [N, C] go with int32 or uint8 labels [N], not float32[2,3] with float32[2]",
  ],
  [() => nllLoss(ones([1, 3]), tensor([3], { dtype: "int32" })), "nllLoss: index 3 is outside of 0 to 2"],
  [() => klDivLoss(zeros([]), zeros([])), 'klDivLoss: "batchmean" needs [N, ...], not a 0-d tensor'],
  [
    () => klDivLoss(ones([2]), ones([2]), { reduction: "batch" as never }),
    'klDivLoss: reduction is "batchmean", "mean", "sum", "none", not "batch"',
  ],
  [
    () => mseLoss(ones([2]), ones([2]), { reduction: "batchmean" as never }),
    'mseLoss: reduction is "mean", "sum", "none", not "batchmean"',
  ],
  [
    () => mseLoss(ones([2]), ones([2]), { weight: ones([1]) }),
    "mseLoss: the weight has the shape of x, not float32[1]",
  ],
  [
    () => crossEntropy(ones([2, 3]), zeros([2], { dtype: "int32" }), { weight: ones([2]) }),
    "crossEntropy: the weight has a number for each class, [3], not float32[2]",
  ],
  [
    () => crossEntropy(ones([2, 3]), ones([2, 3]), { ignoreIndex: 0 }),
    "crossEntropy: ignoreIndex is for labels; set the probabilities of places that do not count to 0",
  ],
  [
    () => binaryCrossEntropyWithLogits(ones([2]), ones([2]), { weight: ones([2, 2]) }),
    "binaryCrossEntropyWithLogits: weight float32[2,2] does not broadcast to the logits, float32[2]",
  ],
])("losses say what they take: %#", (loss, message) => expect(loss).toThrow(message));
