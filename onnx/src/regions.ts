// Composites that ONNX has an op of its own for. A rule looks at a region and says how to write it, or null where the region is
// not just that op: then it is written op by op.
import type { DType } from "chainrule/compiler";
import { allFixed } from "./lowering.ts";
import { convolutionAttributes } from "./ops/contractions.ts";
import { only, type Part, type Settings, settingsOf, unshaped } from "./part.ts";
import type { Attribute } from "./protobuf/encode.ts";
import { isFixed, type Size } from "./size.ts";
import { attributesOf, type SymbolicNode } from "./symbolic.ts";
import type { Value, Writer } from "./writer.ts";

export interface Scribe {
  readonly writer: Writer;
  /** The value of a node from outside of the region, in its full shape. */
  read(n: SymbolicNode): Value;
}
export type Writing = (scribe: Scribe) => Value;
type Rule = (part: Part) => Writing | null;

const writing =
  (
    part: Part,
    opType: string,
    inputs: readonly (SymbolicNode | null)[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Writing =>
  ({ writer, read }) =>
    writer.node(
      opType,
      inputs.map((input) => input && read(input)),
      part.output.dtype,
      part.output.shape,
      attributes,
    );

/** Of one operand, with attributes from the region's. */
const simple =
  (opType: string, attributes: (settings: Settings) => Readonly<Record<string, Attribute>> = () => ({})): Rule =>
  (part) => {
    const settings = settingsOf(part);
    return part.inputs.length === 1 && settings ? writing(part, opType, part.inputs, attributes(settings)) : null;
  };

const rank = (n: SymbolicNode): number => n.shape.length;

/** "kernel_shape", "strides" and "pads" of a pooling over [N, C, H, W]. */
const pooling =
  (opType: string, more: Readonly<Record<string, Attribute>> = {}): Rule =>
  (part) => {
    const settings = settingsOf(part);
    if (part.inputs.length !== 1 || rank(part.inputs[0]) !== 4 || settings === null) return null;
    const [height, width] = settings.numbers("padding");
    return writing(part, opType, part.inputs, {
      kernel_shape: settings.numbers("kernelSize"),
      strides: settings.numbers("stride"),
      pads: [height, width, height, width],
      ...more,
    });
  };

/** weight and bias behind other inputs, where the region's attributes say that they are there. */
function affine(part: Part, first: number, hasWeight: boolean, hasBias: boolean) {
  if (part.inputs.length !== first + Number(hasWeight) + Number(hasBias)) return null;
  const weight = hasWeight ? part.inputs[first] : null;
  const bias = hasBias ? part.inputs[first + Number(hasWeight)] : null;
  return { weight, bias };
}

/** A weight, or as many of a number as stand for it. */
function filled(
  { writer, read }: Scribe,
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

const both: readonly DType[] = ["float32", "float64"];
/** Dtypes for which ONNX Runtime has a kernel of a region's op, where that is not float32 alone. */
const kernels: Readonly<Record<string, readonly DType[]>> = {
  relu: both,
  softmax: both,
  logSoftmax: both,
  linear: both,
  layerNorm: both,
  batchNorm2d: both,
  embedding: both,
};

const rules: Readonly<Record<string, Rule>> = {
  relu: simple("Relu"),
  gelu: simple("Gelu"),
  leakyRelu: simple("LeakyRelu", (settings) => ({ alpha: { float: settings.number("slope") } })),
  softplus: simple("Softplus"),
  softmax: simple("Softmax", (settings) => ({ axis: settings.number("dim") })),
  logSoftmax: simple("LogSoftmax", (settings) => ({ axis: settings.number("dim") })),

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
    const attributes = convolutionAttributes({ node: conv, attributes: attributesOf(conv, "conv") });
    return writing(part, "Conv", bias ? [x, weight, bias] : [x, weight], attributes);
  },

  // y = x · weightᵀ + bias; Gemm is for matrices, others are multiplied as they stand.
  linear(part) {
    const product = only(part, "matmul");
    const turned = only(part, "permute");
    if (product === null || turned === null || product.inputs[1] !== turned) return null;
    const [x, weight, bias] = [unshaped(part, product.inputs[0]), turned.inputs[0], addend(part, product)];
    const isOutside = [x, weight].every((n) => !part.nodes.includes(n));
    if (!isOutside || rank(x) < 2 || bias === undefined || part.inputs.length !== (bias ? 3 : 2)) return null;
    if (rank(x) === 2) return writing(part, "Gemm", bias ? [x, weight, bias] : [x, weight], { transB: 1 });
    const { dtype, shape } = part.output;
    return ({ writer, read }) => {
      const across = writer.node("Transpose", [read(weight)], dtype, turned.shape, { perm: [1, 0] });
      const y = writer.node("MatMul", [read(x), across], dtype, shape);
      return bias ? writer.node("Add", [y, read(bias)], dtype, shape) : y;
    };
  },

  maxPool2d: pooling("MaxPool"),
  avgPool2d: pooling("AveragePool", { count_include_pad: 1 }),

  adaptiveAvgPool2d(part) {
    const settings = settingsOf(part);
    const [x] = part.inputs;
    if (part.inputs.length !== 1 || rank(x) !== 4 || settings === null) return null;
    const target = settings.numbers("outputSize");
    if (target.every((n) => n === 1)) return writing(part, "GlobalAveragePool", [x]);
    const places = x.shape.slice(2).filter(isFixed);
    if (places.length !== 2 || places.some((n, dim) => n % target[dim] !== 0)) return null;
    const kernel = places.map((n, dim) => n / target[dim]);
    return writing(part, "AveragePool", [x], { kernel_shape: kernel, strides: kernel });
  },

  layerNorm(part) {
    const settings = settingsOf(part);
    if (settings === null) return null;
    const found = affine(part, 1, settings.flag("weight"), settings.flag("bias"));
    if (found === null) return null;
    const [x] = part.inputs;
    const { dtype, shape } = part.output;
    const [axis] = settings.numbers("dims");
    return (scribe) => {
      const scale = filled(scribe, found.weight, x, shape.slice(axis), 1);
      const inputs = [scribe.read(x), scale, ...(found.bias ? [scribe.read(found.bias)] : [])];
      const attributes = { axis, epsilon: { float: settings.number("eps") } };
      return scribe.writer.node("LayerNormalization", inputs, dtype, shape, attributes);
    };
  },

  groupNorm(part) {
    const settings = settingsOf(part);
    if (settings === null || rank(part.output) < 3) return null;
    const found = affine(part, 1, settings.flag("affine"), settings.flag("affine"));
    if (found === null) return null;
    const [x] = part.inputs;
    const { dtype, shape } = part.output;
    return (scribe) => {
      const channels = [shape[1]];
      const inputs = [
        scribe.read(x),
        filled(scribe, found.weight, x, channels, 1),
        filled(scribe, found.bias, x, channels, 0),
      ];
      const attributes = { num_groups: settings.number("groups"), epsilon: { float: settings.number("eps") } };
      return scribe.writer.node("GroupNormalization", inputs, dtype, shape, attributes);
    };
  },

  // The running moments are read first: they are reshaped before x is touched.
  batchNorm2d(part) {
    const settings = settingsOf(part);
    if (settings === null || settings.flag("training")) return null;
    const found = affine(part, 3, settings.flag("affine"), settings.flag("affine"));
    if (found === null) return null;
    const [mean, variance, x] = part.inputs;
    const subtracted = part.nodes.find((n) => n.op === "sub");
    const isAsExpected =
      rank(x) === 4 &&
      subtracted?.inputs[0] === x &&
      unshaped(part, subtracted.inputs[1]) === mean &&
      rank(variance) === 1;
    if (!isAsExpected) return null;
    const { dtype, shape } = part.output;
    return (scribe) => {
      const channels = [shape[1]];
      const scale = filled(scribe, found.weight, x, channels, 1);
      const shift = filled(scribe, found.bias, x, channels, 0);
      const inputs = [scribe.read(x), scale, shift, scribe.read(mean), scribe.read(variance)];
      const attributes = { epsilon: { float: settings.number("eps") } };
      return scribe.writer.node("BatchNormalization", inputs, dtype, shape, attributes);
    };
  },

  // Row i of the weight for each index.
  embedding(part) {
    const weight = part.inputs.find((n) => n.dtype === part.output.dtype);
    const indices = part.inputs.find((n) => n !== weight);
    if (part.inputs.length !== 2 || !weight || !indices || rank(weight) !== 2) return null;
    const { dtype, shape } = part.output;
    return ({ writer, read }) =>
      writer.node("Gather", [read(weight), writer.cast(read(indices), "int32")], dtype, shape, { axis: 0 });
  },
};

/** What the part adds to a node as the last it does: null if nothing, undefined if it does something else. */
function addend(part: Part, to: SymbolicNode): SymbolicNode | null | undefined {
  const { output } = part;
  if (output.op !== "add") return unshaped(part, output) === to ? null : undefined;
  const other = output.inputs.find((n) => unshaped(part, n) !== to);
  const isSum = output.inputs.some((n) => unshaped(part, n) === to);
  if (!isSum || other === undefined) return undefined;
  const bias = unshaped(part, other);
  return part.nodes.includes(bias) || rank(bias) !== 1 ? undefined : bias;
}

/** float32 and float64 in one region, which ONNX's ops do not take. */
const mixesFloats = ({ inputs, output }: Part): boolean =>
  inputs.some(({ dtype }) => dtype !== output.dtype && both.includes(dtype));

/** How to write a region as ONNX's own op; null: op by op. */
export function writingOf(part: Part): Writing | null {
  const { name } = part.region;
  const isKnown = Object.hasOwn(rules, name) && (kernels[name] ?? ["float32"]).includes(part.output.dtype);
  return isKnown && !mixesFloats(part) ? rules[name](part) : null;
}
