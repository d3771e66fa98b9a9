// Chapter one by name: what `import { ... } from "chainrule/scalar"` offers.
export { checkGradients, type GradientCheck, numericGradient } from "./check.ts";
export { toDot } from "./draw.ts";
export { type Activation, Layer, MLP, Neuron, type Parametric } from "./nn.ts";
export { type LeafKind, Value } from "./value.ts";
