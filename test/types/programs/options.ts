// Options have types that one can name, and each takes undefined, so that they can be handed on.
import {
  type AdamOptions,
  AdamW,
  type BatchNorm2dOptions,
  type CompileOptions,
  Conv2d,
  type Conv2dLayerOptions,
  type Conv2dOptions,
  type CosineScheduleOptions,
  type CreateOptions,
  type CrossEntropyOptions,
  checkGradients,
  compile,
  cosineSchedule,
  type GradientCheck,
  type GradientCheckOptions,
  type LayerNormOptions,
  type LinearOptions,
  type MultiheadAttentionOptions,
  type OneCycleScheduleOptions,
  ones,
  type ParameterGroup,
  type PoolOptions,
  type RMSpropOptions,
  SGD,
  type SGDOptions,
  type Tensor,
  type TensorOptions,
} from "chainrule";
import { checkGradients as checkScalars, type GradientCheck as ScalarCheck, Value } from "chainrule/scalar";

interface Settings {
  readonly lr?: number | undefined;
  readonly momentum?: number | undefined;
  readonly stride?: number | undefined;
}

export function optimizers(parameters: Tensor[], { lr = 0.1, momentum, stride }: Settings): unknown[] {
  const sgd: SGDOptions = { lr, momentum };
  const adam: AdamOptions = { lr, betas: undefined, eps: undefined };
  const group: ParameterGroup = { parameters, lr: undefined };
  const layer: Conv2dLayerOptions = { stride, bias: undefined, padding: 1 };
  const settings: CompileOptions = { threads: undefined, backend: undefined };
  const schedule: CosineScheduleOptions = { peak: lr, steps: 10, warmup: undefined };
  return [
    new SGD(parameters, sgd),
    new AdamW([group], adam),
    new Conv2d(1, 1, 3, layer),
    compile(() => ones([1]), settings),
    cosineSchedule(schedule)(0),
  ];
}

export function checks(options: GradientCheckOptions): boolean {
  const tensors: GradientCheck = checkGradients((x) => x.square().sum(), [ones([2])], options);
  const x = new Value(2);
  const scalars: ScalarCheck = checkScalars(() => x.mul(x), [x]);
  return tensors.ok && scalars.ok && tensors.worst + scalars.worst < 1;
}

/** All of them can be empty, or say so. */
export const empty: [
  BatchNorm2dOptions,
  Conv2dOptions,
  CreateOptions,
  CrossEntropyOptions,
  LayerNormOptions,
  LinearOptions,
  MultiheadAttentionOptions,
  PoolOptions,
  RMSpropOptions,
  TensorOptions,
  Partial<OneCycleScheduleOptions>,
] = [
  { eps: undefined, momentum: undefined, affine: undefined },
  { dilation: undefined },
  { dtype: undefined },
  { labelSmoothing: undefined },
  { eps: undefined },
  { bias: undefined },
  { causal: undefined },
  { padding: undefined },
  { alpha: undefined },
  { shape: undefined },
  {},
];
