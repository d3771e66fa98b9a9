// The whole public API, by name.
export { threadsReady } from "./backends/bind.ts";
export { type GpuStatus, gpuReady } from "./backends/webgpu/ready.ts";
export type { BackendName } from "./compiler/backend.ts";
export type { Chapter, ChapterName, ChapterPart } from "./compiler/chapters.ts";
export { type Compiled, type CompileOptions, compile } from "./compiler/compile.ts";
export { type ErrorCode, errorCodes } from "./errors/codes.ts";
export { ChainruleError, type ErrorDetails } from "./errors/error.ts";
export { GLU, glu, Softmin, softmin } from "./nn/activations/along-dim.ts";
export { CELU, celu, ELU, elu, SELU, selu } from "./nn/activations/exponential.ts";
export {
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  ReLU6,
  relu6,
  Softshrink,
  softshrink,
  Threshold,
  threshold,
} from "./nn/activations/piecewise.ts";
export { PReLU, prelu, RReLU } from "./nn/activations/slopes.ts";
export {
  LogSigmoid,
  logsigmoid,
  Mish,
  mish,
  Softplus,
  Softsign,
  softsign,
  Tanhshrink,
  tanhshrink,
} from "./nn/activations/smooth.ts";
export { GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh } from "./nn/activations.ts";
export { type ScaledDotProductAttentionOptions, scaledDotProductAttention } from "./nn/attention/attention.ts";
export {
  type Attended,
  type AttendOptions,
  MultiheadAttention,
  type MultiheadAttentionMasks,
  type MultiheadAttentionOptions,
  type Projection,
} from "./nn/attention/multihead-attention.ts";
export { Bilinear, bilinear } from "./nn/bilinear.ts";
export { Flatten, Sequential } from "./nn/containers.ts";
export { Conv2d, type Conv2dLayerOptions } from "./nn/convolutions/convolution.ts";
export { Conv1d, type Conv1dLayerOptions } from "./nn/convolutions/one-dim.ts";
export { Conv3d, type Conv3dLayerOptions } from "./nn/convolutions/three-dims.ts";
export {
  ConvTranspose1d,
  type ConvTranspose1dLayerOptions,
  ConvTranspose2d,
  type ConvTranspose2dLayerOptions,
  ConvTranspose3d,
  type ConvTranspose3dLayerOptions,
} from "./nn/convolutions/transposed.ts";
export { Dropout, Dropout2d } from "./nn/dropout.ts";
export { Embedding } from "./nn/embeddings/embedding.ts";
export {
  type BagMode,
  type BagOptions,
  EmbeddingBag,
  type EmbeddingBagOptions,
} from "./nn/embeddings/embedding-bag.ts";
export { functional, type WithForward } from "./nn/functional.ts";
export { Identity } from "./nn/identity.ts";
export { ChannelShuffle, Fold, PixelShuffle, PixelUnshuffle, Unfold } from "./nn/images/blocks.ts";
export {
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from "./nn/images/constant-padding.ts";
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
} from "./nn/images/own-padding.ts";
export type { Padding } from "./nn/images/padding.ts";
export { Upsample } from "./nn/images/resizing.ts";
export * as init from "./nn/init/init.ts";
export { Linear, type LinearOptions } from "./nn/linear.ts";
export {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type ProbabilityLossOptions,
} from "./nn/losses/binary.ts";
export { type CrossEntropyOptions, crossEntropy, type NllLossOptions, nllLoss } from "./nn/losses/cross-entropy.ts";
export { type CtcLossOptions, ctcLoss } from "./nn/losses/ctc.ts";
export {
  type DistanceOptions,
  type HuberLossOptions,
  hingeLoss,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./nn/losses/distances.ts";
export { type KLDivOptions, klDivLoss } from "./nn/losses/divergence.ts";
export {
  type GaussianNllOptions,
  gaussianNllLoss,
  type PoissonNllOptions,
  poissonNllLoss,
} from "./nn/losses/likelihoods.ts";
export {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  type MarginOptions,
  marginRankingLoss,
  type TripletMarginOptions,
  tripletMarginLoss,
} from "./nn/losses/margins.ts";
export {
  type MultiLabelSoftMarginOptions,
  type MultiMarginOptions,
  multiLabelMarginLoss,
  multiLabelSoftMarginLoss,
  multiMarginLoss,
  type SoftMarginOptions,
  softMarginLoss,
} from "./nn/losses/multi-label.ts";
export type { Reduction, ReductionOptions } from "./nn/losses/reduction.ts";
export { type Layer, type LoadOptions, Module } from "./nn/module.ts";
export { BatchNorm1d, BatchNorm3d } from "./nn/norms/batch-1d-3d.ts";
export {
  BatchNorm2d,
  type BatchNorm2dOptions,
  type BatchNormOptions,
  type Running,
} from "./nn/norms/batch-norm.ts";
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, type InstanceNormOptions } from "./nn/norms/instance.ts";
export { GroupNorm, type GroupNormOptions, LayerNorm, type LayerNormOptions } from "./nn/norms/layer-norm.ts";
export {
  LocalResponseNorm,
  type LocalResponseNormOptions,
  localResponseNorm,
} from "./nn/norms/local-response.ts";
export { RMSNorm, type RMSNormOptions } from "./nn/norms/rms-norm.ts";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from "./nn/pools/adaptive.ts";
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d, type MaxPool2dWithIndices } from "./nn/pools/pooling.ts";
export { LPPool1d, LPPool2d, LPPool3d } from "./nn/pools/powers.ts";
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from "./nn/pools/unpool.ts";
export { AvgPool1d, AvgPool3d, MaxPool1d, MaxPool3d } from "./nn/pools/windows.ts";
export { type CellOptions, GRUCell, LSTMCell, RNNCell, type RNNCellOptions } from "./nn/recurrent/cells.ts";
export { GRU } from "./nn/recurrent/gru.ts";
export { LSTM } from "./nn/recurrent/lstm.ts";
export { RNN, type RNNOptions } from "./nn/recurrent/rnn.ts";
export type { Recurrent, RecurrentOptions } from "./nn/recurrent/stack.ts";
export type { LSTMState } from "./nn/recurrent/steps.ts";
export { type SpectralNormOptions, spectralNorm } from "./nn/reparametrised/spectral-norm.ts";
export { removeParametrizations, type Weighted } from "./nn/reparametrised/weight.ts";
export { type WeightNormOptions, weightNorm } from "./nn/reparametrised/weight-norm.ts";
export {
  CosineSimilarity,
  type CosineSimilarityOptions,
  cosineSimilarity,
  PairwiseDistance,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from "./nn/similarity.ts";
export { Adadelta, type AdadeltaOptions } from "./optim/adadelta.ts";
export { Adafactor, type AdafactorOptions } from "./optim/adafactor.ts";
export { Adagrad, type AdagradOptions } from "./optim/adagrad.ts";
export { Adam, type AdamOptions, AdamW } from "./optim/adam.ts";
export { Adamax, type AdamaxOptions } from "./optim/adamax.ts";
export { ASGD, type ASGDOptions } from "./optim/asgd.ts";
export { ExponentialMovingAverage, type ExponentialMovingAverageOptions } from "./optim/average.ts";
export { clipGradNorm } from "./optim/clip.ts";
export type { Group, ParameterGroup } from "./optim/groups.ts";
export { LBFGS, type LBFGSOptions } from "./optim/lbfgs/lbfgs.ts";
export { Muon, type MuonOptions } from "./optim/muon.ts";
export { NAdam, type NAdamOptions } from "./optim/nadam.ts";
export { Optimizer } from "./optim/optimizer.ts";
export { RAdam, type RAdamOptions } from "./optim/radam.ts";
export { RMSprop, type RMSpropOptions } from "./optim/rmsprop.ts";
export { Rprop, type RpropOptions } from "./optim/rprop.ts";
export {
  type ChainedScheduleOptions,
  chainedSchedule,
  type SequentialScheduleOptions,
  sequentialSchedule,
} from "./optim/schedules/combined.ts";
export {
  type ConstantScheduleOptions,
  constantSchedule,
  type ExponentialScheduleOptions,
  exponentialSchedule,
  type LinearScheduleOptions,
  linearSchedule,
  type MultiStepScheduleOptions,
  multiStepSchedule,
  type PolynomialScheduleOptions,
  polynomialSchedule,
  type Schedule,
  type StepScheduleOptions,
  stepSchedule,
} from "./optim/schedules/factors.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./optim/schedules/plateau.ts";
export {
  type CosineRestartsScheduleOptions,
  type CyclicScheduleOptions,
  cosineRestartsSchedule,
  cyclicSchedule,
} from "./optim/schedules/waves.ts";
export {
  type CosineScheduleOptions,
  cosineSchedule,
  type OneCycleScheduleOptions,
  oneCycleSchedule,
} from "./optim/schedules.ts";
export { SGD, type SGDOptions } from "./optim/sgd.ts";
export { SparseAdam, type SparseAdamOptions } from "./optim/sparse-adam.ts";
export {
  channelShuffle,
  fold,
  pixelShuffle,
  pixelUnshuffle,
  type UnfoldOptions,
  unfold,
} from "./tensor/blocks.ts";
export { cdist } from "./tensor/contraction/distances.ts";
export { einsum } from "./tensor/contraction/einsum.ts";
export { type AddmmOptions, addmm, baddbmm, kron, outer, tensordot } from "./tensor/contraction/products.ts";
export { type Conv1dOptions, conv1d } from "./tensor/convolutions/one-dim.ts";
export { type Conv3dOptions, conv3d } from "./tensor/convolutions/three-dims.ts";
export {
  type ConvTranspose1dOptions,
  type ConvTranspose2dOptions,
  type ConvTranspose3dOptions,
  type ConvTransposeOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "./tensor/convolutions/transposed.ts";
export {
  arange,
  type CreateOptions,
  eye,
  full,
  linspace,
  ones,
  type TensorOptions,
  tensor,
  zeros,
} from "./tensor/create.ts";
export {
  checkGradients,
  type GradientCheck,
  type GradientCheckOptions,
  grad,
  valueAndGrad,
} from "./tensor/derivatives.ts";
export type { DType, TypedArray } from "./tensor/dtype.ts";
export {
  bitwiseAnd,
  bitwiseLeftShift,
  bitwiseNot,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
} from "./tensor/elementary/bits.ts";
export { addcdiv, addcmul, lerp, type ScaleOptions } from "./tensor/elementary/combinations.ts";
export { floorDivide, fmod, frac, remainder, trunc } from "./tensor/elementary/division.ts";
export { erfc, erfinv } from "./tensor/elementary/error-functions.ts";
export { digamma, lgamma } from "./tensor/elementary/gamma.ts";
export { acosh, asinh, atanh, cosh, sinh } from "./tensor/elementary/hyperbolic.ts";
export { exp2, log2, log10, logaddexp, xlogy } from "./tensor/elementary/logarithms.ts";
export {
  type IsCloseOptions,
  isclose,
  isinf,
  logicalXor,
  type NanToNumOptions,
  nanToNum,
} from "./tensor/elementary/tests.ts";
export { acos, asin, atan, atan2, tan } from "./tensor/elementary/trigonometry.ts";
export { type Conv2dOptions, concat, conv2d, stack } from "./tensor/functions.ts";
export type { GeluOptions } from "./tensor/gelu-options.ts";
export type { TensorJSON } from "./tensor/json.ts";
export { diag, diagonal } from "./tensor/layout/diagonals.ts";
export { hstack, type MeshgridOptions, meshgrid, vstack } from "./tensor/layout/grids.ts";
export { type PadOptions, pad } from "./tensor/layout/padding.ts";
export { movedim, repeat, roll, tile, unbind, unflatten } from "./tensor/layout/repeat.ts";
export { type CholeskyOptions, cholesky } from "./tensor/linear-algebra/cholesky.ts";
export { det, type SignAndLogDet, slogdet } from "./tensor/linear-algebra/determinant.ts";
export { type Eigen, eigh } from "./tensor/linear-algebra/eigh.ts";
export { type QR, type QROptions, qr } from "./tensor/linear-algebra/qr.ts";
export { inverse, solve, solveTriangular, type TriangularOptions } from "./tensor/linear-algebra/solve.ts";
export { type SVD, type SVDOptions, svd } from "./tensor/linear-algebra/svd.ts";
export { noGrad } from "./tensor/mode.ts";
export type { Nested } from "./tensor/nested.ts";
export { add, div, maximum, minimum, mul, pow, sub } from "./tensor/operators.ts";
export { cummax, cummin, cumprod, logcumsumexp } from "./tensor/order/cumulative.ts";
export { type BincountOptions, bincount, type HistcOptions, histc } from "./tensor/order/histograms.ts";
export { type Chosen, median, mode, type QuantileOptions, quantile } from "./tensor/order/quantiles.ts";
export { argsort, type SortOptions, sort } from "./tensor/order/sort.ts";
export {
  type AvgPoolOptions,
  adaptiveAvgPool2d,
  avgPool2d,
  type MaxPoolOptions,
  maxPool2d,
  maxUnpool2d,
  type Pooled,
  type PoolOptions,
  type UnpoolOptions,
} from "./tensor/pooling.ts";
export {
  type AdaptiveMaxPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "./tensor/pools/adaptive.ts";
export {
  type AvgPool1dOptions,
  avgPool1d,
  type MaxPool1dOptions,
  maxPool1d,
  maxUnpool1d,
  type Unpool1dOptions,
} from "./tensor/pools/one-dim.ts";
export {
  type LPPool1dOptions,
  type LPPool2dOptions,
  type LPPool3dOptions,
  type LPPoolOptions,
  lpPool1d,
  lpPool2d,
  lpPool3d,
} from "./tensor/pools/powers.ts";
export {
  type AvgPool3dOptions,
  avgPool3d,
  type MaxPool3dOptions,
  maxPool3d,
  maxUnpool3d,
  type Unpool3dOptions,
} from "./tensor/pools/three-dims.ts";
export { getRngState, manualSeed, multinomial, rand, randn, randperm, setRngState } from "./tensor/random.ts";
export type { KeepDim, SoftmaxOptions, VarianceOptions } from "./tensor/reducing.ts";
export type { Bound } from "./tensor/reshaping.ts";
export {
  type AffineGridOptions,
  affineGrid,
  type GridSampleOptions,
  gridSample,
} from "./tensor/resize/grid-sample.ts";
export { type InterpolateMode, type InterpolateOptions, interpolate } from "./tensor/resize/interpolate.ts";
export { type ScanOptions, scan } from "./tensor/scan.ts";
export type { Index } from "./tensor/selection/index.ts";
export { maskedSelect, nonzero } from "./tensor/selection/masks.ts";
export {
  type IndexAddOptions,
  type IndexPutOptions,
  indexAdd,
  indexPut,
  scatter,
  takeAlongDim,
} from "./tensor/selection/put.ts";
export { type ScatterReduceOptions, type ScatterReduction, scatterReduce } from "./tensor/selection/scatter-reduce.ts";
export { bucketize, type SearchOptions, type SearchSortedOptions, searchsorted } from "./tensor/selection/search.ts";
export { settle } from "./tensor/settle.ts";
export type { Shape } from "./tensor/shape.ts";
export { type MeshAxis, type Sharding, shard } from "./tensor/sharding.ts";
export { type ProcessOf, shareOf } from "./tensor/share.ts";
export type { Differences } from "./tensor/state.ts";
export { aminmax, countNonzero, nanmean, nansum, norm } from "./tensor/statistics/norm.ts";
export { Tensor } from "./tensor/tensor.ts";
export { checkpoint } from "./tensor/transforms/checkpoint.ts";
export { type CustomSaved, customGradient } from "./tensor/transforms/custom-gradient.ts";
export type { MappedDims } from "./tensor/transforms/dims.ts";
export { hessian, type JacobianOptions, jacobian } from "./tensor/transforms/jacobian.ts";
export { jvp } from "./tensor/transforms/jvp.ts";
export { type VmapOptions, vmap } from "./tensor/transforms/vmap.ts";
