// What the compiler of types would refuse, plain JavaScript hands over: arguments that there are not, options that are misspelt, arrays in
// the place of tensors. No export passes over any of it; the tables below name every one.
import * as chainrule from "chainrule";
import { ChainruleError, Linear, Module, Optimizer, ones, Tensor, tensor, zeros } from "chainrule";
import * as data from "chainrule/data";
import * as io from "chainrule/io";
import * as models from "chainrule/model";
import * as node from "chainrule/node";
import * as scalar from "chainrule/scalar";
import * as train from "chainrule/train";
import { describe, expect, it } from "vitest";
import { functionsOfTensors } from "./functions-of-tensors.ts";
import { ofNets, withoutOptions } from "./options-of-nets.ts";

type Any = (...args: unknown[]) => unknown;
type Class = new (...args: unknown[]) => object;

const isClass = (value: unknown): value is Class =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));

/** All functions and classes, those of `init` too. */
const exported = Object.entries({ ...chainrule, init: undefined, errorCodes: undefined }).flatMap(
  ([name, value]): [string, Any][] => (typeof value === "function" ? [[name, value as Any]] : []),
);
const all: [string, Any][] = [
  ...exported,
  ...Object.entries(chainrule.init).map(([name, value]): [string, Any] => [`init.${name}`, value as Any]),
];

/** Nobody makes these by hand, or they take as many arguments as there are. */
const exempt = ["Module", "Optimizer", "Tensor", "ChainruleError", "Sequential", "einsum"];
/** JSON.stringify gives it a name, and it throws whatever it is given. */
const unasked = ["constructor", "toString", "extraRepr", "toJSON"];

function failure(body: () => unknown): ChainruleError {
  try {
    body();
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
  throw new Error("it does not throw");
}

const many = new Array(20).fill(undefined);
const refused = /^takes (no argument|\d arguments? at most), not 20/;

describe("more arguments than there are are refused by", () => {
  const counted = all.filter(([name]) => !exempt.includes(name));
  it.each(counted)("%s", (name, value) => {
    const error = failure(() => (isClass(value) ? new value(...many) : value(...many)));
    expect([error.code, error.call]).toEqual(["type", name]);
    expect(error.words).toMatch(refused);
  });

  it.each(counted.filter(([, value]) => value.prototype instanceof Module))("%s.forward", (name, value) => {
    const error = failure(() => value.prototype.forward.call({}, ...many));
    expect(error.call).toBe(`${name}.forward`);
    expect(error.words).toMatch(refused);
  });

  const methods = [Module, Optimizer, chainrule.ExponentialMovingAverage].flatMap(({ name, prototype }) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([method, { value }]): [string, Any][] =>
      typeof value === "function" && !unasked.includes(method) ? [[`${name}.${method}`, value]] : [],
    ),
  );
  it.each(methods)("%s", (_, method) => {
    expect(failure(() => method.apply(new Linear(1, 1), many)).words).toMatch(refused);
  });

  it("attention, whose masks are options", () => {
    const attention = new chainrule.MultiheadAttention(4, 2) as unknown as { forward: Any };
    const x = ones([1, 3, 4]);
    expect(() => attention.forward(x, x, x, true)).toThrow("MultiheadAttention.forward: options are");
    expect(() => attention.forward(x, x, x, { key_padding_mask: x })).toThrow("did you mean keyPaddingMask?");
    expect(() => attention.forward(x, x, x, { keyPaddingMask: x })).toThrow(
      "MultiheadAttention.forward: keyPaddingMask is bool or floating, [1,3], not float32[1,3,4]",
    );
    expect(() => attention.forward(x, ones([1, 3, 5]))).toThrow(
      "MultiheadAttention.forward: keys and values are floating",
    );
  });
});

const x = ones([2, 3]);
const picture = ones([1, 2, 6, 6]);
const weight = ones([2, 2, 3, 3]);
const labels = zeros([2], { dtype: "int32" });
const parameters = () => [ones([1], { requiresGrad: true })];
const C = chainrule as unknown as Record<string, Class> & Record<string, Any>;

