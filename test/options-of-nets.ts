// The parts of the table of options in plain-javascript.test.ts that are about nets: activations, layers, losses, optimisers, schedules.
import * as chainrule from "chainrule";
import { ones, type Tensor, zeros } from "chainrule";

type Class = new (...args: unknown[]) => object;
type Any = (...args: unknown[]) => unknown;

const C = chainrule as unknown as Record<string, Class> & Record<string, Any>;
const x = ones([2, 3]);
const labels = zeros([2], { dtype: "int32" });
const sequence = ones([1, 2, 6]);
const image = ones([1, 2, 6, 6]);
const volume = ones([1, 2, 4, 4, 4]);
const whole = (x: Tensor): Tensor => zeros(x.shape, { dtype: "int32" });
const parameters = (): Tensor[] => [ones([1], { requiresGrad: true })];

/** How each is called with options. */
export const ofNets: Record<string, (options: object) => unknown> = {
  BatchNorm1d: (o) => new C.BatchNorm1d(2, o),
  BatchNorm3d: (o) => new C.BatchNorm3d(2, o),
  InstanceNorm1d: (o) => new C.InstanceNorm1d(2, o),
  InstanceNorm2d: (o) => new C.InstanceNorm2d(2, o),
  InstanceNorm3d: (o) => new C.InstanceNorm3d(2, o),
  LocalResponseNorm: (o) => new C.LocalResponseNorm(2, o),
  localResponseNorm: (o) => C.localResponseNorm(sequence, 2, o),
  spectralNorm: (o) => C.spectralNorm(new chainrule.Linear(2, 3), o),
  weightNorm: (o) => C.weightNorm(new chainrule.Linear(2, 3), o),
  AdaptiveMaxPool1d: (o) => new C.AdaptiveMaxPool1d(2, o),
  AdaptiveMaxPool2d: (o) => new C.AdaptiveMaxPool2d(2, o),
  AdaptiveMaxPool3d: (o) => new C.AdaptiveMaxPool3d(2, o),
  AvgPool1d: (o) => new C.AvgPool1d(2, o),
  AvgPool3d: (o) => new C.AvgPool3d(2, o),
  Conv1d: (o) => new C.Conv1d(2, 2, 3, o),
  Conv3d: (o) => new C.Conv3d(2, 2, 3, o),
  ConvTranspose1d: (o) => new C.ConvTranspose1d(2, 2, 3, o),
  ConvTranspose2d: (o) => new C.ConvTranspose2d(2, 2, 3, o),
  ConvTranspose3d: (o) => new C.ConvTranspose3d(2, 2, 3, o),
  Fold: (o) => new C.Fold(4, 2, o),
  LPPool1d: (o) => new C.LPPool1d(2, 2, o),
  LPPool2d: (o) => new C.LPPool2d(2, 2, o),
  LPPool3d: (o) => new C.LPPool3d(2, 2, o),
  MaxPool1d: (o) => new C.MaxPool1d(2, o),
  MaxPool3d: (o) => new C.MaxPool3d(2, o),
  MaxUnpool1d: (o) => new C.MaxUnpool1d(2, o),
  MaxUnpool2d: (o) => new C.MaxUnpool2d(2, o),
  MaxUnpool3d: (o) => new C.MaxUnpool3d(2, o),
  Unfold: (o) => new C.Unfold(2, o),
  Upsample: (o) => new C.Upsample({ size: 2, ...o }),
  adaptiveMaxPool1d: (o) => C.adaptiveMaxPool1d(sequence, 2, o),
  adaptiveMaxPool2d: (o) => C.adaptiveMaxPool2d(image, 2, o),
  adaptiveMaxPool3d: (o) => C.adaptiveMaxPool3d(volume, 2, o),
  affineGrid: (o) => C.affineGrid(ones([1, 2, 3]), [1, 1, 2, 2], o),
  avgPool1d: (o) => C.avgPool1d(sequence, 2, o),
  avgPool3d: (o) => C.avgPool3d(volume, 2, o),
  conv1d: (o) => C.conv1d(sequence, ones([2, 2, 3]), null, o),
  conv3d: (o) => C.conv3d(volume, ones([2, 2, 3, 3, 3]), null, o),
  convTranspose1d: (o) => C.convTranspose1d(sequence, ones([2, 2, 3]), null, o),
  convTranspose2d: (o) => C.convTranspose2d(image, ones([2, 2, 3, 3]), null, o),
  convTranspose3d: (o) => C.convTranspose3d(volume, ones([2, 2, 3, 3, 3]), null, o),
  fold: (o) => C.fold(ones([1, 4, 25]), 6, 2, o),
  gridSample: (o) => C.gridSample(image, zeros([1, 2, 2, 2]), o),
  interpolate: (o) => C.interpolate(image, { size: 3, ...o }),
  lpPool1d: (o) => C.lpPool1d(sequence, 2, 2, o),
  lpPool2d: (o) => C.lpPool2d(image, 2, 2, o),
  lpPool3d: (o) => C.lpPool3d(volume, 2, 2, o),
  maxPool1d: (o) => C.maxPool1d(sequence, 2, o),
  maxPool3d: (o) => C.maxPool3d(volume, 2, o),
  maxUnpool1d: (o) => C.maxUnpool1d(sequence, whole(sequence), 2, o),
  maxUnpool3d: (o) => C.maxUnpool3d(volume, whole(volume), 2, o),
  unfold: (o) => C.unfold(image, 2, o),
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
  ...["removeParametrizations", "init.dirac", "init.eye", "init.sparse", "init.truncNormal"],
  ...["Zero", "Constant", "Reflection", "Replication", "Circular"].flatMap((kind) =>
    [1, 2, 3].map((n) => `${kind}Pad${n}d`),
  ),
  ...["AdaptiveAvgPool1d", "AdaptiveAvgPool3d", "ChannelShuffle", "PixelShuffle", "PixelUnshuffle"],
  ...["adaptiveAvgPool1d", "adaptiveAvgPool3d", "channelShuffle", "pixelShuffle", "pixelUnshuffle"],
  ...["CELU", "ELU", "GLU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "Identity", "LogSigmoid", "Mish"],
  ...["PReLU", "RReLU", "ReLU6", "SELU", "Softmin", "Softplus", "Softshrink", "Softsign", "Tanhshrink", "Threshold"],
  ...["bilinear", "celu", "elu", "glu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "logsigmoid", "mish"],
  ...["prelu", "relu6", "selu", "softmin", "softshrink", "softsign", "tanhshrink", "threshold"],
];
