// The errors about model files have a reason for programs and words for people.
import { ChainruleError, type Tensor, tensor } from "chainrule";
import { writeSafetensors } from "chainrule/io";
import { architectures, build, type Description, type ModelFault, readModel, writeModel } from "chainrule/model";
import { expect, it } from "vitest";

const description: Description = {
  architecture: architectures.mlp([1, 28, 28], 10),
  ...{ input: [1, 28, 28], classes: [..."0123456789"], framing: "digit", seed: 3 },
  normalisation: { mean: [0.13], std: [0.31] },
};
const weights = build(description.architecture).stateDict();
const good = writeModel(description, weights);
const wide = new Map<string, Tensor>([...weights, ["3.bias", tensor(new Float64Array(10))]]);

const cases: [string, bytes: Uint8Array, reason: ModelFault, words: RegExp, details: object][] = [
  ["three bytes", Uint8Array.of(1, 2, 3), "damaged", /^not a model file, or a damaged one: the file has 3 bytes/, {}],
  ["a file that is cut off", good.slice(0, 5000), "damaged", /^not a model file, or a damaged one/, {}],
  ["tensors alone", writeSafetensors(weights), "foreign", /no "format": "chainrule-model-1"/, {}],
  ["no classes", writeModel({ ...description, classes: [] }, weights), "metadata", /"classes"/, { key: "classes" }],
  ["other pictures", writeModel({ ...description, input: [1, 20, 20] }, weights), "layers", /Linear 784 128/, {}],
  [
    "a bias in float64",
    writeModel(description, wide),
    "dtype",
    /"3.bias" is float64, but has to be float32/,
    { tensor: "3.bias", dtype: "float64", expected: "float32" },
  ],
];

it.each(cases)("%s", (_, bytes, reason, words, details) => {
  const refused = () => readModel(bytes);
  expect(refused).toThrow(ChainruleError);
  expect(refused).toThrow(expect.objectContaining({ code: "file", call: "readModel" }));
  expect(refused).toThrow(expect.objectContaining({ details: expect.objectContaining({ reason, ...details }) }));
  expect(refused).toThrow(expect.objectContaining({ words: expect.stringMatching(words) }));
});

it("an argument that is not bytes is the caller's mistake, not the file's", () => {
  expect(() => readModel("model" as never)).toThrow(expect.objectContaining({ code: "type" }));
});
