// Models go from the page to the command line and back: each reads the files that the other saves.
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { manualSeed, noGrad, randn, tensor } from "chainrule";
import { writeSafetensors } from "chainrule/io";
import { architectures, build, type Description } from "chainrule/model";
import { modelToOnnx } from "chainrule-onnx";
import { expect, it } from "vitest";
import { loadModel, saveModel } from "../../../cli/src/model-file.ts";
import { temporaryFolder } from "../../../test/node/synthetic.ts";
import { Classifier } from "../../src/images/engine/classifier.ts";
import { bytesOf, modelFrom, saved } from "../../src/images/engine/model-file.ts";
import { factsOf, freshSlot } from "../../src/images/engine/shelf.ts";
import { wordsFor } from "../../src/images/told.ts";
import { Trouble } from "../../src/images/trouble.ts";
import { images as texts } from "../../src/texts/en/images.ts";

const description = (choice: keyof typeof architectures): Description => ({
  architecture: architectures[choice]([1, 28, 28], 10),
  ...{ input: [1, 28, 28], classes: [..."0123456789"], framing: "digit", seed: 3 },
  normalisation: { mean: [0.13], std: [0.31] },
});

for (const choice of ["mlp", "cnn", "conv-bn"] as const) {
  it(`a ${choice} that the page saves answers the same in the command line`, async () => {
    manualSeed(5);
    const net = build(description(choice).architecture);
    const file = join(temporaryFolder(), "page.safetensors");
    writeFileSync(file, bytesOf(description(choice), net));
    const loaded = await loadModel(file);
    expect(loaded.description).toEqual(description(choice));
    const x = randn([2, 1, 28, 28]);
    const answer = (of: typeof net) => [...noGrad(() => of.eval().forward(x)).data];
    expect(answer(loaded.net)).toEqual(answer(net));
  });

  it(`a ${choice} that the command line saves, its optimiser's tensors with it, answers the same in the page`, async () => {
    manualSeed(6);
    const net = build(description(choice).architecture);
    const file = join(temporaryFolder(), "cli.safetensors");
    const tensors = new Map([...net.stateDict(), ["optimizer.step", tensor([1])] as const]);
    await saveModel(file, description(choice), { training: { epoch: 1 }, tensors });
    const loaded = modelFrom("cli.safetensors", new Uint8Array(await readFile(file)));
    expect(loaded.description).toEqual(description(choice));
    const x = randn([2, 1, 28, 28]);
    const answer = (of: typeof net) => [...noGrad(() => of.eval().forward(x)).data];
    expect(answer(loaded.net)).toEqual(answer(net));
  });
}

it("says what is wrong with a file that is not a model", () => {
  const net = build(description("mlp").architecture);
  const good = bytesOf(description("mlp"), net);
  const words = (bytes: Uint8Array) => {
    try {
      modelFrom("m.safetensors", bytes);
    } catch (error) {
      return error instanceof Trouble ? wordsFor(error.told, texts.told) : String(error);
    }
    return "nothing";
  };
  expect(words(good)).toBe("nothing");
  expect(words(good.slice(0, 1000))).toMatch("m.safetensors: not a model file, or a damaged one");
  expect(words(Uint8Array.of(1, 2, 3))).toMatch("damaged");
  expect(words(writeSafetensors(net.stateDict(), {}))).toMatch("not a chainrule model");
  expect(words(bytesOf({ ...description("mlp"), input: [1, 20, 20] }, net))).toMatch("architecture is not valid");
  expect(words(bytesOf({ ...description("mlp"), classes: [] }, net))).toMatch('no usable "classes"');
});

it("a model that begins with a pretrained net is read and looked at in the page", async () => {
  const pretrained: Description = {
    architecture: [["mobilenet_v3_small"], ["Linear", 576, 3]],
    ...{ input: [3, 40, 40], classes: ["a", "b", "c"], framing: "plain", seed: 0 },
    normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  };
  const { description: read, net } = modelFrom("p.safetensors", bytesOf(pretrained, build(pretrained.architecture)));
  const classifier = new Classifier(read, { net, trained: true });
  const facts = factsOf(freshSlot(classifier, { slot: "own", name: "p" }));
  expect(facts.layers).toEqual(pretrained.architecture);
  expect(classifier.choice).toBe(null);
  const seen = classifier.look(new Uint8Array(3 * 40 * 40).fill(90), {
    about: null,
    place: { stage: 0, map: 5, y: 0, x: 0 },
  });
  expect(seen.probabilities.reduce((sum, p) => sum + p)).toBeCloseTo(1);
  expect(seen.layers.map(({ layer, count }) => [layer, count])).toEqual([
    [0, 576],
    [1, 3],
  ]);
  expect(seen.unit).toMatchObject({ kind: "closed", layer: "mobilenet_v3_small", value: seen.layers[0].values[5] });
  expect(classifier.firstWeights().count).toBe(3);
});

it("a net is saved as an ONNX file too", async () => {
  const net = build(description("cnn").architecture);
  const bytes = await saved({ description: description("cnn"), net }, "onnx");
  expect(bytes).toEqual(Uint8Array.from(modelToOnnx({ description: description("cnn"), net })));
  expect(new TextDecoder("latin1").decode(bytes)).toContain("chainrule");
});