/** How each is called with options; null: it has none. */
const withOptions: Record<string, ((options: object) => unknown) | null> = {
  ...ofNets,
  BatchNorm2d: (o) => new C.BatchNorm2d(2, o),
  Conv2d: (o) => new C.Conv2d(2, 2, 3, o),
  AvgPool2d: (o) => new C.AvgPool2d(2, o),
  MaxPool2d: (o) => new C.MaxPool2d(2, o),
  RNN: (o) => new C.RNN(3, 4, o),
  LSTM: (o) => new C.LSTM(3, 4, o),
  GRU: (o) => new C.GRU(3, 4, o),
  RNNCell: (o) => new C.RNNCell(3, 4, o),
  LSTMCell: (o) => new C.LSTMCell(3, 4, o),
  GRUCell: (o) => new C.GRUCell(3, 4, o),
  avgPool2d: (o) => C.avgPool2d(picture, 2, o),
  binaryCrossEntropyWithLogits: (o) => C.binaryCrossEntropyWithLogits(x, x, o),
  jacobian: (o) => C.jacobian((y: Tensor) => y, o),
  vmap: (o) => C.vmap((y: Tensor) => y, o),
  checkGradients: (o) => C.checkGradients((y: Tensor) => y.sum(), [x], o),
  compile: (o) => C.compile(() => x, o),
  conv2d: (o) => C.conv2d(picture, weight, null, o),
  eye: (o) => C.eye(2, 2, o),
  full: (o) => C.full([1], 0, o),
  GELU: (o) => new C.GELU(o),
  "init.kaimingNormal": (o) => chainrule.init.kaimingNormal(ones([2, 3]), o),
  "init.kaimingUniform": (o) => chainrule.init.kaimingUniform(ones([2, 3]), o),
  maxPool2d: (o) => C.maxPool2d(picture, 2, o),
  maxUnpool2d: (o) => C.maxUnpool2d(picture, zeros([1, 2, 6, 6], { dtype: "int32" }), 2, o),
  ones: (o) => C.ones([1], o),
  rand: (o) => C.rand([1], o),
  randn: (o) => C.randn([1], o),
  shareOf: (o) => C.shareOf(x, { from: 0, batch: 2, ...o }),
  scaledDotProductAttention: (o) => C.scaledDotProductAttention(x, x, x, o),
  scan: (o) => C.scan((carry: Tensor) => [carry, null], x, x, o),
  tensor: (o) => C.tensor([1], o),
  zeros: (o) => C.zeros([1], o),
  ...functionsOfTensors,
  ...Object.fromEntries(
    [
      ...withoutOptions,
      ...["AdaptiveAvgPool2d", "Dropout", "Dropout2d", "Embedding", "Flatten", "LeakyReLU", "LogSoftmax", "ReLU"],
      ...["SiLU", "Sigmoid", "Softmax", "Tanh", "adaptiveAvgPool2d", "arange", "clipGradNorm", "concat"],
      ...[
        "getRngState",
        "grad",
        "linspace",
        "manualSeed",
        "multinomial",
        "add",
        "div",
        "maximum",
        "minimum",
        "mul",
        "pow",
        "sub",
      ],
      ...[
        ...["jvp", "hessian", "customGradient", "checkpoint", "functional"],
        "noGrad",
        "randperm",
        "setRngState",
        "settle",
        "shard",
        "stack",
        "threadsReady",
        "gpuReady",
        "valueAndGrad",
        "init.constant",
        "init.gain",
      ],
      ...["init.normal", "init.ones", "init.orthogonal", "init.uniform", "init.xavierNormal", "init.xavierUniform"],
      ...["init.zeros", ...exempt],
    ].map((name) => [name, null]),
  ),
};

it("the table of options names all that the library exports", () => {
  expect(Object.keys(withOptions).sort()).toEqual(all.map(([name]) => name).sort());
});

describe("options that there are not are refused by", () => {
  const calls = Object.entries(withOptions).flatMap(([name, call]) => (call === null ? [] : [[name, call] as const]));
  it.each(calls)("%s", (name, call) => {
    expect(() => call({})).not.toThrow();
    const error = failure(() => call({ nonsense: 1 }));
    expect([error.code, error.call]).toEqual(["option", name]);
    expect(error.words).toMatch(/^there is no option nonsense; the options are \{ .+ \}$/);
  });

  it.each([
    ["SGD", "learningRate", "lr"],
    ["Adam", "learning_rate", "lr"],
    ["AdamW", "weight_decay", "weightDecay"],
    ["RMSprop", "momentun", "momentum"],
    ["Linear", "use_bias", "bias"],
    ["tensor", "requires_grad", "requiresGrad"],
    ["zeros", "dType", "dtype"],
    ["Conv2d", "strides", "stride"],
    ["crossEntropy", "label_smoothing", "labelSmoothing"],
  ])("%s, which says that %s was meant as %s", (name, given, meant) => {
    expect(() => withOptions[name]?.({ [given]: 1 })).toThrow(`there is no option ${given}, did you mean ${meant}?`);
  });

  it.each([
    ["zeros(2, 3)", () => C.zeros([2], 3), "zeros: options are { dtype, requiresGrad }, not 3"],
    ["[1, 2].map(tensor)", () => [1, 2].map(C.tensor), "tensor: takes 2 arguments at most, not 3"],
    ["a bias as such", () => new C.Linear(3, 2, true as never), "Linear: options are { bias }, not true"],
    [
      "null",
      () => new C.Adam(parameters(), null),
      "Adam: options are { lr, betas, eps, weightDecay, amsgrad, maximize }, not null",
    ],
  ])("%s", (_, call, message) => {
    expect(failure(call).message).toBe(message);
  });
});

