// Grad-CAM's maps are those of PyTorch, which hooks recorded, and those of the definition, computed number by number.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  type Layer,
  Linear,
  MaxPool2d,
  Module,
  manualSeed,
  ReLU,
  randn,
  Sequential,
  type Tensor,
  tensor,
} from "chainrule";
import { buildBackbone } from "chainrule/model";
import { gradCam } from "chainrule/train";
import { describe, expect, it } from "vitest";
import { fill, signed } from "../model/backbones/formula.ts";

interface Recorded {
  readonly shape: readonly number[];
  readonly raw: readonly number[];
  readonly heat: readonly number[];
}

const recorded: { readonly small: Readonly<Record<string, Recorded>>; readonly backbone: Recorded } = JSON.parse(
  gunzipSync(readFileSync(new URL("../fixtures/grad-cam.json.gz", import.meta.url))).toString(),
);

/** The largest difference, in parts of the largest number. */
function furthest(actual: Tensor, expected: ArrayLike<number>): number {
  expect(actual.size).toBe(expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual.data[i]))) / largest;
}

function expectMaps(
  { raw, heat }: { readonly raw: Tensor; readonly heat: Tensor },
  expected: Recorded,
  within: number,
) {
  expect([raw.shape, heat.shape, raw.dtype, heat.dtype]).toEqual([
    expected.shape,
    expected.shape,
    "float32",
    "float32",
  ]);
  expect(furthest(raw, expected.raw)).toBeLessThan(within);
  expect(furthest(heat, expected.heat)).toBeLessThan(10 * within);
}

const smallNet = () =>
  new Sequential(
    new Conv2d(3, 8, 3, { padding: 1 }),
    new BatchNorm2d(8),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(8, 6, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(6 * 4 * 3, 5),
  );

const classes = [0, 3, 4, 1];
const pictures = () => signed("pictures", [4, 3, 16, 12]);

function recordedNet(): ReturnType<typeof smallNet> {
  const net = smallNet();
  fill(net, 4);
  return net;
}

describe("the maps of PyTorch", () => {
  it("of the last layer that gives a map, and of layers by choice", () => {
    const net = recordedNet();
    expectMaps(gradCam(net, pictures(), classes), recorded.small[6], 1e-5);
    for (const n of [6, 5, 0])
      expectMaps(gradCam(net, pictures(), classes, { layer: net[n] }), recorded.small[n], 1e-5);
  });

  it("of a backbone with a classifier: the map is that which it pools", () => {
    const backbone = buildBackbone("tf_efficientnet_lite0");
    fill(backbone, 4);
    // The formula follows from names, and the classifier has PyTorch's.
    const head = new (class extends Module {
      readonly classifier = new Linear(1280, 7);
    })();
    fill(head, 4);
    const net = new Sequential(backbone, head.classifier);
    expectMaps(gradCam(net, signed("pictures", [2, 3, 64, 64]), [5, 2]), recorded.backbone, 1e-4);
  });
});

/** Grad-CAM by its formula, for one picture and class: gradients by backward, operation by operation, and sums in loops. */
function byDefinition(
  net: Sequential,
  x: Tensor,
  { layer, label }: { readonly layer: number; readonly label: number },
) {
  net.eval();
  let map = x;
  for (let i = 0; i <= layer; i++) map = net[i].forward(map);
  map = map.detach();
  map.requiresGrad = true;
  let y = map;
  for (let i = layer + 1; i < net.length; i++) y = net[i].forward(y);
  y.slice(null, [label, label + 1])
    .sum()
    .backward();
  const [, channels, height, width] = map.shape;
  const places = height * width;
  const [a, dy] = [map.data, (map.grad as Tensor).data];
  const raw = new Float64Array(places);
  for (let c = 0; c < channels; c++) {
    let weight = 0;
    for (let p = 0; p < places; p++) weight += dy[c * places + p] / places;
    for (let p = 0; p < places; p++) raw[p] += weight * a[c * places + p];
  }
  return { raw, largest: Math.max(0, ...raw) };
}

it("each picture and each class has the map of the definition", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  manualSeed(seed);
  const net = smallNet();
  const x = randn([3, 3, 16, 12]);
  const wanted = [
    [0, 4],
    [2, 2],
    [3, 1],
  ];
  const several = gradCam(net, x, tensor(wanted, { dtype: "int32" }), { layer: net[5] });
  expect(several.raw.shape, `seed ${seed}`).toEqual([3, 2, 8, 6]);
  for (const [n, labels] of wanted.entries())
    for (const [k, label] of labels.entries()) {
      const { raw, largest } = byDefinition(net, x.slice([n, n + 1]), { layer: 5, label });
      expect(furthest(several.raw.slice(n).slice(k), raw), `seed ${seed}`).toBeLessThan(1e-5);
      // Heat in units of raw, whose rounding it has; without any it is exactly 0.
      const heat = several.heat.slice(n).slice(k);
      const positive = raw.map((value) => Math.max(0, value));
      const bound = 1e-5 * Math.max(...raw.map(Math.abs));
      for (const [i, value] of positive.entries())
        expect(Math.abs(heat.data[i] * largest - value), `seed ${seed}`).toBeLessThanOrEqual(bound);
      expect(heat.max().item(), `seed ${seed}`).toBe(largest > 0 ? 1 : 0);
    }
  // A number is the class of all pictures.
  const one = gradCam(net, x, 2, { layer: net[5] });
  const { raw } = byDefinition(net, x.slice([0, 1]), { layer: 5, label: 2 });
  expect(furthest(one.raw.slice(0), raw), `seed ${seed}`).toBeLessThan(1e-5);
});

