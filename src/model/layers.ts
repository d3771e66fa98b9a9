// How a model file writes a net down: as a list of layers with their sizes, [["Flatten"], ["Linear", 784, 128], ["ReLU"],
// ["Linear", 128, 10]], which is all that is needed to build it again. One table says of each kind of layer how it is built, what
// it makes of a shape, and which tensors it has.
import { internal } from "../errors/error.ts";
import { isWhole } from "../errors/numbers.ts";
import { ReLU } from "../nn/activations.ts";
import { BatchNorm2d } from "../nn/batch-norm.ts";
import { Flatten, Sequential } from "../nn/containers.ts";
import { Conv2d } from "../nn/convolution.ts";
import { Linear } from "../nn/linear.ts";
import type { Layer as BuiltLayer } from "../nn/module.ts";
import { AvgPool2d, MaxPool2d } from "../nn/pooling.ts";
import type { Shape } from "../tensor/shape.ts";

/** A layer's kind and sizes: ["Flatten"], ["Linear", 784, 128], ["Conv2d", 1, 8, 5] (channels in and out, an odd kernel). */
export type Layer = readonly [kind: string, ...sizes: number[]];

interface Kind {
  readonly sizes: number;
  readonly build: (...sizes: number[]) => BuiltLayer;
  /** What one picture or one vector becomes; null where it does not fit. */
  readonly output: (input: Shape, ...sizes: number[]) => Shape | null;
  readonly tensors: (...sizes: number[]) => Readonly<Record<string, Shape>>;
}

const product = (shape: Shape) => shape.reduce((size, dim) => size * dim, 1);
const none = () => ({});

/** Windows that lie side by side; what is left over at the edges is left out. */
const pooled = (input: Shape, kernel: number): Shape | null =>
  input.length === 3 && Math.min(input[1], input[2]) >= kernel
    ? [input[0], Math.floor(input[1] / kernel), Math.floor(input[2] / kernel)]
    : null;

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["Flatten", { sizes: 0, build: () => new Flatten(), output: (input) => [product(input)], tensors: none }],
  ["ReLU", { sizes: 0, build: () => new ReLU(), output: (input) => input, tensors: none }],
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
    // Channels in and out, an odd kernel, padded so that the picture keeps its size.
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
        ...{ weight: [channels], bias: [channels], running_mean: [channels], running_var: [channels] },
        num_batches_tracked: [],
      }),
    },
  ],
  ["MaxPool2d", { sizes: 1, build: (kernel) => new MaxPool2d(kernel), output: pooled, tensors: none }],
  ["AvgPool2d", { sizes: 1, build: (kernel) => new AvgPool2d(kernel), output: pooled, tensors: none }],
]);

/** A net of these layers with fresh weights. Throws where a layer is of a kind that it does not know. */
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
 * What is wrong with a list of layers, or null: every kind known, every size a positive integer, each layer fitting the one before
 * it, the last one giving a number for each class, and each layer's tensors there in the right shapes. Nothing is built, so that
 * a list from a file may claim any size.
 */
export function checkLayers(
  layers: readonly Layer[],
  net: { input: Shape; classes: number; tensors: ReadonlyMap<string, { readonly shape: Shape }> },
): string | null {
  let shape: Shape | null = net.input;
  for (const [position, [kind, ...sizes]] of layers.entries()) {
    const entry = kinds.get(kind);
    if (entry === undefined) return `layer ${position} is an unknown ${JSON.stringify(kind)}`;
    const fine = sizes.length === entry.sizes && sizes.every((size) => isWhole(size, { from: 1 }));
    if (!fine) return `layer ${position}, ${kind}, has the sizes ${JSON.stringify(sizes)}`;
    const before: Shape = shape;
    shape = entry.output(before, ...sizes);
    if (shape === null)
      return `layer ${position}, ${kind} ${sizes.join(" ")}, does not take what it is given, [${before}]`;
    for (const [name, expected] of Object.entries(entry.tensors(...sizes))) {
      const found = net.tensors.get(`${position}.${name}`)?.shape;
      if (found?.join() !== expected.join())
        return `layer ${position} needs a tensor "${position}.${name}" of shape [${expected}], there is ${found ? `[${found}]` : "none"}`;
    }
  }
  return shape.length === 1 && shape[0] === net.classes
    ? null
    : `its layers end in [${shape}], not in ${net.classes} classes`;
}