describe("what is no tensor is named by", () => {
  const layers = all.filter(([, value]) => value.prototype instanceof Module && !exempt.includes(value.name));
  it.each(layers)("%s.forward", (name, value) => {
    expect(failure(() => value.prototype.forward.call({}, [1, 2])).message).toMatch(
      new RegExp(`^${name}.forward: x is a tensor, not an array; tensor\\(x\\) makes one of it$`),
    );
  });

  it.each([
    [
      "crossEntropy",
      () => C.crossEntropy(x, [0, 1]),
      "labels is a tensor, not an array; tensor(labels) makes one of it",
    ],
    ["mseLoss", () => C.mseLoss("1", x), 'x is a tensor, not "1"'],
    ["concat", () => C.concat(x, x), "tensors is a list of tensors, not float32[2,3]"],
    ["stack", () => C.stack([x, 1]), "tensors[1] is a tensor, not 1"],
    ["conv2d", () => C.conv2d(picture, [[1]]), "weight is a tensor, not an array"],
    ["scaledDotProductAttention", () => C.scaledDotProductAttention(x, x), "v is a tensor, not undefined"],
    ["clipGradNorm", () => C.clipGradNorm(new Linear(1, 1), 1), "parameters is a list of tensors, not a Linear"],
    [
      "SGD",
      () => new C.SGD(new Linear(1, 1), { lr: 1 }),
      "takes a list of parameters, as model.parameters() gives, or of groups, not a Linear",
    ],
    ["Linear", () => new C.Linear("3", 4), 'inFeatures is a whole number from 1, not "3"'],
    ["Conv2d", () => new C.Conv2d(1, 1, "3"), "kernelSize is a whole number from 1 or a pair of them"],
    ["Adam", () => new C.Adam(parameters(), { lr: "0.1" }), 'lr is a number from 0, not "0.1"'],
    ["init.normal", () => chainrule.init.normal([1] as never), "x is a tensor, not an array"],
  ])("%s", (name, call, words) => {
    const error = failure(call);
    expect(error.call).toBe(name);
    expect(error.words).toContain(words);
  });
});

describe("another copy of the library", () => {
  /** As the other copy's classes look to this one. */
  const foreign = (made: string) => {
    class Linear {
      readonly shape = [1];
      readonly dtype = "float32";
    }
    Object.defineProperty(Linear, "name", { value: "Linear" });
    Object.defineProperty(Linear.prototype, Symbol.for("chainrule.made"), { value: { made, version: "0.0.9" } });
    return new Linear() as never;
  };
  const message = "this Linear comes from another copy of chainrule (0.0.9, this is 0.1.0); keep one of them";
  class Holder extends Module {
    readonly inner: unknown = foreign("Module");
  }
  it.each<[string, () => unknown]>([
    ["an operand", () => x.add(foreign("Tensor"))],
    ["an argument", () => x.matmul(foreign("Tensor"))],
    ["a list", () => chainrule.concat([x, foreign("Tensor")])],
    ["a layer's input", () => new Linear(1, 1).forward(foreign("Tensor"))],
    ["a layer of Sequential", () => new chainrule.Sequential(foreign("Module"))],
    ["a part of a module", () => new Holder().parameters()],
    ["a parameter", () => new chainrule.SGD([foreign("Tensor")], { lr: 1 })],
    [
      "an entry of a state",
      () =>
        new Linear(1, 1).loadStateDict(
          new Map([
            ["weight", foreign("Tensor")],
            ["bias", ones([1])],
          ]),
        ),
    ],
    ["an argument of a compiled function", () => chainrule.compile((y: Tensor) => y)(foreign("Tensor"))],
    ["a model of a compiled function", () => chainrule.compile((y: object) => [y, x])({ model: foreign("Module") })],
    ["a result of a compiled function", () => chainrule.compile(() => [foreign("Tensor")])()],
  ])("is named where it comes in as %s", (_, body) => {
    expect(failure(body).message).toContain(message);
  });

  it("is told from this one by its version, that of package.json", async () => {
    const { version } = await import("../src/tensor/copies.ts");
    const { default: manifest } = await import("../package.json", { with: { type: "json" } });
    expect(version).toBe(manifest.version);
    expect(new Tensor((x as unknown as { storage: never }).storage, x)).toBeInstanceOf(Tensor);
  });
});

