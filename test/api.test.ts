// The names that users rely on, with their signatures, as they were promised: layers, losses, optimisers, schedules. What is
// promised can be called in this way and gives this; more may be accepted, and more may be given. `tsc` is the judge, the
// test below only sees that the names are there when it runs.

import type { Layer, Module, Optimizer, Tensor } from "chainrule";
import * as chainrule from "chainrule";
import { expect, it } from "vitest";

type Shape = readonly number[];
type Pair = [number, number];
type Bias = { bias?: boolean };
type Pool = { stride?: number; padding?: number };
type Adaptive = { lr?: number; betas?: Pair; eps?: number; weightDecay?: number };
type State = ReadonlyMap<string, Tensor>;
type Weighted = Layer & { readonly weight: Tensor };

/** Each class: what its constructor takes, and what it makes. */
interface Classes {
  Linear: [
    args: [inFeatures: number, outFeatures: number, options?: Bias],
    made: Weighted & { readonly bias: Tensor | null },
  ];
  Conv2d: [
    args: [
      inChannels: number,
      outChannels: number,
      kernelSize: number | Pair,
      options?: Bias & { stride?: number; padding?: number | "same"; dilation?: number; groups?: number },
    ],
    made: Weighted & { readonly bias: Tensor | null },
  ];
  BatchNorm2d: [args: [features: number, options?: { eps?: number; momentum?: number; affine?: boolean }], made: Layer];
  LayerNorm: [args: [shape: number | Shape, options?: { eps?: number }], made: Layer];
  Embedding: [args: [count: number, size: number], made: Weighted];
  MultiheadAttention: [args: [size: number, heads: number, options?: Bias & { causal?: boolean }], made: Layer];
  Dropout: [args: [p?: number], made: Layer];
  MaxPool2d: [args: [kernelSize: number, options?: Pool], made: Layer];
  AvgPool2d: [args: [kernelSize: number, options?: Pool], made: Layer];
  Flatten: [args: [], made: Layer];
  ReLU: [args: [], made: Layer];
  Tanh: [args: [], made: Layer];
  Sigmoid: [args: [], made: Layer];
  GELU: [args: [], made: Layer];
  SiLU: [args: [], made: Layer];
  Softmax: [args: [dim?: number], made: Layer];
  Sequential: [args: Layer[], made: Layer];
  SGD: [
    args: [
      parameters: Tensor[],
      options: { lr: number; momentum?: number; dampening?: number; weightDecay?: number; nesterov?: boolean },
    ],
    made: Optimizer,
  ];
  Adam: [args: [parameters: Tensor[], options?: Adaptive], made: Optimizer];
  AdamW: [args: [parameters: Tensor[], options?: Adaptive], made: Optimizer];
  RMSprop: [
    args: [
      parameters: Tensor[],
      options?: { lr?: number; alpha?: number; eps?: number; momentum?: number; weightDecay?: number },
    ],
    made: Optimizer,
  ];
}

/** Each function: what it takes, and what it gives. */
interface Functions {
  crossEntropy: [args: [logits: Tensor, labels: Tensor, options?: { labelSmoothing?: number }], given: Tensor];
  mseLoss: [args: [x: Tensor, y: Tensor], given: Tensor];
  binaryCrossEntropyWithLogits: [args: [logits: Tensor, targets: Tensor], given: Tensor];
  hingeLoss: [args: [scores: Tensor, targets: Tensor], given: Tensor];
  clipGradNorm: [args: [parameters: Tensor[], maxNorm: number], given: Tensor];
  cosineSchedule: [
    args: [options: { peak: number; steps: number; warmup?: number; floor?: number }],
    given: (step: number) => number,
  ];
  oneCycleSchedule: [
    args: [options: { peak: number; steps: number; warmup?: number }],
    given: (step: number) => number,
  ];
}

/** What every module, every layer, and every optimiser can do. */
interface ModulePromise {
  readonly training: boolean;
  parameters(): Tensor[];
  namedParameters(): [name: string, parameter: Tensor][];
  stateDict(): Map<string, Tensor>;
  zeroGrad(): void;
}
interface LayerPromise extends ModulePromise {
  forward(x: Tensor): Tensor;
}
interface OptimizerPromise {
  lr: number;
  step(): void;
  zeroGrad(): void;
  stateDict(): Map<string, Tensor>;
}

type Library = typeof chainrule;

/** true, or which promise is broken. Tuples are compared as values are assigned, without the leniency of methods. */
type ClassHolds<Name extends keyof Classes> =
  Classes[Name][0] extends ConstructorParameters<Library[Name]>
    ? InstanceType<Library[Name]> extends Classes[Name][1]
      ? true
      : ["it makes something else", Name]
    : ["it takes something else", Name];
type FunctionHolds<Name extends keyof Functions> =
  Functions[Name][0] extends Parameters<Library[Name]>
    ? ReturnType<Library[Name]> extends Functions[Name][1]
      ? true
      : ["it gives something else", Name]
    : ["it takes something else", Name];
type Holds<Condition extends boolean> = Condition;

const classes: { readonly [Name in keyof Classes]: ClassHolds<Name> } = {
  Linear: true,
  Conv2d: true,
  BatchNorm2d: true,
  LayerNorm: true,
  Embedding: true,
  MultiheadAttention: true,
  Dropout: true,
  MaxPool2d: true,
  AvgPool2d: true,
  Flatten: true,
  ReLU: true,
  Tanh: true,
  Sigmoid: true,
  GELU: true,
  SiLU: true,
  Softmax: true,
  Sequential: true,
  SGD: true,
  Adam: true,
  AdamW: true,
  RMSprop: true,
};

const functions: { readonly [Name in keyof Functions]: FunctionHolds<Name> } = {
  crossEntropy: true,
  mseLoss: true,
  binaryCrossEntropyWithLogits: true,
  hingeLoss: true,
  clipGradNorm: true,
  cosineSchedule: true,
  oneCycleSchedule: true,
};

const members: readonly [
  Holds<Module extends ModulePromise ? true : false>,
  Holds<Layer extends LayerPromise ? true : false>,
  Holds<Optimizer extends OptimizerPromise ? true : false>,
  Holds<[state: State] extends Parameters<Module["loadStateDict"]> ? true : false>,
  Holds<[state: State] extends Parameters<Optimizer["loadStateDict"]> ? true : false>,
  Holds<[mode?: boolean] extends Parameters<Module["train"]> ? true : false>,
] = [true, true, true, true, true, true];

/** train() and eval() give the module itself back. */
const itself = (layer: chainrule.Linear): chainrule.Linear => layer.train().eval();

it.each([...Object.keys(classes), ...Object.keys(functions), "Module", "Optimizer"])("there is %s", (name) => {
  expect(Reflect.get(chainrule, name)).toBeTypeOf("function");
});

it("the signatures are as promised, or this file would not compile", () => {
  expect([...Object.values(classes), ...Object.values(functions), ...members].every((holds) => holds === true)).toBe(
    true,
  );
  const layer = new chainrule.Linear(1, 1);
  expect(itself(layer)).toBe(layer);
});
