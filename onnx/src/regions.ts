// Composites for which ONNX has an op. A rule takes a region and returns a function that writes the ONNX op, or null where the region
// computes something else than that op; then its ops are written one by one.
import type { DType } from "chainrule/compiler";
import { allFixed } from "./lowering.ts";
import { convolutionAttributes } from "./ops/contractions.ts";
import { only, type Part, type Settings, settingsOf, unshaped } from "./part.ts";
import type { Attribute } from "./protobuf/encode.ts";
import { isFixed, type Size } from "./size.ts";
import type { SymbolicNode } from "./symbolic.ts";
import type { Value, Writer } from "./writer.ts";

/** The writer, and the values of nodes that are written already. */
export interface WriteContext {
  readonly writer: Writer;
  /** The value of a node outside of the region, in the node's full shape. */
  read(n: SymbolicNode): Value;
}
/** Writes a region, and returns the value of its output. */
export type RegionWriter = (context: WriteContext) => Value;
type Rule = (part: Part) => RegionWriter | null;

/** Writes a region as one ONNX op. */
const asOneOp =
  (
    part: Part,
    opType: string,
    inputs: readonly (SymbolicNode | null)[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): RegionWriter =>
  ({ writer, read }) =>
    writer.node(
      opType,
      inputs.map((input) => input && read(input)),
      part.output.dtype,
      part.output.shape,
      attributes,
    );

/** A rule for an ONNX op of one operand, whose attributes follow from the region's. */
const unaryOp =
  (opType: string, attributes: (settings: Settings) => Readonly<Record<string, Attribute>> = () => ({})): Rule =>
  (part) => {
    const settings = settingsOf(part);
    return part.inputs.length === 1 && settings ? asOneOp(part, opType, part.inputs, attributes(settings)) : null;
  };

const rank = (n: SymbolicNode): number => n.shape.length;

/** A rule for a pooling over [N, C, H, W], with "kernel_shape", "strides" and "pads"; windows beyond the padding are written op by op. */
const pooling =
  (opType: string, more: (settings: Settings) => Readonly<Record<string, Attribute>> | null): Rule =>
  (part) => {
    const settings = settingsOf(part);
    if (part.inputs.length !== 1 || rank(part.inputs[0]) !== 4 || settings === null) return null;
    const others = settings.flag("ceilMode") ? null : more(settings);
    if (others === null) return null;
    const [height, width] = settings.numbers("padding");
    return asOneOp(part, opType, part.inputs, {
      kernel_shape: settings.numbers("kernelSize"),
      strides: settings.numbers("stride"),
      pads: [height, width, height, width],
      ...others,
    });
  };

/** The weight and bias that follow `first` other inputs, as far as the region has them; null where the number of inputs is another. */
function affine(part: Part, first: number, hasWeight: boolean, hasBias: boolean) {
  if (part.inputs.length !== first + Number(hasWeight) + Number(hasBias)) return null;
  const weight = hasWeight ? part.inputs[first] : null;
  const bias = hasBias ? part.inputs[first + Number(hasWeight)] : null;
  return { weight, bias };
}

/** The value of a weight; without one, a constant tensor of shape `dims` full of `value`. */
function weightOr(
  { writer, read }: WriteContext,
  weight: SymbolicNode | null,
  x: SymbolicNode,
  dims: readonly Size[],
  value: number,
): Value {
  if (weight !== null) return read(weight);
  const shape = allFixed({ node: x }, dims);
  const size = shape.reduce((product, n) => product * n, 1);
  return writer.constant(x.dtype, shape, Array<number>(size).fill(value));
}

const floats: readonly DType[] = ["float32", "float64"];
/** The dtypes for which ONNX Runtime has a kernel of a region's op; for regions that are not listed, float32 alone. */
const kernels: Readonly<Record<string, readonly DType[]>> = {
  relu: floats,
  softmax: floats,
  logSoftmax: floats,
  linear: floats,
  layerNorm: floats,
  batchNorm2d: floats,
  embedding: floats,
};

const rules: Readonly<Record<string, Rule>> = {
  relu: unaryOp("Relu"),
  gelu: unaryOp("Gelu"),
  leakyRelu: unaryOp("LeakyRelu", (settings) => ({ alpha: { float: settings.number("slope") } })),
  softplus: unaryOp("Softplus"),
  softmax: unaryOp("Softmax", (settings) => ({ axis: settings.number("dim") })),
  logSoftmax: unaryOp("LogSoftmax", (settings) => ({ axis: settings.number("dim") })),

  logsumexp(part) {
    const settings = settingsOf(part);
    if (part.inputs.length !== 1 || settings === null) return null;
    const { dtype, shape } = part.output;
    return ({ writer, read }) => {
      const inputs = [read(part.inputs[0]), writer.sizes(settings.numbers("dims"))];
      return writer.node("ReduceLogSumExp", inputs, dtype, shape, { keepdims: Number(settings.flag("keepdim")) });
    };
  },

  // y = conv(x, weight) + bias
  conv2d(part) {
    const conv = only(part, "conv");
    if (conv === null || conv.inputs.some((x) => part.nodes.includes(x))) return null;
    const [x, weight] = conv.inputs;
    const bias = addend(part, conv);
    if (bias === undefined || part.inputs.length !== (bias ? 3 : 2)) return null;
    const attributes = convolutionAttributes({ node: conv, attributes: conv.attributes });
    return asOneOp(part, "Conv", bias ? [x, weight, bias] : [x, weight], attributes);
  },

  // y = x · weightᵀ + bias. Gemm takes matrices; an x of more dims goes through MatMul.
  linear(part) {
    const product = only(part, "matmul");
    const transposed = only(part, "permute");
    if (product === null || transposed === null || product.inputs[1] !== transposed) return null;
    const [x, weight, bias] = [unshaped(part, product.inputs[0]), transposed.inputs[0], addend(part, product)];
    const isOutside = [x, weight].every((n) => !part.nodes.includes(n));
    if (!isOutside || rank(x) < 2 || bias === undefined || part.inputs.length !== (bias ? 3 : 2)) return null;
    if (rank(x) === 2) return asOneOp(part, "Gemm", bias ? [x, weight, bias] : [x, weight], { transB: 1 });
    const { dtype, shape } = part.output;
    return ({ writer, read }) => {
      const weightT = writer.node("Transpose", [read(weight)], dtype, transposed.shape, { perm: [1, 0] });
      const y = writer.node("MatMul", [read(x), weightT], dtype, shape);
      return bias ? writer.node("Add", [y, read(bias)], dtype, shape) : y;
    };
  },

  maxPool2d: pooling("MaxPool", (settings): Readonly<Record<string, Attribute>> => {
    const dilations = settings.numbers("dilation");
    return dilations.every((n) => n === 1) ? {} : { dilations };
  }),
  avgPool2d: pooling("AveragePool", (settings) =>
    settings.flag("overridesDivisor") ? null : { count_include_pad: Number(settings.flag("countIncludePad")) },
  ),

  adaptiveAvgPool2d(part) {
    const settings = settingsOf(part);
    const [x] = part.inputs;
    if (part.inputs.length !== 1 || rank(x) !== 4 || settings === null) return null;
    const target = settings.numbers("outputSize");
    if (target.every((n) => n === 1)) return asOneOp(part, "GlobalAveragePool", [x]);
    const places = x.shape.slice(2).filter(isFixed);
    if (places.length !== 2 || places.some((n, dim) => n % target[dim] !== 0)) return null;
    const kernel = places.map((n, dim) => n / target[dim]);
    return asOneOp(part, "AveragePool", [x], { kernel_shape: kernel, strides: kernel });
  },

  layerNorm(part) {
    const settings = settingsOf(part);
    if (settings === null) return null;
    const parameters = affine(part, 1, settings.flag("weight"), settings.flag("bias"));
    if (parameters === null) return null;
    const [x] = part.inputs;
    const { dtype, shape } = part.output;
    const [axis] = settings.numbers("dims");
    return (context) => {
      const scale = weightOr(context, parameters.weight, x, shape.slice(axis), 1);
      const inputs = [context.read(x), scale, ...(parameters.bias ? [context.read(parameters.bias)] : [])];
      const attributes = { axis, epsilon: { float: settings.number("eps") } };
      return context.writer.node("LayerNormalization", inputs, dtype, shape, attributes);
    };
  },

  groupNorm(part) {
    const settings = settingsOf(part);
    if (settings === null || rank(part.output) < 3) return null;
    const parameters = affine(part, 1, settings.flag("affine"), settings.flag("bias"));
    if (parameters === null) return null;
    const [x] = part.inputs;
    const { dtype, shape } = part.output;
    return (context) => {
      const channels = [shape[1]];
      const inputs = [
        context.read(x),
        weightOr(context, parameters.weight, x, channels, 1),
        weightOr(context, parameters.bias, x, channels, 0),
      ];
      const attributes = { num_groups: settings.number("groups"), epsilon: { float: settings.number("eps") } };
      return context.writer.node("GroupNormalization", inputs, dtype, shape, attributes);
    };
  },

  // The running mean and variance are the first inputs, since the composite reshapes them before it reads x.
  batchNorm2d(part) {
    const settings = settingsOf(part);
    if (settings === null || settings.flag("training")) return null;
    const parameters = affine(part, 3, settings.flag("affine"), settings.flag("bias"));
    if (parameters === null) return null;
    const [mean, variance, x] = part.inputs;
    const subtracted = part.nodes.find((n) => n.op === "sub");
    const isAsExpected =
      rank(x) === 4 &&
      subtracted?.inputs[0] === x &&
      unshaped(part, subtracted.inputs[1]) === mean &&
      rank(variance) === 1;
    if (!isAsExpected) return null;
    const { dtype, shape } = part.output;
    return (context) => {
      const channels = [shape[1]];
      const scale = weightOr(context, parameters.weight, x, channels, 1);
      const shift = weightOr(context, parameters.bias, x, channels, 0);
      const inputs = [context.read(x), scale, shift, context.read(mean), context.read(variance)];
      const attributes = { epsilon: { float: settings.number("eps") } };
      return context.writer.node("BatchNormalization", inputs, dtype, shape, attributes);
    };
  },

  // Row i of the weight for each index i.
  embedding(part) {
    const weight = part.inputs.find((n) => n.dtype === part.output.dtype);
    const indices = part.inputs.find((n) => n !== weight);
    if (part.inputs.length !== 2 || !weight || !indices || rank(weight) !== 2) return null;
    const { dtype, shape } = part.output;
    return ({ writer, read }) =>
      writer.node("Gather", [read(weight), writer.cast(read(indices), "int32")], dtype, shape, { axis: 0 });
  },
};

/** The bias that the part adds to a node as its last op: null if the node is the output itself, undefined if the output is neither. */
function addend(part: Part, to: SymbolicNode): SymbolicNode | null | undefined {
  const { output } = part;
  if (output.op !== "add") return unshaped(part, output) === to ? null : undefined;
  const other = output.inputs.find((n) => unshaped(part, n) !== to);
  const isSum = output.inputs.some((n) => unshaped(part, n) === to);
  if (!isSum || other === undefined) return undefined;
  const bias = unshaped(part, other);
  return part.nodes.includes(bias) || rank(bias) !== 1 ? undefined : bias;
}

/** Whether a region has both float32 and float64 operands, which ONNX's ops do not take together. */
const mixesFloats = ({ inputs, output }: Part): boolean =>
  inputs.some(({ dtype }) => dtype !== output.dtype && floats.includes(dtype));

/** The function that writes a region as one ONNX op; null where its ops are written one by one. */
export function regionWriterOf(part: Part): RegionWriter | null {
  const { name } = part.region;
  const types = Object.hasOwn(kernels, name) ? kernels[name] : ["float32"];
  const isKnown = Object.hasOwn(rules, name) && types.includes(part.output.dtype);
  return isKnown && !mixesFloats(part) ? rules[name](part) : null;
}