describe("options of the other entry points", () => {
  const table = tensor([[1], [2]]);
  const value = new scalar.Value(2);
  const leaf = () => value.mul(value);
  const source = { images: zeros([2, 1, 2, 2], { dtype: "uint8" }), labels, classes: ["a", "b"] };
  const model = new Linear(1, 1);
  const loose = { ...scalar, ...data, ...node, ...train } as unknown as typeof C;

  /** How each is called with options; null: it has none. */
  const calls: Record<string, ((options: object) => unknown) | null> = {
    "scalar.Layer": (o) => new loose.Layer(1, 1, o),
    "scalar.MLP": (o) => new loose.MLP(1, [1], o),
    "scalar.Neuron": (o) => new loose.Neuron(1, o),
    "scalar.Value": (o) => new loose.Value(1, o),
    "scalar.checkGradients": (o) => scalar.checkGradients(leaf, [value], o),
    "scalar.numericGradient": (o) => scalar.numericGradient(leaf, value, o),
    "scalar.toDot": (o) => scalar.toDot(value, o),
    "data.StreamedPictures": (o) => new data.StreamedPictures(o as never),
    "data.batches": (o) => loose.batches({ table }, { batchSize: 1, ...o }),
    "data.split": (o) => loose.split({ table }, { count: 1, ...o }),
    "data.frame": (o) => loose.frame({ width: 1, height: 1 }, o),
    "model.readBackbone": (o) => models.readBackbone(new Uint8Array(), o),
    "model.withClassifier": (o) => models.withClassifier({} as never, {} as never, o as never),
    "model.writeModel": (o) => models.writeModel({} as never, new Map(), o),
    "node.frameBatches": (o) => node.frameBatches([], o as never).next(),
    "node.framePicture": (o) => node.framePicture(new Uint8Array(), o as never),
    "node.framePictures": (o) => node.framePictures([], o as never),
    "node.loadFashionMnist": (o) => node.loadFashionMnist({ directory: "none", ...o }),
    "node.loadImageFolder": (o) => node.loadImageFolder("none", o),
    "node.listPictures": (o) => node.listPictures("none", o),
    "node.loadMnist": (o) => node.loadMnist({ directory: "none", ...o }),
    "node.streamImageFolder": (o) => node.streamImageFolder("none", o),
    "node.surveyImageFolder": (o) => node.surveyImageFolder("none", o),
    "train.calibrationError": (o) => train.calibrationError([1], [0], o),
    "train.evaluate": (o) => loose.evaluate(model, source, o),
    "train.fitClassifier": (o) => train.fitClassifier(new Float32Array(1), [0], o),
    "train.gradCam": (o) => loose.gradCam(model, zeros([1, 1]), 0, o),
    "train.fit": (o) => loose.fit(model, { train: source, epochs: 1, batchSize: 1, ...o }),
    ...Object.fromEntries(
      [
        ...[
          "data.centreDigit",
          "data.detailFor",
          "data.fingerprint",
          "data.framingOf",
          "data.isFashionMnist",
          "data.isTransposed",
          "data.matchClasses",
          "data.nameLabels",
        ],
        ...["data.normalisation", "data.placeInFrame"],
        ...["data.pictureFromBlob", "data.prefetch", "data.readIdx", "io.readSafetensors", "io.writeSafetensors"],
        ...[
          "node.checkWritable",
          "node.decodePicture",
          "node.findIdx",
          "node.findPictures",
          "node.loadPicture",
          "node.pictureKind",
          "node.printable",
          "node.readBytes",
          "node.systemCode",
          "node.systemReason",
          "node.writeWhole",
        ],
        ...["train.accuracy", "train.balancedAccuracy", "train.classReport", "train.confusionMatrix", "train.isUneven"],
        ...["train.logLoss", "train.topKAccuracy"],
        ...["model.Backbone", "model.build", "model.buildBackbone", "model.readModel"],
      ].map((name) => [name, null]),
    ),
  };

  it("are all in the table", () => {
    const names = Object.entries({ scalar, data, io, model: models, node, train }).flatMap(([entry, module]) =>
      Object.entries(module).flatMap(([name, made]) => (typeof made === "function" ? [`${entry}.${name}`] : [])),
    );
    expect(Object.keys(calls).sort()).toEqual(names.sort());
  });

  it.each(Object.entries(calls).flatMap(([name, call]) => (call === null ? [] : [[name, call] as const])))(
    "%s refuses one that there is not",
    async (name, call) => {
      await expect((async () => call({ nonsense: 1 }))()).rejects.toThrow(
        new RegExp(`^${name.replace(/^\w+\./, "")}: there is no option nonsense`),
      );
    },
  );
});
