// The nets that can be trained by name, made to the measure of a data set's pictures and classes.
import type { Shape } from "../tensor/shape.ts";
import type { Layer } from "./layers.ts";

/** The nets that can be trained by name. */
export type ArchitectureName = "mlp" | "cnn" | "conv-bn";

/** What each needs of a picture's shorter side, in pixels. */
export const leastSide: Readonly<Record<ArchitectureName, number>> = { mlp: 1, cnn: 4, "conv-bn": 4 };

/** From the shape of one picture, [channels, height, width], and the number of classes to layers. */
export type Architecture = (shape: Shape, classes: number) => Layer[];

/** One hidden layer; two convolutions; up to four convolutions with batch norm, for larger pictures. */
export const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  mlp: ([channels, height, width], classes) => [
    ["Flatten"],
    ["Linear", channels * height * width, 128],
    ["ReLU"],
    ["Linear", 128, classes],
  ],
  cnn: ([channels, height, width], classes) => [
    ...([["Conv2d", channels, 8, 5], ["ReLU"], ["MaxPool2d", 2]] as const),
    ...([["Conv2d", 8, 16, 5], ["ReLU"], ["MaxPool2d", 2]] as const),
    ["Flatten"],
    ["Linear", 16 * Math.floor(Math.floor(height / 2) / 2) * Math.floor(Math.floor(width / 2) / 2), classes],
  ],
  "conv-bn": convBn,
};

/** All of them. */
export const architectureNames = Object.keys(architectures) as ArchitectureName[];

const widest = 64;

/**
 * Large pictures are averaged down to some 64 pixels first. Then stages that each halve the picture and see twice as many things in
 * it, [16, 32, 64, 64] channels, until some four pixels are left of its shorter side.
 */
function convBn([channels, height, width]: Shape, classes: number): Layer[] {
  const [short, long] = [Math.min(height, width), Math.max(height, width)];
  const thinned = Math.max(1, Math.min(Math.round(long / 64), Math.floor(short / leastSide["conv-bn"])));
  const layers: Layer[] = thinned > 1 ? [["AvgPool2d", thinned]] : [];
  let shape = [channels, Math.floor(height / thinned), Math.floor(width / thinned)];
  const stages = Math.min(4, Math.max(1, Math.round(Math.log2(Math.min(shape[1], shape[2]) / 3.5))));
  for (let stage = 0; stage < stages; stage++) {
    const to = Math.min(widest, 16 * 2 ** stage);
    layers.push(["Conv2d", shape[0], to, 3], ["BatchNorm2d", to], ["ReLU"], ["MaxPool2d", 2]);
    shape = [to, Math.floor(shape[1] / 2), Math.floor(shape[2] / 2)];
  }
  return [...layers, ["Flatten"], ["Linear", shape[0] * shape[1] * shape[2], classes]];
}
