// The nets of bench/scaling.js, as functions of batch, width and depth, and where each of the three is varied while the others stay at
// W1's or W3's. Layers are written as in works.js.
import { conv, flatten, linear, pool, relu, works } from "./works.js";

export const axes = ["batch", "width", "depth"];
const batches = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const depths = [1, 2, 3, 4, 6, 8];
const repeated = (count, layers) => Array.from({ length: count }, () => layers).flat();
const optimizerOf = (wanted) => works.find(({ name }) => name === wanted).optimizer;

const mlp = ({ batch, width, depth }) => ({
  input: [batch, 784],
  layers: [...[linear(784, width), relu], ...repeated(depth - 1, [linear(width, width), relu]), linear(width, 10)],
  optimizer: optimizerOf("W1"),
});

const convolutional = ({ batch, width, depth }) => ({
  input: [batch, 3, 32, 32],
  layers: [
    ...[conv(3, width, 3, 1), relu],
    ...repeated(depth, [conv(width, width, 3, 1), relu]),
    ...[pool, conv(width, 2 * width, 3, 1), relu, pool, flatten, linear(128 * width, 10)],
  ],
  optimizer: optimizerOf("W3"),
});

/** of(point): its work; bytesOf(point): what it keeps, with 1 float a weight for SGD and 3 for Adam. */
export const nets = {
  mlp: {
    title: "MLP 784-width-…-10, `depth` hidden layers, ReLU, SGD",
    base: { batch: 64, width: 128, depth: 1 },
    values: { batch: batches, width: [16, 32, 64, 128, 256, 512, 1024], depth: depths },
    of: mlp,
    bytesOf: (point) => bytesOf(mlp(point), 1),
  },
  conv: {
    title:
      "3×32×32, conv 3→width, `depth` times width→width, pool, width→2·width, pool, of 3×3 with ReLU, linear, Adam",
    base: { batch: 32, width: 32, depth: 1 },
    values: { batch: batches, width: [8, 16, 32, 64, 128], depth: depths },
    of: convolutional,
    bytesOf: (point) => bytesOf(convolutional(point), 3),
  },
};

/** All points { net, batch, width, depth } of some axes, each once. */
export function pointsOf(net, { axes, most }) {
  const { base, values } = nets[net];
  const all = axes.flatMap((axis) =>
    values[axis].filter((value) => value <= most).map((value) => ({ net, ...base, [axis]: value })),
  );
  return [...new Map(all.map((point) => [JSON.stringify(point), point])).values()];
}

/** Those of the points that lie on an axis. */
export function alongAxis(points, net, axis) {
  const others = axes.filter((other) => other !== axis);
  const { base } = nets[net];
  const on = points.filter((point) => point.net === net && others.every((other) => point[other] === base[other]));
  return on.sort((p, q) => p[axis] - q[axis]);
}

/** Bytes of the weights with what the optimiser keeps of them, and of the layers' results, of which backward needs all. */
function bytesOf({ input, layers }, floats) {
  let [batch, , height = 1, width = 1] = input;
  let [weights, activations] = [0, 0];
  for (const { kind, from, to, kernel = 1 } of layers) {
    if (kind === "pool") [height, width] = [height / 2, width / 2];
    if (kind === "flatten") [height, width] = [1, 1];
    if (kind !== "linear" && kind !== "conv") continue;
    weights += 4 * floats * (from * kernel ** 2 + 1) * to;
    activations += 4 * batch * to * height * width;
  }
  return { weights, activations };
}
