// The nets that can be trained by name, sized for the pictures and classes of a data set.
import type { Shape } from "../tensor/shape.ts";
import type { Layer } from "./layers.ts";

/** The nets that can be trained by name. */
export type ArchitectureName = "mlp" | "cnn" | "conv-bn";

/** The smallest shorter side of a picture that each net takes, in pixels. */
export const leastSide: Readonly<Record<ArchitectureName, number>> = { mlp: 1, cnn: 4, "conv-bn": 4 };

/** Makes the layers for pictures of shape [channels, height, width] and a number of classes. */
export type Architecture = (shape: Shape, classes: number) => Layer[];

/** mlp: one hidden layer. cnn: two convolutions. conv-bn: up to four convolutions with batch norm, for larger pictures. */
export const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  mlp: ([channels, height, width], classes) => [
    ["Flatten"],
    ["Linear", channels * height * width, 128],
    ["ReLU"],
    ["Linear", 128, classes],
  ],
  cnn: ([channels, height, width], classes) => [
    ["Conv2d", channels, 8, 5],
    ["ReLU"],
    ["MaxPool2d", 2],
    ["Conv2d", 8, 16, 5],
    ["ReLU"],
    ["MaxPool2d", 2],
    ["Flatten"],
    ["Linear", 16 * Math.floor(Math.floor(height / 2) / 2) * Math.floor(Math.floor(width / 2) / 2), classes],
  ],
  "conv-bn": convBn,
};

/** The names of all these nets. */
export const architectureNames = Object.keys(architectures) as ArchitectureName[];

const maxChannels = 64;

/**
 * Averages large pictures down to about 64 pixels first. Then come up to four stages of [16, 32, 64, 64] channels, each of which halves the
 * picture, until its shorter side has about four pixels.
 */
function convBn([channels, height, width]: Shape, classes: number): Layer[] {
  const [short, long] = [Math.min(height, width), Math.max(height, width)];
  const reduction = Math.max(1, Math.min(Math.round(long / 64), Math.floor(short / leastSide["conv-bn"])));
  const layers: Layer[] = reduction > 1 ? [["AvgPool2d", reduction]] : [];
  let shape = [channels, Math.floor(height / reduction), Math.floor(width / reduction)];
  const stages = Math.min(4, Math.max(1, Math.round(Math.log2(Math.min(shape[1], shape[2]) / 3.5))));
  for (let stage = 0; stage < stages; stage++) {
    const to = Math.min(maxChannels, 16 * 2 ** stage);
    layers.push(["Conv2d", shape[0], to, 3], ["BatchNorm2d", to], ["ReLU"], ["MaxPool2d", 2]);
    shape = [to, Math.floor(shape[1] / 2), Math.floor(shape[2] / 2)];
  }
  return [...layers, ["Flatten"], ["Linear", shape[0] * shape[1] * shape[2], classes]];
}
