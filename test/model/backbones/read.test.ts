// A backbone's file is loaded whole or refused with the first tensor that does not fit; its metadata say how pictures are normalised.
import { readFileSync } from "node:fs";
import { ChainruleError, ones, type Tensor, tensor, zeros } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { type BackboneFault, buildBackbone, readBackbone } from "chainrule/model";
import { efficientnetLite0 } from "chainrule-backbone";
import { expect, it } from "vitest";

const bytes = new Uint8Array(readFileSync(efficientnetLite0));
const { tensors, metadata } = readSafetensors(bytes);
const changed = (change: (state: Map<string, Tensor>) => unknown, told: Record<string, string> = metadata) => {
  const state = new Map(tensors);
  change(state);
  return writeSafetensors(state, told);
};

it("the package's file says what it is, how it was made, and which pictures it takes", () => {
  expect(metadata).toMatchObject({ license: "Apache-2.0", source: expect.stringMatching(/PyPI/) });
  const { name, net, input, leftOut } = readBackbone(bytes);
  expect(name).toBe("tf_efficientnet_lite0");
  expect(net.training).toBe(false);
  expect(input).toEqual({ size: [224, 224], mean: Array(3).fill(127 / 255), std: Array(3).fill(128 / 255) });
  expect(leftOut).toEqual([]);
  const values = net.parameters().reduce((sum, { size }) => sum + size, 0);
  const statistics = net.namedBuffers().filter(([, { dtype }]) => dtype === "float32");
  expect(values + statistics.reduce((sum, [, { size }]) => sum + size, 0)).toBe(3_413_024);
});

const bytesOf = (data: ArrayBufferView = new Uint8Array()) =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength);

it("float16 is widened without a change of value", () => {
  const { net } = readBackbone(bytes);
  const state = net.stateDict();
  expect([...state.keys()].sort()).toEqual([...tensors.keys()].sort());
  for (const [name, { data }] of state) expect(Buffer.compare(bytesOf(data), bytesOf(tensors.get(name)?.data))).toBe(0);
});

it("pixels become (p - 127) / 128", () => {
  const { prepare } = readBackbone(bytes);
  const pixels = tensor(Uint8Array.of(0, 127, 255), { shape: [1, 3, 1, 1] });
  const prepared = [...prepare(pixels).data];
  for (const [i, value] of [-127 / 128, 0, 1].entries()) expect(prepared[i]).toBeCloseTo(value, 6);
  expect(() => prepare(zeros([3, 2, 2]))).toThrow("prepare: pixels are [N, 3, H, W], not float32[3,2,2]");
});

it("a classifier and counters are no part of the backbone, and a file without metadata is known by its tensors", () => {
  const classified = changed((state) => {
    state.set("classifier.weight", zeros([10, 1280])).set("classifier.bias", zeros([10]));
    for (const name of state.keys()) if (name.endsWith("num_batches_tracked")) state.delete(name);
  }, {});
  const options = { name: "tf_efficientnet_lite0" } as const;
  expect(readBackbone(classified, options).leftOut).toEqual(["classifier.bias", "classifier.weight"]);
  expect(readBackbone(classified, options).input.mean).toEqual([0.5, 0.5, 0.5]);
  const mobile = readBackbone(writeSafetensors(buildBackbone("mobilenetv2_100").stateDict()));
  expect(mobile.name).toBe("mobilenetv2_100");
});

const faults: [string, bytes: () => Uint8Array, reason: BackboneFault, words: RegExp, details: object][] = [
  [
    "three bytes",
    () => Uint8Array.of(1, 2, 3),
    "damaged",
    /^not a safetensors file, or a damaged one: the file has 3/,
    {},
  ],
  ["a file that is cut off", () => bytes.slice(0, 1e6), "damaged", /damaged one: .* is it cut off\?/, {}],
  [
    "a tensor that is missing, and another one",
    () => changed((state) => ["bn2.bias", "conv_head.weight"].map((name) => state.delete(name))),
    "missing",
    /^tensor "conv_head.weight" of tf_efficientnet_lite0, float32\[1280,320,1,1\], is missing, and 1 more$/,
    { tensor: "conv_head.weight", missing: ["conv_head.weight", "bn2.bias"] },
  ],
  [
    "a tensor too many",
    () => changed((state) => state.set("blocks.7.bias", ones([3]))),
    "unexpected",
    /^tensor "blocks.7.bias", float32\[3\], is no part of tf_efficientnet_lite0$/,
    { tensor: "blocks.7.bias" },
  ],
  [
    "a tensor of another shape",
    () => changed((state) => state.set("conv_stem.weight", zeros([32, 1, 3, 3]))),
    "shape",
    /^tensor "conv_stem.weight" is float32\[32,1,3,3\], but tf_efficientnet_lite0 has float32\[32,3,3,3\]$/,
    { tensor: "conv_stem.weight", found: [32, 1, 3, 3], expected: [32, 3, 3, 3] },
  ],
  [
    "quantised weights",
    () => changed((state) => state.set("bn1.bias", zeros([32], { dtype: "uint8" }))),
    "dtype",
    /^tensor "bn1.bias" is uint8\[32\], not of floats/,
    { tensor: "bn1.bias" },
  ],
  [
    "another net",
    () => writeSafetensors(new Map([["a", zeros([2])]])),
    "unknown",
    /none of the nets that are read/,
    {},
  ],
  [
    "one of two nets that differ in their arithmetic alone",
    () => changed(() => {}, {}),
    "unknown",
    /those of tf_efficientnet_lite0 and efficientnet_lite0; say which with the option name/,
    { candidates: ["tf_efficientnet_lite0", "efficientnet_lite0"] },
  ],
  ...["[0,0.5,0.5]", "[1,1]", '"1"', "[1,", "[1,1,null]"].map((std): (typeof faults)[number] => [
    `std ${std}`,
    () => changed(() => {}, { ...metadata, std }),
    "metadata",
    /^its metadata has no usable "std"/,
    { key: "std" },
  ]),
];

it.each(faults)("%s", (_, file, reason, words, details) => {
  const damaged = file();
  const refused = () => readBackbone(damaged);
  expect(refused).toThrow(ChainruleError);
  expect(refused).toThrow(expect.objectContaining({ code: "file", call: "readBackbone" }));
  expect(refused).toThrow(expect.objectContaining({ words: expect.stringMatching(words) }));
  expect(refused).toThrow(expect.objectContaining({ details: expect.objectContaining({ reason, ...details }) }));
});

it("names of nets that do not exist, and pictures of another shape, are refused with the cure", () => {
  expect(() => readBackbone(bytes, { name: "efficientnet_lit0" as never })).toThrow("did you mean efficientnet_lite0?");
  expect(() => readBackbone(bytes, { name: "toString" as never })).toThrow(/there is no net "toString"; the nets are/);
  expect(() => readBackbone(bytes, { net: "efficientnet_b0" } as never)).toThrow("there is no option net");
  const { net } = readBackbone(bytes);
  expect(() => net.forward(zeros([1, 1, 32, 32]))).toThrow(
    "features: x is floating, [N, 3, H, W], not float32[1,1,32,32]",
  );
});

it("a copy of a backbone computes the same", () => {
  const { net } = readBackbone(bytes);
  const x = ones([1, 3, 32, 32]);
  expect(net.clone().forward(x).data).toEqual(net.forward(x).data);
});
