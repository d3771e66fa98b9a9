// A model file may begin with a backbone: it is read as strictly as any other, and gives the same logits.
import { noGrad, type Tensor, tensor, zeros } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import {
  backboneNames,
  build,
  buildBackbone,
  type Description,
  readBackbone,
  readModel,
  withClassifier,
  writeModel,
} from "chainrule/model";
import { describe, expect, it } from "vitest";
import { backbones } from "../../src/model/backbones/table.ts";
import { fill, signed } from "./backbones/formula.ts";

const description: Description = {
  architecture: [["mobilenet_v3_small"], ["Linear", 576, 3]],
  ...{ input: [3, 64, 48], classes: ["a", "b", "c"], framing: "plain", seed: 0 },
  normalisation: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

describe("a model that begins with a backbone", () => {
  const net = build(description.architecture).eval();
  fill(net, 1);
  const state = net.stateDict();

  it("comes back from a file with the same tensors and the same logits, to the last bit", () => {
    const read = readModel(writeModel(description, state));
    expect(read.description).toEqual(description);
    expect([...read.tensors.keys()].sort()).toEqual([...state.keys()].sort());
    expect(read.tensors.has("0.features.0.0.weight")).toBe(true);
    const x = signed("x", [2, 3, 64, 48]);
    const logits = (of: { forward(x: Tensor): Tensor }) => noGrad(() => of.forward(x).toArray());
    expect(logits(read.net.eval())).toEqual(logits(net));
  });

  it("is written in float16 where that holds each value of a backbone's tensor exactly, and read with the same bits", () => {
    const halves = readSafetensors(writeSafetensors(state)).tensors;
    const whole = writeModel(description, halves).length;
    // Multiples of 2⁻⁸ below 2³ have at most 11 digits.
    for (const [name, { dtype, shape, data }] of halves)
      if (dtype === "float32")
        halves.set(
          name,
          tensor(
            Float32Array.from(data, (x) => Math.round(256 * x) / 256),
            { shape },
          ),
        );
    const file = writeModel(description, halves);
    expect(file.length).toBeLessThan(0.52 * whole);
    const { tensors } = readModel(file);
    for (const [name, { dtype, data }] of halves) {
      expect(tensors.get(name)?.dtype).toBe(dtype);
      expect(tensors.get(name)?.data, name).toEqual(data);
    }
    // The layers after it stay as they are.
    expect(Buffer.from(file).toString("latin1")).toMatch(/"1\.weight":\{"dtype":"F32"/);
  });

  it.each<[string, Partial<Description>, RegExp]>([
    ["an unknown net", { architecture: [["mobilenet_v9"], ["Linear", 576, 3]] }, /unknown kind "mobilenet_v9"/],
    [
      "sizes",
      {
        architecture: [
          ["mobilenet_v3_small", 3],
          ["Linear", 576, 3],
        ],
      },
      /invalid sizes \[3\]/,
    ],
    ["grey pictures", { input: [1, 64, 48], normalisation: { mean: [0], std: [1] } }, /does not take its input/],
    [
      "another net's tensors",
      { architecture: [["resnet18"], ["Linear", 512, 3]] },
      /needs a tensor "0\.conv1\.weight"/,
    ],
    ["a head of another width", { architecture: [["mobilenet_v3_small"], ["Linear", 512, 3]] }, /does not take/],
    ["two backbones", { architecture: [["mobilenet_v3_small"], ["resnet18"]] }, /layer 1, resnet18/],
    [
      "a fixed size that is missed",
      { architecture: [["vit_tiny_patch16_224"], ["Linear", 192, 3]] },
      /layer 0, vit_tiny_patch16_224 , does not take its input, \[3,64,48\]/,
    ],
  ])("is refused with %s", (_, change, words) => {
    const bytes = writeModel({ ...description, ...change }, state);
    expect(() => readModel(bytes)).toThrow(
      expect.objectContaining({
        code: "file",
        details: expect.objectContaining({ reason: "layers" }),
        words: expect.stringMatching(words),
      }),
    );
  });

  it("is refused where one of its tensors is missing", () => {
    const less = new Map([...state].filter(([name]) => name !== "0.features.3.block.1.1.running_mean"));
    expect(() => readModel(writeModel(description, less))).toThrow(/needs a tensor "0\.features\.3.*but there is none/);
  });
});

it("a classifier on its features joins it in the description and the net of one model file", () => {
  const net = buildBackbone("mobilenet_v3_small").eval();
  fill(net, 1);
  const metadata = { architecture: "mobilenet_v3_small", input_size: "[3,48,64]", mean: "[0.5,0.4,0.3]" };
  const backbone = readBackbone(writeSafetensors(net.stateDict(), metadata));
  const classifier = { weight: signed("w", [2, 576]), bias: signed("b", [2]) };
  const whole = withClassifier(backbone, classifier, { classes: ["mug", "cup"], seed: 3 });
  expect(whole.description).toMatchObject({
    ...{ input: [3, 48, 64], classes: ["mug", "cup"], framing: "plain", seed: 3 },
    architecture: [["mobilenet_v3_small"], ["Linear", 576, 2]],
    normalisation: { mean: [0.5, 0.4, 0.3], std: [0.229, 0.224, 0.225] },
  });
  const read = readModel(writeModel(whole.description, whole.net.stateDict())).net.eval();
  const x = signed("x", [1, 3, 48, 64]);
  const [found, expected] = noGrad(() => [
    read.forward(x).data,
    backbone.features(x).matmul(classifier.weight.transpose()).add(classifier.bias).data,
  ]);
  for (const [k, logit] of expected.entries()) expect(found[k]).toBeCloseTo(logit, 4);
  expect(() => withClassifier(backbone, classifier, { classes: ["mug"], seed: 0 })).toThrow(
    /withClassifier: for 1 classes weight is \[1, C\]/,
  );
});

it("the table has the number of features of each net, and takes other sizes where the net does", () => {
  for (const name of ["tf_efficientnet_lite0", "squeezenet1_1", "mobilenet_v2", "resnet18"] as const) {
    expect(backboneNames).toContain(name);
    const features = noGrad(() =>
      buildBackbone(name)
        .eval()
        .forward(zeros([1, 3, 40, 36])),
    );
    expect(features.shape, name).toEqual([1, backbones[name].features]);
  }
});
