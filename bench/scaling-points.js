// The nets of bench/scaling.js as functions of batch, width and depth, and the values over which each of the three is varied while the
// others keep their values in W1 or W3. Layers are written as in works.js.
import { conv, flatten, linear, pool, relu, works } from "./works.js";

export const axes = ["batch", "width", "depth"];
const batches = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const depths = [1, 2, 3, 4, 6, 8];
const repeated = (count, layers) => Array.from({ length: count }, () => layers).flat();
const optimizerOf = (wanted) => works.find(({ name }) => name === wanted).optimizer;

const mlp = ({ batch, width, depth }) => ({
  input: [batch, 784],
  layers: [linear(784, width), relu, ...repeated(depth - 1, [linear(width, width), relu]), linear(width, 10)],
  optimizer: optimizerOf("W1"),
});

const convolutional = ({ batch, width, depth }) => ({
  input: [batch, 3, 32, 32],
  layers: [
    conv(3, width, 3, 1),
    relu,
    ...repeated(depth, [conv(width, width, 3, 1), relu]),
    pool,
    conv(width, 2 * width, 3, 1),
    relu,
    pool,
    flatten,
    linear(128 * width, 10),
  ],
  optimizer: optimizerOf("W3"),
});

/** of(point) is the point's work; bytesOf(point) is its memory, with 1 float per weight for SGD and 3 for Adam. */
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

/** The distinct points { net, batch, width, depth } along some axes, with values up to `max`. */
export function pointsOf(net, { axes, max }) {
  const { base, values } = nets[net];
  const all = axes.flatMap((axis) =>
    values[axis].filter((value) => value <= max).map((value) => ({ net, ...base, [axis]: value })),
  );
  return [...new Map(all.map((point) => [JSON.stringify(point), point])).values()];
}

/** The points of a net that lie on an axis, sorted along it. */
export function alongAxis(points, net, axis) {
  const others = axes.filter((other) => other !== axis);
  const { base } = nets[net];
  const on = points.filter((point) => point.net === net && others.every((other) => point[other] === base[other]));
  return on.sort((p, q) => p[axis] - q[axis]);
}

/** The bytes of the weights together with the optimiser's states, and of all layers' results, which backward needs. */
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
