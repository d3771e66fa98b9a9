// Part 2: a net of neurons on points of a plane.
export const net = {
  name: "Net",
  title: "A net of neurons",
  lead: "A net learns to tell blue points from orange ones. Press Train, or change anything. Each small picture shows what one neuron answers. Test accuracy counts points that the net never saw.",

  train: "Train",
  pause: "Pause",
  step: "Step",
  reset: "Reset",
  /** A link that cannot hold the whole run. */
  linkTooShort: (edits: number, all: number, step: string) =>
    `The link holds ${edits} of the ${all} changes of this run; the others do not fit. It leads to step ${step}.`,
  unread: (parts: string) =>
    `The link has settings that this page does not know: ${parts}. The defaults stand in their place.`,

  figures: { step: "Step", loss: "Loss", accuracy: "Accuracy", testAccuracy: "Test accuracy" },
  status: {
    ready: "Ready",
    training: "Training",
    paused: "Paused",
    away: "Paused while out of view",
    replaying: (step: string, until: string) => `Replaying the link: step ${step} of ${until}`,
    pausedAt: (step: string, loss: string) => `Paused at step ${step}, loss ${loss}`,
    stopped: "Stopped",
  },
  lost: "The loss is not a number any more: the learning rate is too high. Choose a lower learning rate and press Reset.",
  failed: (reason: string) => `The net stopped: ${reason}`,
  goOn: "Restart",

  replaced: "A new net has replaced the one before.",
  replacedByLink: "The net of the link has replaced the one before.",
  wasReset: "The net is back at step 0.",
  pointsRemoved: (count: number) => `${count} points removed.`,

  data: "Data",
  dataNames: { moons: "Moons", circles: "Circles", xor: "XOR", spirals: "Spirals", yours: "Yours" },
  noise: "Noise",
  count: "Points",
  seed: "Seed",
  showTest: "Show test points",
  inputs: "Inputs",
  input: (name: string) => `Input ${name}`,
  recipe: "These settings may not learn this data.",
  takeRecipe: "Use settings that do",

  hiddenLayers: "Hidden layers",
  layerLess: "One layer fewer",
  layerMore: "One layer more",
  neuronLess: (layer: number) => `One neuron fewer in layer ${layer}`,
  neuronMore: (layer: number) => `One neuron more in layer ${layer}`,
  neuronsIn: (count: number, layer: number) => `${count} neurons in layer ${layer}`,
  activation: "Activation",
  learningRate: "Learning rate",
  regularisation: "Regularisation",
  inputsColumn: "inputs",
  outputColumn: "output",
  output: "The output",
  neuron: (neuron: number, layer: number) => `Neuron ${neuron} of layer ${layer}`,
  weightsOf: (name: string) => `${name}: weights`,
  neuronInput: (neuron: number) => `neuron ${neuron}`,
  weightOf: (input: string) => `weight of ${input}`,
  bias: "bias",
  gradient: (value: string) => `gradient ${value}`,
  close: "Close",
  dragWeight: "The training waits while you drag. The gradient tells how fast the loss changes with the weight.",

  outputOfNet: "Output of the net",
  outputOf: (name: string) => `Output of ${name}`,
  surfaceLabel: "The output of the net at each point of the plane: blue above zero, orange below",
  neuronLabel: "The output of this neuron at each point of the plane",
  newPoints: "New points are",
  blue: "blue",
  orange: "orange",
  removePoints: "Remove all points",
  full: (count: number) => `${count} points are the most that a link can hold.`,
  addPoints: (count: number, x: string, y: string) =>
    `Add points: click, or move with the arrow keys and press Enter. ${count} points; the cursor is at ${x}, ${y}`,
  clickToAdd: "Click to add points of both colours",

  stepAxis: "step",
  lossByStep: "Loss by step",
  accuracyByStep: "Accuracy in percent by step",
  loss: "Loss",
  accuracyPercent: "Accuracy, %",
  training: "training",
  test: "test",
  forget: "Remove earlier runs",

  explain: [
    "Each small picture shows the output of one neuron over the plane: blue above zero, orange below. The first layer draws straight borders; each layer after it combines the pictures before it.",
    "A line is a weight: the thicker, the larger; blue is positive, orange negative. Training changes every weight a little, against its gradient, so that the loss falls.",
    "Test points take no part in training. If the net does well on its training points and badly on the test points, it has learned the noise.",
  ],
  questions: [
    {
      ask: "Take the hidden layers away: can the net still do circles?",
      answer:
        "No. Without a hidden layer the output is a weighted sum of x and y, so the border between blue and orange is a straight line, and half of the ring stays on the wrong side.",
    },
    {
      ask: "And with x² and y² as inputs, still without a hidden layer?",
      answer:
        "Yes. The net still computes one weighted sum, but of x² and y², and x² + y² = r² is a circle. Hidden layers find such inputs by themselves.",
    },
    {
      ask: "What happens if the learning rate is too high?",
      answer:
        "Each step goes too far and lands where the loss is larger than before, so the next step goes further still: the training diverges. The loss chart needs a logarithmic scale.",
    },
  ],
  tryIt: "Try it",
  answer: "Answer",
};
