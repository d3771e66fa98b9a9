// How one number of a net comes about: what its layer reads, the weights, and the sum. All numbers are the net's own: the inputs are the
// output of the layer before, and the values are the outputs of the library's layers.
//
//   convolution: z[o, y, x] = bias[o] + Σ_c Σ_dy Σ_dx input[c, y + dy - pad, x + dx - pad] · filter[o, c, dy, dx]
//   max pooling: z[c, y, x] = max of input[c, k·y + dy, k·x + dx]
//   linear:      z[o] = bias[o] + Σ_i input[i] · weight[o, i]
import type { Tensor } from "chainrule";
import type { Layer } from "chainrule/model";
import { stages } from "./stages.ts";

/** A number of a net: the stage as stages.ts counts them, the map or neuron, and the place in the map. */
export interface Place {
  readonly stage: number;
  readonly map: number;
  readonly y: number;
  readonly x: number;
}

/** A channel's part of a sum. `inputs` and `weights` are [height, width]; the weights are null for pooling. */
export interface Part {
  readonly inputs: Float32Array;
  readonly weights: Float32Array;
  /** Σ input · weight. */
  readonly sum: number;
}

/** A value after a further layer: batch norm, ReLU. */
export interface Step {
  readonly kind: string;
  readonly value: number;
}

/** The square of the layer before that the number depends on; it may begin in the padding, at -2. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export type Unit =
  | {
      readonly kind: "sum";
      readonly layer: "Conv2d" | "Linear";
      readonly window: Window;
      readonly parts: readonly Part[];
      readonly bias: number;
      readonly sum: number;
      readonly steps: readonly Step[];
    }
  | {
      readonly kind: "pool";
      readonly layer: "MaxPool2d" | "AvgPool2d";
      readonly window: Window;
      readonly inputs: Float32Array;
      readonly value: number;
    }
  /** A layer whose inside is not shown, such as a backbone. */
  | { readonly kind: "closed"; readonly layer: string; readonly value: number };

export interface Computed {
  readonly architecture: readonly Layer[];
  /** What the net read, [1, C, H, W]. */
  readonly picture: Tensor;
  /** The output of each layer. */
  readonly outputs: readonly Tensor[];
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** Null where the net has no such number. */
export function unitOf(computed: Computed, place: Place): Unit | null {
  const { architecture, picture, outputs } = computed;
  const stage = stages(architecture)[place.stage];
  if (stage === undefined) return null;
  const { index, source } = stage;
  const value = (layer: number) => at(outputs[layer], place);
  if (value(index) === undefined) return null;
  const [kind, ...sizes] = architecture[source];
  const input = source === 0 ? picture : outputs[source - 1];
  const steps = architecture
    .slice(source + 1, index + 1)
    .map(([name], n): Step => ({ kind: name, value: value(source + 1 + n) ?? Number.NaN }));
  const weight = computed.weights.get(`${source}.weight`);
  const bias = Number(computed.weights.get(`${source}.bias`)?.data[place.map] ?? 0);
  switch (kind) {
    case "Conv2d": {
      if (weight === undefined) break;
      const { parts, window } = convolution(input, weight, place);
      return { kind: "sum", layer: kind, window, parts, bias, sum: total(parts, bias), steps };
    }
    case "Linear": {
      if (weight === undefined) break;
      // The numbers before Flatten stand in maps, which say more than a row.
      const flat = source > 0 && architecture[source - 1][0] === "Flatten";
      const shaped = flat ? (source === 1 ? picture : outputs[source - 2]) : input;
      const { parts, window } = linear(shaped, weight, place.map);
      return { kind: "sum", layer: kind, window, parts, bias, sum: total(parts, bias), steps };
    }
    case "MaxPool2d":
    case "AvgPool2d": {
      const window = { top: place.y * sizes[0], left: place.x * sizes[0], height: sizes[0], width: sizes[0] };
      return { kind: "pool", layer: kind, window, inputs: cut(input, place.map, window), value: value(index) ?? 0 };
    }
  }
  return { kind: "closed", layer: kind, value: value(index) ?? 0 };
}

function at({ shape, data }: Tensor, { map, y, x }: Place): number | undefined {
  const [, maps, height = 1, width = 1] = shape;
  const inside = map >= 0 && map < maps && y >= 0 && y < height && x >= 0 && x < width;
  return inside ? Number(data[(map * height + y) * width + x]) : undefined;
}

const total = (parts: readonly Part[], bias: number) => parts.reduce((all, { sum }) => all + sum, bias);

/** A window of a channel; zeros where it lies in the padding. */
function cut({ shape, data }: Tensor, channel: number, { top, left, height, width }: Window): Float32Array {
  const [, , rows = 1, columns = 1] = shape;
  return Float32Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [top + Math.floor(i / width), left + (i % width)];
    const inside = y >= 0 && y < rows && x >= 0 && x < columns;
    return inside ? Number(data[(channel * rows + y) * columns + x]) : 0;
  });
}

function part(inputs: Float32Array, weights: Float32Array): Part {
  return { inputs, weights, sum: inputs.reduce((sum, input, i) => sum + input * weights[i], 0) };
}

function convolution(input: Tensor, weight: Tensor, { map, y, x }: Place): { parts: Part[]; window: Window } {
  const [, channels, side] = weight.shape;
  const pad = (side - 1) / 2;
  const window = { top: y - pad, left: x - pad, height: side, width: side };
  const filter = (channel: number) =>
    Float32Array.from({ length: side * side }, (_, i) =>
      Number(weight.data[(map * channels + channel) * side ** 2 + i]),
    );
  const parts = Array.from({ length: channels }, (_, channel) => part(cut(input, channel, window), filter(channel)));
  return { parts, window };
}

function linear(input: Tensor, weight: Tensor, neuron: number): { parts: Part[]; window: Window } {
  const [, channels, height = 1, width = 1] = input.shape;
  const flat = input.shape.length === 2;
  const window = flat ? { top: 0, left: 0, height: 1, width: channels } : { top: 0, left: 0, height, width };
  const size = window.height * window.width;
  const parts = Array.from({ length: flat ? 1 : channels }, (_, channel) =>
    part(
      Float32Array.from({ length: size }, (_, i) => Number(input.data[channel * size + i])),
      Float32Array.from({ length: size }, (_, i) => Number(weight.data[neuron * weight.shape[1] + channel * size + i])),
    ),
  );
  return { parts, window };
}
