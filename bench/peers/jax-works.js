// The works of bench/works.js in jax-js, on the device that jax.js or page/jax.js has chosen, with the whole step under jit. `.ref` keeps
// an array that a function would otherwise consume.
import { blockUntilReady, jit, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { numbersOf } from "../works.js";

const tensorOf = (described) => np.array(numbersOf(described)).reshape(described.shape);

function forward(layers, parameters, images) {
  const unused = [...parameters];
  return layers.reduce((x, { kind, padding, to }) => {
    if (kind === "relu") return nn.relu(x);
    if (kind === "pool") {
      const [batch, channels, height, width] = x.shape;
      return np.max(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
    }
    if (kind === "flatten") return x.reshape([x.shape[0], -1]);
    const [weight, bias] = unused.splice(0, 2);
    if (kind === "linear") return np.matmul(x, weight.transpose()).add(bias);
    const around = [padding, padding];
    return lax.convGeneralDilated(x, weight, [1, 1], [around, around]).add(bias.reshape([1, to, 1, 1]));
  }, images);
}

const lossOf = (layers) => (parameters, images, labels) => {
  const logits = forward(layers, parameters, images);
  const chosen = nn.logSoftmax(logits, -1).mul(nn.oneHot(labels, 10));
  return np.mean(np.sum(chosen, -1)).neg();
};

const updates = {
  sgd: (p, g, state, { lr }) => ({ p: p.sub(g.mul(lr)), state }),
  // p -= lr · m/(1 - β₁ᵗ) / (√(v/(1 - β₂ᵗ)) + ε). The two corrections are arrays, since jit would compile again for each other number.
  adam: (p, g, [m, v], { lr, bias1, bias2 }) => {
    m = m.mul(0.9).add(g.ref.mul(0.1));
    v = v.mul(0.999).add(np.square(g).mul(0.001));
    const change = m.ref
      .div(bias1)
      .div(np.sqrt(v.ref.div(bias2)).add(1e-8))
      .mul(lr);
    return { p: p.sub(change), state: [m, v] };
  },
};

export function train({ layers, optimizer: { kind, lr }, parameters: described, batches: data }) {
  let parameters = described.map(tensorOf);
  let states = parameters.map(({ shape }) => (kind === "adam" ? [np.zeros(shape), np.zeros(shape)] : []));
  const batches = data.map(({ images, labels }) => ({
    images: tensorOf(images),
    labels: np.array(new Int32Array(labels), { dtype: np.int32 }),
  }));
  const step = jit((parameters, states, images, labels, bias1, bias2) => {
    const [loss, gradients] = valueAndGrad(lossOf(layers))(
      parameters.map((p) => p.ref),
      images,
      labels,
    );
    const updated = parameters.map((p, i) =>
      updates[kind](p, gradients[i], states[i], { lr, bias1: bias1.ref, bias2: bias2.ref }),
    );
    bias1.dispose();
    bias2.dispose();
    return [loss, updated.map(({ p }) => p), updated.map(({ state }) => state)];
  });
  const train = async (i) => {
    const { images, labels } = batches[i % batches.length];
    const [bias1, bias2] = [0.9, 0.999].map((beta) => np.array(1 - beta ** (i + 1)));
    const [loss, next, moments] = step(parameters, states, images.ref, labels.ref, bias1, bias2);
    await blockUntilReady(next);
    [parameters, states] = [next, moments];
    return (await loss.data())[0];
  };
  return { step: train };
}

export function multiply({ a, b, repeats }) {
  const [left, right] = [a, b].map(tensorOf);
  const product = jit((x, y) => np.matmul(x, y));
  let result = null;
  return {
    async step() {
      for (let i = 0; i < repeats; i++) {
        result?.dispose();
        result = product(left.ref, right.ref);
      }
      await result.ref.data();
    },
    async entries(places) {
      const values = await result.ref.data();
      return places.map((place) => values[place]);
    },
  };
}
