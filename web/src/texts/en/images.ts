// Part 4: a net that recognises images.
import type { Refusal } from "../../engine/gpu.ts";
import { reasonOf } from "./gpu.ts";

const plural = (count: string, one: string, many: string) => (count === "1" ? one : `${count} ${many}`);
const listed = (names: readonly string[]) =>
  names.length > 4 ? `${names.slice(0, 3).join(", ")}, …` : names.join(", ");

export const images = {
  name: "Images",
  title: "A net that recognises images",
  lead: "Draw a digit. The net knows nothing yet. Press Train: in a few seconds it learns from 10,000 handwritten digits, here in your browser.",

  engineStopped: (reason: string) => `The engine stopped: ${reason}.`,
  notInLink:
    "The link holds no picture, and no drawing of more than about 780 points. It holds the choice of net and pictures.",
  startAgain: "Start again",
  tryAgain: "Try again",
  offline: "Is this computer online?",
  replaced: {
    net: "The trained net was replaced.",
    data: "Your data and their nets were replaced.",
  },

  pad: {
    label: "Drawing pad",
    hint: "Draw a digit here",
    keys: "By keyboard: the arrow keys move the pen, space puts it down or lifts it, backspace undoes.",
    clear: "Clear",
    undo: "Undo",
  },

  verdict: {
    figure: "The net's answer",
    nothing: "Nothing is drawn yet.",
    waiting: "…",
    untrained: "The net is not trained yet.",
    strange: "Unlike anything it learned.",
    sure: (name: string, share: string) => `Looks like ${article(name)}${name}, ${share}`,
    unsure: (name: string, share: string) => `Perhaps ${article(name)}${name}, ${share}`,
    caption: "The probability that the net gives each class. Choose a class to see which pixels matter for it.",
    classHead: "Class",
    barHead: "Bar",
    shareHead: "Probability",
    whichPixels: (name: string) => `Which pixels matter for ${name}?`,
  },

  reads: {
    title: "What the net reads",
    words: "Your drawing, centred and shrunk to 28 × 28 pixels, as the training pictures were.",
    plainWords: (size: string) => `Your picture, shrunk to ${size} pixels.`,
    label: (width: number, height: number) => `The picture that the net reads, ${width} by ${height} pixels`,
    saliency: "Which pixels matter",
    saliencyFor: (name: string) => `Which pixels matter for ${name}`,
    /** "Blue: more ink here raises the score of 3." */
    above: "Blue",
    raises: (name: string) => `: more ink here raises the score of ${name}.`,
    below: "Orange",
    lowers: ": more ink here lowers it. This is the gradient of the score with respect to each pixel.",
    draw: "Draw something to see it.",
  },

  pictures: {
    choose: "Choose pictures",
    words: "Or drop pictures anywhere on this page, or paste one. They stay in this browser.",
    label: "Your pictures",
    clear: "Remove the pictures",
    /** A picture and its answer, for screen readers. */
    put: (name: string, verdict: string) => `${name}: ${verdict} Put it on the pad.`,
    strange: "unlike",
    refused: "not read",
    untrained: "–",
    reading: "Reading the files …",
    dropHere: "Drop it anywhere: the net will look at it.",
  },

  training: {
    figure: "The training",
    net: "Net",
    mlp: "MLP",
    cnn: "Conv net",
    own: (name: string) => (name === "" ? "From a file" : name),
    amount: "Training pictures",
    some: "10,000",
    all: (isMnist: boolean): string => (isMnist ? "all 60,000" : "all"),
    device: "Trained on",
    processor: "Processor",
    gpu: "GPU",
    gpuIs: (adapter: string) => `GPU: ${adapter}`,
    softwareGpu: (adapter: string) => `${adapter}: a GPU in software, which computes on the processor`,
    refusedGpu: (adapter: string, refusal: Refusal) =>
      `The GPU ${adapter} is not used; training runs on the processor. ${reasonOf(refusal)}`,
    train: "Train",
    pause: "Pause",
    resume: "Continue",
    more: "Train more",
    reset: "Reset",
    test: "Test",
    fetching: "Fetching pictures",
    waiting: "Training waits while this part is out of view.",
    accuracy: "test accuracy",
    accuracyBefore: "How many of 10,000 digits that it has never seen will it recognise? Guessing gets 10%.",
    accuracyOf: (count: string, guessing: string) =>
      `of ${count} test pictures recognised; guessing gets ${guessing}. The net never learns from these.`,
    aloudTraining: "Training",
    aloudTested: (share: string) => `Test accuracy ${share}`,
    epoch: "Epoch",
    epochOf: (epoch: number, epochs: number) => `${epoch} of ${epochs}`,
    testing: "testing",
    speed: "Images/s",
    threads: "Threads",
    seconds: "Seconds",
    pictures: "Pictures",
    oneThread:
      "One thread: this page was served without the two headers that give it shared memory. Everything works, but slower.",
    layers: (layers: string, weights: string) => `${layers}: ${weights} weights`,
    fromFile: (name: string, rest: string) => `${name}: ${rest}`,
    accuracyName: "Accuracy, %",
    accuracyLabel: "Accuracy while the net trains",
    lossName: "Loss",
    lossLabel: "Loss while the net trains",
    training: "training",
    testLine: "test",
    loss: "loss",
    xName: "thousand pictures",
    epochMark: (epoch: number) => `epoch ${epoch}`,
  },

  layers: {
    Conv2d: ([, count, side]: readonly number[]) => `${count} filters of ${side}×${side}`,
    Linear: ([, count]: readonly number[]) => plural(`${count}`, "1 neuron", "neurons"),
    MaxPool2d: ([side]: readonly number[]) => `max pooling ${side}×${side}`,
    AvgPool2d: ([side]: readonly number[]) => `average pooling ${side}×${side}`,
    BatchNorm2d: () => "batch norm",
    Flatten: () => "flatten",
    ReLU: () => "ReLU",
  },

  inside: {
    title: "Inside the net",
    question:
      "How does it get from pixels to a digit? Point at any number, or move to it with the arrow keys, and see how it is computed. Click to enlarge a map.",
    empty: "Draw something: each layer's output is then shown here.",
    picture: "the picture",
    scores: "scores",
    softmax: "softmax",
    maps: (count: number, width: number, height: number) =>
      `${count} ${count === 1 ? "map" : "maps"} of ${width}×${height}`,
    numbers: (count: string) => `${count} numbers`,
    /** A layer for screen readers. */
    layer: (title: string, size: string) => `${title}: ${size}. Arrow keys move through it.`,
    map: (number: number) => `map ${number}`,
    neuron: (number: number) => `number ${number}`,
    at: (x: number, y: number) => `column ${x}, row ${y}`,
    window: "window",
    filter: "filter",
    weights: "weights",
    channel: (number: number) => `map ${number}`,
    sum: "sum of the products",
    bias: "bias",
    total: "together",
    after: { ReLU: "after ReLU: zero if negative", BatchNorm2d: "after batch norm" },
    largest: "The largest of these numbers goes on.",
    mean: "The mean of these numbers goes on.",
    closed: (layer: string) => `${layer} has many layers of its own, which are not shown here.`,
    convolution:
      "Each number of the window times the number of the filter at the same place. The sum of all products, and the bias, is the number of the map.",
    linear: "Each number of the layer before times its weight. The sum of all products, and the bias, is this number.",
    input: "The picture as numbers: brightness minus its mean, divided by its spread.",
    scoresToShares: "e to the power of each score, divided by the sum of all.",
    score: "score",
    power: "e^score",
    share: "share",
    hint: "Point at a number in a map to see how it is computed.",
  },

  weights: {
    title: "What the first layer looks for",
    filters: (count: number, side: string, trained: boolean) =>
      `${count} filters of ${side} weights, ${trained ? "as learned so far" : "still random"}. Ink under `,
    neurons: (count: number, side: string, trained: boolean) =>
      `${count} neurons with ${side} weights each, ${trained ? "as learned so far" : "still random"}. Ink under `,
    above: "blue",
    raises: " raises the output, ink under ",
    below: "orange",
    lowers: " lowers it.",
    label: (count: number, side: string) => `The weights of the first layer: ${count} pictures of ${side}`,
  },

  confusion: {
    title: "Confusion matrix",
    before:
      "After each epoch, one pass over the training pictures, the net is tested with pictures that it has never seen.",
    tooMany: (count: number) => `A table of ${count} classes would be too large for this page.`,
    words: (count: string) =>
      `Rows: the true class. Columns: the net's answer. Each number counts test pictures, ${count} in all.`,
  },

  mistakes: {
    title: "Mistakes",
    before: "The test pictures that the net gets wrong will appear here.",
    none: "There are none: the net recognised every test picture.",
    words:
      "The wrong answers with the highest probability: the true class, then the answer, crossed out. Would you have known? Choose one to put it on the pad.",
    takenFor: "taken for",
    sure: (share: string) => `, ${share} sure. Put it on the pad`,
  },

  files: {
    title: "Save and open nets, or train on your own data",
    words: "Open a net (.safetensors) from this page or from ",
    words2:
      ", or a data set: IDX files such as those of Fashion-MNIST, pictures and labels together, plain or .gz. Nothing is sent anywhere.",
    choose: "Open files",
    save: "Save the net",
    saveOnnx: "Save as ONNX",
    mnist: "Back to MNIST",
  },

  told: {
    loaded: ({ name }: { name: string }) => `${name} is loaded: draw something.`,
    data: ({
      name,
      width,
      height,
      train,
      test,
    }: {
      name: string;
      width: number;
      height: number;
      train: number;
      test: number;
    }) =>
      `${name === "fashion-mnist" ? "Fashion-MNIST" : "Your data"}: ${count(train)} pictures of ${width}×${height} to learn from, ${count(test)} to test with. Press Train.`,
    scaledDown: ({ name, width, height }: { name: string; width: number; height: number }) =>
      `${name} has more than 50 million pixels. It was scaled down to ${width}×${height}.`,
    severalKinds: () => "These files are of several kinds. Drop pictures, or one net, or one data set.",
    empty: ({ name }: { name: string }) => `${name} is empty. Choose another file.`,
    format: ({ name, format }: { name: string; format: string }) =>
      `${name} is a ${format} file, which this browser cannot read. Save it as JPEG or PNG, or paste a screenshot of it.`,
    unreadable: ({ name }: { name: string }) =>
      `${name} cannot be read: it is damaged, too large for this browser, or no picture. Open it in another program and save it as JPEG or PNG.`,
    noInk: ({ name }: { name: string }) => `Nothing is drawn in ${name}. Drop a picture of a digit.`,
    damagedIdx: ({ name, words }: { name: string; words: string }) =>
      `${name} is damaged, or is not an IDX file: ${words}.`,
    damagedModel: ({ name, words }: { name: string; words: string }) => `${name}: ${words}.`,
    idxType: ({ name, type }: { name: string; type: string }) =>
      `${name} has numbers of the form ${type}. Pictures are uint8[N, H, W], labels uint8[N].`,
    idxPairs: ({ names }: { names: readonly string[] }) =>
      `${names.join(" and ")}: drop one file of pictures and one of labels, for training and for testing.`,
    noLabels: ({ name }: { name: string }) =>
      `${name} has pictures without labels. Drop the file with the labels together with it.`,
    noPictures: ({ name }: { name: string }) =>
      `${name} has labels without pictures. Drop the file with the pictures together with it.`,
    counts: ({ name, count, other, otherCount }: { name: string; count: number; other: string; otherCount: number }) =>
      `${name} has ${count} pictures, but ${other} has ${otherCount} labels. Drop two files that belong together.`,
    tooFew: ({ name, count, least }: { name: string; count: number; least: number }) =>
      `${name} has ${count} pictures. Training needs at least ${least}.`,
    pictureSize: ({ name, width, height, most }: { name: string; width: number; height: number; most: number }) =>
      `${name} has pictures of ${width}×${height}. This page trains on pictures of up to ${most}×${most}.`,
    unequalSizes: () => "The training pictures and the test pictures differ in size.",
    misfit: ({
      input,
      classes,
      data,
      dataInput,
      dataClasses,
    }: {
      input: string;
      classes: readonly string[];
      data: string;
      dataInput: string;
      dataClasses: readonly string[];
    }) =>
      `This net takes pictures of ${input} and knows ${classes.length} classes (${listed(classes)}). The pictures of ${data} are of ${dataInput}, in ${dataClasses.length} classes (${listed(dataClasses)}). You can draw for this net. To train, choose another net above.`,
    fetch: ({ file, words }: { file: string; words: string }) => `Could not fetch ${file}: ${words}.`,
    arrivedDamaged: ({ file, words }: { file: string; words: string }) => `${file} arrived damaged: ${words}.`,
    gpuFailed: ({ refusal }: { refusal: Refusal }) =>
      `Training has left the GPU and goes on on the processor, from the last report. ${reasonOf(refusal)}`,
  },
};

const count = (x: number) => x.toLocaleString("en");

function article(name: string): string {
  if (/^(8|11$|18$)/.test(name) || /^[aeiou]/i.test(name)) return "an ";
  return "a ";
}
