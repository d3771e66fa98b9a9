// Everything that a neural network adds to Value: a neuron is a weighted sum through an activation, a layer is neurons
// side by side, an MLP is layers in a row. Training is then three lines of the user's own: zeroGrad(), backward(), and
// parameter.data -= rate * parameter.grad. Random weights come from a generator of this file's own, so that one seed
// gives one net on every machine.
import { checkOptions } from "./options.ts";
import { asValue, Value } from "./value.ts";

/** The function that a neuron applies to its weighted sum; "linear" applies none. */
export type Activation = "relu" | "tanh" | "sigmoid" | "linear";
const activations: readonly Activation[] = ["relu", "tanh", "sigmoid", "linear"];

/**
 * `activation`: default "relu". `seed`: a whole number, default 0, of which the low 32 bits count.
 * @inline
 */
type Options = { activation?: Activation | undefined; seed?: number | undefined };

const names = ["activation", "seed"];

/** Something that has parameters: a neuron, a layer, a net. */
export abstract class Parametric {
  /** All weights and biases, in order. */
  abstract parameters(): Value[];

  /** Forgets the gradients of earlier passes, which the next backward() would add to. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = 0;
  }
}

/** activation(w · x + b), its weights uniform in [-1, 1), its bias 0. */
export class Neuron extends Parametric {
  /** One for each input. */
  readonly weights: readonly Value[];
  readonly bias = new Value(0, { label: "b", kind: "bias" });
  readonly activation: Activation;

  constructor(inputs: number, options: Options = {}) {
    super();
    checkOptions("Neuron", options, names);
    const { activation = "relu", seed = 0 } = options;
    checkSize("Neuron", "inputs", inputs);
    if (!activations.includes(activation))
      throw new Error(`Neuron: no activation "${activation}", there are ${activations.join(", ")}`);
    const random = randomBits(seed);
    this.activation = activation;
    this.weights = Array.from({ length: inputs }, (_, i) => {
      return new Value(random() / 2 ** 31 - 1, { label: `w${i + 1}`, kind: "weight" });
    });
  }

  /** activation(w · x + b). Throws unless x has a number for each weight. */
  forward(x: readonly (Value | number)[]): Value {
    if (x.length !== this.weights.length)
      throw new Error(`Neuron.forward: ${x.length} inputs given, this neuron has ${this.weights.length} weights`);
    let sum = this.bias;
    for (let i = 0; i < x.length; i++) sum = sum.add(this.weights[i].mul(x[i]));
    return this.activation === "linear" ? sum : sum[this.activation]();
  }

  parameters(): Value[] {
    return [...this.weights, this.bias];
  }
}

/** Neurons side by side: each sees all inputs and gives one output. */
export class Layer extends Parametric {
  /** One for each output. */
  readonly neurons: readonly Neuron[];

  constructor(inputs: number, outputs: number, options: Options = {}) {
    super();
    checkOptions("Layer", options, names);
    checkSize("Layer", "inputs", inputs);
    checkSize("Layer", "outputs", outputs);
    const random = randomBits(options.seed ?? 0);
    this.neurons = Array.from({ length: outputs }, () => new Neuron(inputs, { ...options, seed: random() }));
  }

  /** The output of each neuron for all inputs. Throws unless there are as many inputs as the layer takes. */
  forward(x: readonly (Value | number)[]): Value[] {
    const { length } = this.neurons[0].weights;
    if (x.length !== length) throw new Error(`Layer.forward: ${x.length} inputs given, this layer takes ${length}`);
    const values = x.map(asValue);
    return this.neurons.map((neuron) => neuron.forward(values));
  }

  parameters(): Value[] {
    return this.neurons.flatMap((neuron) => neuron.parameters());
  }
}

/** Layers in a row. Hidden layers have the activation (default "relu"), the last layer is linear. */
export class MLP extends Parametric {
  /** From the inputs to the outputs. */
  readonly layers: readonly Layer[];

  constructor(inputs: number, outputs: readonly number[], options: Options = {}) {
    super();
    checkOptions("MLP", options, names);
    checkSize("MLP", "inputs", inputs);
    checkSize("MLP", "layers", outputs.length);
    const random = randomBits(options.seed ?? 0);
    this.layers = outputs.map((size, i) => {
      const activation = i === outputs.length - 1 ? "linear" : options.activation;
      return new Layer(i === 0 ? inputs : outputs[i - 1], size, { activation, seed: random() });
    });
  }

  /** Runs x through all layers, from the first to the last. */
  forward(x: readonly (Value | number)[]): Value[] {
    return this.layers.reduce((values, layer) => layer.forward(values), x.map(asValue));
  }

  parameters(): Value[] {
    return this.layers.flatMap((layer) => layer.parameters());
  }
}

function checkSize(call: string, what: string, size: number): void {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new Error(`${call}: ${size} ${what}, give a whole number of at least 1`);
}

/**
 * SplitMix (Steele, Lea and Flood, 2014) in 32 bits: a counter in steps of 2³² / golden ratio, each count scrambled by
 * the finaliser of MurmurHash3. Neighbouring seeds give unrelated numbers; so can one generator's be another's seeds.
 */
function randomBits(seed: number): () => number {
  if (!Number.isSafeInteger(seed)) throw new Error(`seed ${seed}: give a whole number`);
  let count = seed | 0;
  return () => {
    let bits = (count = (count + 0x9e3779b9) | 0);
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return (bits ^ (bits >>> 16)) >>> 0;
  };
}
