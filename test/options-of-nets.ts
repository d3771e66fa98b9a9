// The parts of the table of options in plain-javascript.test.ts that are about nets: activations, layers, losses, optimisers, schedules.
import * as chainrule from "chainrule";
import { ones, type Tensor, zeros } from "chainrule";

type Class = new (...args: unknown[]) => object;
type Any = (...args: unknown[]) => unknown;

const C = chainrule as unknown as Record<string, Class> & Record<string, Any>;
const x = ones([2, 3]);
const labels = zeros([2], { dtype: "int32" });
const parameters = (): Tensor[] => [ones([1], { requiresGrad: true })];

/** How each is called with options. */
export const ofNets: Record<string, (options: object) => unknown> = {
  ...Object.fromEntries(
    ["ASGD", "Adadelta", "Adafactor", "Adagrad", "Adamax", "LBFGS", "NAdam", "RAdam", "Rprop"].map((name) => [
      name,
      (o: object) => new C[name](parameters(), o),
    ]),
  ),
  Muon: (o) => new C.Muon([ones([2, 3], { requiresGrad: true })], o),
  ReduceLROnPlateau: (o) => new C.ReduceLROnPlateau(new chainrule.SGD(parameters(), { lr: 1 }), o),
  chainedSchedule: (o) => C.chainedSchedule({ peak: 1, schedules: [() => 1], ...o }),
  constantSchedule: (o) => C.constantSchedule({ peak: 1, ...o }),
  cosineRestartsSchedule: (o) => C.cosineRestartsSchedule({ peak: 1, period: 2, ...o }),
  cyclicSchedule: (o) => C.cyclicSchedule({ peak: 1, floor: 0, ...o }),
  exponentialSchedule: (o) => C.exponentialSchedule({ peak: 1, gamma: 0.5, ...o }),
  linearSchedule: (o) => C.linearSchedule({ peak: 1, ...o }),
  multiStepSchedule: (o) => C.multiStepSchedule({ peak: 1, milestones: [1], ...o }),
  polynomialSchedule: (o) => C.polynomialSchedule({ peak: 1, ...o }),
  sequentialSchedule: (o) => C.sequentialSchedule({ schedules: [() => 1], milestones: [], ...o }),
  stepSchedule: (o) => C.stepSchedule({ peak: 1, stepSize: 1, ...o }),
  Bilinear: (o) => new C.Bilinear(2, 3, 1, o),
  CosineSimilarity: (o) => new C.CosineSimilarity(o),
  EmbeddingBag: (o) => new C.EmbeddingBag(2, 3, o),
  PairwiseDistance: (o) => new C.PairwiseDistance(o),
  binaryCrossEntropy: (o) => C.binaryCrossEntropy(x, x, o),
  cosineEmbeddingLoss: (o) => C.cosineEmbeddingLoss(x, x, ones([2]), o),
  cosineSimilarity: (o) => C.cosineSimilarity(x, x, o),
  ctcLoss: (o) => C.ctcLoss(ones([4, 2, 3]), zeros([2, 1], { dtype: "int32" }), labels, labels, o),
  gaussianNllLoss: (o) => C.gaussianNllLoss(x, x, x, o),
  hingeEmbeddingLoss: (o) => C.hingeEmbeddingLoss(x, x, o),
  marginRankingLoss: (o) => C.marginRankingLoss(x, x, x, o),
  multiLabelMarginLoss: (o) => C.multiLabelMarginLoss(x, zeros([2, 3], { dtype: "int32" }), o),
  multiLabelSoftMarginLoss: (o) => C.multiLabelSoftMarginLoss(x, x, o),
  multiMarginLoss: (o) => C.multiMarginLoss(x, labels, o),
  pairwiseDistance: (o) => C.pairwiseDistance(x, x, o),
  poissonNllLoss: (o) => C.poissonNllLoss(x, x, o),
  smoothL1Loss: (o) => C.smoothL1Loss(x, x, o),
  softMarginLoss: (o) => C.softMarginLoss(x, x, o),
  tripletMarginLoss: (o) => C.tripletMarginLoss(x, x, x, o),
};

/** Those that have none. */
export const withoutOptions: readonly string[] = [
  ...["CELU", "ELU", "GLU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "Identity", "LogSigmoid", "Mish"],
  ...["PReLU", "RReLU", "ReLU6", "SELU", "Softmin", "Softplus", "Softshrink", "Softsign", "Tanhshrink", "Threshold"],
  ...["bilinear", "celu", "elu", "glu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "logsigmoid", "mish"],
  ...["prelu", "relu6", "selu", "softmin", "softshrink", "softsign", "tanhshrink", "threshold"],
];
