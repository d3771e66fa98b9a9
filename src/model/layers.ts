// A net as a model file describes it: a list of layers with their sizes, [["Flatten"], ["Linear", 784, 128], ["ReLU"], ["Linear", 128, 10]],
// from which it can be built again. One table has for each kind of layer its constructor, the shape of its output, and its tensors. A backbone
// is a layer without sizes, ["tf_efficientnet_lite0"]: pictures to features.
import { internal } from "../errors/error.ts";
import { isWhole } from "../errors/numbers.ts";
import { ReLU } from "../nn/activations.ts";
import { Flatten, Sequential } from "../nn/containers.ts";
import { Conv2d } from "../nn/convolutions/convolution.ts";
import { Linear } from "../nn/linear.ts";
import type { Layer as BuiltLayer } from "../nn/module.ts";
import { BatchNorm2d } from "../nn/norms/batch-norm.ts";
import { AvgPool2d, MaxPool2d } from "../nn/pools/pooling.ts";
import type { Shape } from "../tensor/shape.ts";
import { type BackboneName, backboneNames, backbones, buildBackbone, entryOf } from "./backbones/table.ts";

/** A layer's kind and sizes: ["Flatten"], ["Linear", 784, 128], ["Conv2d", 1, 8, 5] (channels in and out, an odd kernel). */
export type Layer = readonly [kind: string, ...sizes: number[]];

interface Kind {
  readonly sizes: number;
  readonly build: (...sizes: number[]) => BuiltLayer;
  /** The shape of the output for one picture or one vector; null where the layer does not take it. */
  readonly output: (input: Shape, ...sizes: number[]) => Shape | null;
  readonly tensors: (...sizes: number[]) => Readonly<Record<string, Shape>>;
}

const product = (shape: Shape) => shape.reduce((size, dim) => size * dim, 1);
const noTensors = () => ({});

/** The shape after pooling by windows side by side; left-over rows and columns at the edges are dropped. */
const pooled = (input: Shape, kernel: number): Shape | null =>
  input.length === 3 && Math.min(input[1], input[2]) >= kernel
    ? [input[0], Math.floor(input[1] / kernel), Math.floor(input[2] / kernel)]
    : null;

/** The shapes of a backbone's tensors, found once by building it. */
const backboneShapes = new Map<BackboneName, Readonly<Record<string, Shape>>>();

function shapesOf(name: BackboneName): Readonly<Record<string, Shape>> {
  const found =
    backboneShapes.get(name) ??
    Object.fromEntries([...buildBackbone(name).stateDict()].map(([tensor, { shape }]) => [tensor, shape]));
  backboneShapes.set(name, found);
  return found;
}

/** A backbone of this name as a layer: pictures [3, height, width] to features. */
function backboneKind(name: BackboneName): Kind {
  const { input, features, fixedSize } = backbones[name];
  const fits = ([channels, ...sides]: Shape) => channels === 3 && (!fixedSize || sides.join() === input.size.join());
  return {
    sizes: 0,
    build: () => buildBackbone(name),
    output: (shape) => (shape.length === 3 && fits(shape) ? [features] : null),
    tensors: () => shapesOf(name),
  };
}

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["Flatten", { sizes: 0, build: () => new Flatten(), output: (input) => [product(input)], tensors: noTensors }],
  ["ReLU", { sizes: 0, build: () => new ReLU(), output: (input) => input, tensors: noTensors }],
  [
    "Linear",
    {
      sizes: 2,
      build: (from, to) => new Linear(from, to),
      output: (input, from, to) => (input.length === 1 && input[0] === from ? [to] : null),
      tensors: (from, to) => ({ weight: [to, from], bias: [to] }),
    },
  ],
  [
    // Sizes: channels in and out, and an odd kernel, padded so that the picture keeps its size.
    "Conv2d",
    {
      sizes: 3,
      build: (from, to, kernel) => new Conv2d(from, to, kernel, { padding: (kernel - 1) / 2 }),
      output: (input, from, to, kernel) =>
        input.length === 3 && input[0] === from && kernel % 2 === 1 ? [to, input[1], input[2]] : null,
      tensors: (from, to, kernel) => ({ weight: [to, from, kernel, kernel], bias: [to] }),
    },
  ],
  [
    "BatchNorm2d",
    {
      sizes: 1,
      build: (channels) => new BatchNorm2d(channels),
      output: (input, channels) => (input.length === 3 && input[0] === channels ? input : null),
      tensors: (channels) => ({
        weight: [channels],
        bias: [channels],
        running_mean: [channels],
        running_var: [channels],
        num_batches_tracked: [],
      }),
    },
  ],
  ["MaxPool2d", { sizes: 1, build: (kernel) => new MaxPool2d(kernel), output: pooled, tensors: noTensors }],
  ["AvgPool2d", { sizes: 1, build: (kernel) => new AvgPool2d(kernel), output: pooled, tensors: noTensors }],
  ...backboneNames.map((name): [string, Kind] => [name, backboneKind(name)]),
]);

/** Whether a tensor of this name, "0.conv_stem.weight", belongs to a backbone among the layers. */
export function isOfBackbone(tensor: string, layers: readonly Layer[]): boolean {
  const layer = layers[Number(/^\d+(?=\.)/.exec(tensor)?.[0])];
  return layer !== undefined && entryOf(layer[0]) !== null;
}

/** A net of these layers with new weights. Throws where the kind of a layer is unknown. */
export function build(layers: readonly Layer[]): Sequential {
  return new Sequential(
    ...layers.map(([kind, ...sizes]) => {
      const entry = kinds.get(kind);
      if (entry === undefined) throw internal(`no layer ${kind}`);
      return entry.build(...sizes);
    }),
  );
}

/**
 * The first fault of a list of layers; null where there is none: every kind is known, every size is a positive integer, each layer takes the
 * output of the one before it, the last one has a number for each class, and each layer's tensors exist in the right shapes. Nothing of
 * the sizes in the list is built, so that one from a file may claim any.
 */
export function checkLayers(
  layers: readonly Layer[],
  net: { input: Shape; classes: number; tensors: ReadonlyMap<string, { readonly shape: Shape }> },
): string | null {
  let shape: Shape | null = net.input;
  for (const [position, [kind, ...sizes]] of layers.entries()) {
    const entry = kinds.get(kind);
    if (entry === undefined) return `layer ${position} is of the unknown kind ${JSON.stringify(kind)}`;
    const hasSizes = sizes.length === entry.sizes && sizes.every((size) => isWhole(size, { from: 1 }));
    if (!hasSizes) return `layer ${position}, ${kind}, has the invalid sizes ${JSON.stringify(sizes)}`;
    const before: Shape = shape;
    shape = entry.output(before, ...sizes);
    if (shape === null) return `layer ${position}, ${kind} ${sizes.join(" ")}, does not take its input, [${before}]`;
    for (const [name, expected] of Object.entries(entry.tensors(...sizes))) {
      const found = net.tensors.get(`${position}.${name}`)?.shape;
      if (found?.join() !== expected.join())
        return `layer ${position} needs a tensor "${position}.${name}" of shape [${expected}], but there is ${found ? `[${found}]` : "none"}`;
    }
  }
  return shape.length === 1 && shape[0] === net.classes
    ? null
    : `its layers end in [${shape}], not in ${net.classes} classes`;
}