it("changes nothing in the model: gradients, weights, modes and methods", () => {
  const net = recordedNet();
  net.train();
  net[1].eval();
  const modes = () => net.modules().map(({ training }) => training);
  const before = [modes(), String(net), net.stateDict()];
  net.parameters()[0].grad = null;
  gradCam(net, pictures(), classes);
  expect([modes(), String(net)]).toEqual(before.slice(0, 2));
  expect(net.parameters().map(({ grad }) => grad)).toEqual(net.parameters().map(() => null));
  expect(net.stateDict()).toEqual(before[2]);
  for (const layer of net) expect(Object.getOwnPropertyNames(layer)).not.toContain("forward");
});

/** One layer in two places, in a module that is no Sequential. */
class Twice extends Module implements Layer {
  readonly conv = new Conv2d(2, 2, 3, { padding: 1 });
  readonly head = new Linear(2, 3);
  calls = 0;
  forward(x: Tensor): Tensor {
    return this.head.forward(this.conv.forward(this.conv.forward(x).relu()).mean([-2, -1]));
  }
}

it("a layer that is called twice has the map of its last call, in a module of one's own too", () => {
  manualSeed(3);
  const net = new Twice();
  const x = randn([2, 2, 5, 4]);
  const first = net.conv.forward(x).relu();
  const map = net.conv.forward(first).detach();
  // The mean is linear, so the weights are those of the classifier, over the number of places.
  const expected = map
    .mul(net.head.weight.detach().slice(1).reshape([1, 2, 1, 1]))
    .sum(1)
    .div(20);
  expect(furthest(gradCam(net, x, 1).raw, expected.data)).toBeLessThan(1e-5);
});

it("the program is made once for a shape of pictures, whatever the classes", () => {
  let runs = 0;
  const net = recordedNet();
  const forward = Flatten.prototype.forward;
  net[7].forward = function (this: Flatten, x: Tensor) {
    runs++;
    return forward.call(this, x);
  };
  gradCam(net, pictures(), classes);
  const once = runs;
  gradCam(net, pictures(), [1, 1, 1, 1]);
  gradCam(net, pictures().neg(), 4);
  expect(runs).toBe(once);
});

it("where nothing speaks for a class the heat is 0 everywhere", () => {
  const net = new Sequential(new Conv2d(1, 1, 1), new Flatten(), new Linear(4, 2));
  net.loadStateDict(
    new Map([
      ["0.weight", tensor([[[[1]]]])],
      ["0.bias", tensor([0])],
      ["2.weight", tensor([new Array(4).fill(-1), new Array(4).fill(1)])],
      ["2.bias", tensor([0, 0])],
    ]),
  );
  const x = tensor([
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ]);
  expect([...gradCam(net, x, 0).heat.data]).toEqual([0, 0, 0, 0]);
  expect([...gradCam(net, x, 1).heat.data]).toEqual([0.25, 0.5, 0.75, 1]);
});

describe("refusals", () => {
  const net = smallNet();
  const x = pictures();
  const flat = new Sequential(new Flatten(), new Linear(576, 5));
  it.each<[string, () => unknown, string, RegExp]>([
    ["no map", () => gradCam(flat, x, 0), "option", /no layer of this model gives \[N, C, H, W\]/],
    ["a layer without a map", () => gradCam(net, x, 0, { layer: net[8] }), "option", /layer does not give/],
    ["a layer of another net", () => gradCam(net, x, 0, { layer: new ReLU() }), "option", /none of the model's/],
    ["a class too high", () => gradCam(net, x, 5), "data", /class 5 is outside the 5 classes of the model, 0 to 4/],
    ["a class below 0", () => gradCam(net, x, [0, 1, -1, 2]), "data", /from 0/],
    ["too few classes", () => gradCam(net, x, [0, 1]), "shape", /int \[4\] or \[4, C\]/],
    ["floating classes", () => gradCam(net, x, tensor([0, 1, 2, 3])), "shape", /float32\[4\]/],
    ["whole numbers as pictures", () => gradCam(net, x.to("int32"), 0), "shape", /x is floating/],
    ["no logits", () => gradCam(new Sequential(net[0]), x, 0), "shape", /the model gives float32\[4,8,16,12\]/],
    [
      "a vision transformer, whose answer is not computed from the map",
      () => {
        const parts = [buildBackbone("vit_tiny_patch16_224"), new Linear(192, 2)];
        return gradCam(new Sequential(...parts), signed("x", [1, 3, 224, 224]), 0);
      },
      "option",
      /no layer of this model/,
    ],
  ])("%s", (_, call, code, words) => {
    expect(call).toThrow(expect.objectContaining({ code, call: "gradCam", message: expect.stringMatching(words) }));
  });
});
