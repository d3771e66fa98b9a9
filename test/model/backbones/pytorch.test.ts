// Features and gradients of the backbones are those of timm and torchvision.
//   LARGE=1 npx vitest run test/model/backbones/pytorch.test.ts      computes those of the largest nets too: their weights take half a minute
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { compile, type Tensor, threadsReady } from "chainrule";
import { type Backbone, type BackboneName, backboneNames, buildBackbone, readBackbone } from "chainrule/model";
import { efficientnetLite0 } from "chainrule-backbone";
import { beforeAll, expect, it } from "vitest";
import { recognise } from "../../../src/model/backbones/table.ts";
import { crc32, fill, signed } from "./formula.ts";

/** A tensor's norm, its largest element, and some of its elements at even distances. */
interface Summary {
  readonly norm: number;
  readonly largest: number;
  readonly samples: readonly number[];
}

interface Run {
  readonly size: number;
  /** Whether batch norm normalises by the batch. */
  readonly training: boolean;
  readonly features: Summary;
  readonly gradients?: Readonly<Record<string, Summary>>;
}

const file = new URL("../../fixtures/backbones.json.gz", import.meta.url);
const recorded: Readonly<
  Record<BackboneName | "file", { readonly gain: number; readonly tensors: number; readonly runs: readonly Run[] }>
> = JSON.parse(gunzipSync(readFileSync(file)).toString());

/** Throws unless a tensor is as recorded, within a part of its largest element and of its norm. */
function expectSame(name: string, found: Tensor, { norm, largest, samples }: Summary, tolerance: number): void {
  const { data } = found;
  const differences = samples.map((sample, i) =>
    Math.abs(data[Math.floor((i * (data.length - 1)) / (samples.length - 1))] - sample),
  );
  expect(Math.max(...differences), `${name}: elements`).toBeLessThanOrEqual(tolerance * Math.max(largest, 1e-30));
  let squares = 0;
  for (const value of data) squares += value ** 2;
  const length = Math.sqrt(squares);
  expect(Math.abs(length - norm), `${name}: norm`).toBeLessThanOrEqual(tolerance * Math.max(norm, 1e-30));
}

/** Compares features within 1e-4 and gradients within 1e-3 of what PyTorch computed. */
function compare(net: Backbone, { size, training, features, gradients }: Run, threads: number): void {
  const pictures = signed("pictures", [2, 3, size, size]);
  pictures.requiresGrad = gradients !== undefined;
  const run = compile(
    (x: Tensor) => {
      const y = net.forward(x);
      if (gradients !== undefined) y.mul(signed("upstream", y.shape)).sum().backward();
      return y;
    },
    { threads },
  );
  net.train(training).zeroGrad();
  const y = run(pictures);
  expectSame("features", y, features, 1e-4);
  if (gradients === undefined) return;
  const found = new Map<string, Tensor | null>([
    ["pictures", pictures.grad],
    ...net.namedParameters().map(([name, { grad }]): [string, Tensor | null] => [name, grad]),
  ]);
  expect([...found.keys()]).toEqual(Object.keys(gradients));
  for (const [name, grad] of found) expectSame(name, grad as Tensor, gradients[name], 1e-3);
}

const large: readonly BackboneName[] = process.env.LARGE === undefined ? ["resnet50", "convnext_tiny"] : [];

beforeAll(async () => {
  await threadsReady();
});

it.each(backboneNames)(
  "%s has the tensors and computes the features of the original, with weights of a formula",
  (name) => {
    const net = buildBackbone(name).eval();
    const { gain, runs, tensors } = recorded[name];
    const names = [...net.stateDict()].map(([tensor, { shape }]) => `${tensor}: ${shape}`);
    expect(crc32(names.sort().join("\n")) >>> 0).toBe(tensors);
    expect(recognise(net.stateDict())).toEqual(backboneNames.filter((other) => recorded[other].tensors === tensors));
    const computed = large.includes(name) ? [] : runs;
    if (computed.length > 0) fill(net, gain);
    for (const run of computed) compare(net, run, 2);
  },
);

it.each([1, 2])(
  "EfficientNet-Lite0 with the weights of chainrule-backbone, for even and odd sizes, on %i threads",
  (threads) => {
    const { net } = readBackbone(readFileSync(efficientnetLite0));
    for (const run of recorded.file.runs) compare(net, run, threads);
  },
);
