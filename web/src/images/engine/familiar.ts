// Whether a picture is like those that a net has learned from. A net has an answer to everything, and is often sure of it: the probabilities
// of a dot or a letter say nothing. So the picture is compared with some of the training pictures:
//
//   features: 1 - the largest cosine between what the last layer reads of the picture and of a training picture
//   shape:    1 - the largest cosine between the pixels of both, blurred
//   ink:      the sum of the levels, which is large for a dot that was enlarged to the size of a digit
//
// On the scales of features and shape 0 is the median and 1 the value below which `ordinary` of further training pictures lie, which are not
// among those compared with; on that of the ink 1 is nearly the largest value. The strangeness is the mean of the first two, scaled in the
// same way, or the ink where that is larger. web/scripts/strangeness.ts measures it beside the energy, the largest probability and the distance
// to the means of the classes.
import { compile, noGrad, type Tensor, tensor } from "chainrule";
import { batches, type Dataset } from "chainrule/data";
import { blurred } from "./blur.ts";
import type { Classifier } from "./classifier.ts";

const ordinary = 0.991;
const ordinaryInk = 0.999;
/** Pictures to compare with, fewer where they are large: 10 MB of numbers; and pictures that set the scales. */
const maxReferences = 3000;
const maxNumbers = 2_400_000;
const maxOthers = 700;
/** Fewer training pictures say nothing of what is ordinary. */
const minPictures = 300;
const batchSize = 100;

/** Rows of length one, of the pictures that others are compared with. */
interface Reference {
  readonly features: Tensor;
  /** The blurred pixels. */
  readonly pixels: Tensor;
}

type NearPixels = readonly [shape: number, ink: number];
type Measures = readonly [features: number, ...NearPixels];

const largestCosine = compile((rows: Tensor, to: Tensor) => noGrad(() => to.matmul(rows.transpose(0, 1)).max(0)));

/** What no training changes of a data set: the pictures that were chosen, and how near those that set the scales are to the others. */
interface Chosen {
  readonly references: Dataset;
  readonly pixels: Tensor;
  readonly others: Dataset;
  readonly near: readonly NearPixels[];
}

const chosenOf = new WeakMap<Dataset, Chosen>();

export class Familiar {
  readonly #reference: Reference;
  readonly #scales: readonly [features: Scale, shape: Scale];
  readonly #inkScale: Scale;
  readonly #whole: Scale;

  private constructor(reference: Reference, measures: readonly Measures[]) {
    this.#reference = reference;
    const column = (n: 0 | 1 | 2) => measures.map((one) => one[n]);
    this.#scales = [scaleOf(column(0)), scaleOf(column(1))];
    this.#inkScale = scaleOf(column(2), ordinaryInk);
    this.#whole = scaleOf(measures.map((one) => this.#unlikeness(one)));
  }

  /** Measures the training pictures; null where there are too few. */
  static async learn(classifier: Classifier, train: Dataset): Promise<Familiar | null> {
    if (train.labels.size < minPictures) return null;
    const chosen = chosenOf.get(train) ?? choose(train);
    chosenOf.set(train, chosen);
    const features = await featuresOf(classifier, chosen.references);
    const cosines = cosinesOf(await featuresOf(classifier, chosen.others), features);
    const measures = chosen.near.map((near, n): Measures => [1 - cosines[n], ...near]);
    return new Familiar({ features, pixels: chosen.pixels }, measures);
  }

  /** Above 1: unlike the training pictures. `features`: what the last layer reads; `picture`: the bytes [1, C, H, W]. */
  strangeness(features: Tensor, picture: Tensor): number {
    const [cosine] = cosinesOf(unit(features), this.#reference.features);
    const [near] = nearPixels(picture, this.#reference.pixels);
    const measures: Measures = [1 - cosine, ...near];
    return Math.max(this.#whole(this.#unlikeness(measures)), this.#inkScale(measures[2]));
  }

  #unlikeness([features, shape]: Measures): number {
    const [byFeatures, byShape] = this.#scales;
    return (byFeatures(features) + byShape(shape)) / 2;
  }
}

type Scale = (value: number) => number;

/** 0 for the median, 1 for the value below which this share of the numbers lies. */
function scaleOf(values: readonly number[], share = ordinary): Scale {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))];
  const [middle, high] = [at(0.5), at(share)];
  return (value) => (value - middle) / Math.max(high - middle, 1e-6);
}

function part({ images, labels, classes }: Dataset, indices: readonly number[]): Dataset {
  const size = images.size / labels.size;
  const bytes = new Uint8Array(indices.length * size);
  for (const [n, index] of indices.entries())
    bytes.set((images.data as Uint8Array).subarray(index * size, (index + 1) * size), n * size);
  const shape = [indices.length, ...images.shape.slice(1)];
  return { images: tensor(bytes, { shape }), labels: tensor(new Int32Array(indices.length)), classes };
}

/**
 * Pictures to compare with from the beginning of each class, and pictures that set the scales from its end: neighbours in a data set are often by
 * the same hand, and would be nearer to each other than new pictures are.
 */
function choose(train: Dataset): Chosen {
  const count = train.labels.size;
  const most = Math.min(maxReferences, Math.floor((maxNumbers * count) / train.images.size));
  const shares = { others: Math.min(maxOthers / count, 0.25), references: Math.min(most / count, 0.7) };
  const ofClass = new Map<number, number[]>();
  for (const [n, label] of train.labels.data.entries()) {
    const known = ofClass.get(Number(label));
    if (known === undefined) ofClass.set(Number(label), [n]);
    else known.push(n);
  }
  const [references, others]: [number[], number[]] = [[], []];
  for (const all of ofClass.values()) {
    const last = Math.round(all.length * shares.others);
    const first = Math.round(all.length * shares.references);
    const rest = all.length - last;
    for (let i = 0; i < first; i++) references.push(all[Math.floor((i * rest) / first)]);
    others.push(...all.slice(rest));
  }
  const pixels = unit(blurred(part(train, references).images));
  const apart = part(train, others);
  return { references: part(train, references), pixels, others: apart, near: nearPixels(apart.images, pixels) };
}

/** What the last layer reads of pictures, [N, features], each row of length one. Between two batches the engine answers. */
async function featuresOf(classifier: Classifier, data: Dataset): Promise<Tensor> {
  const count = data.labels.size;
  let rows = new Float32Array(0);
  let at = 0;
  for (const { images } of batches(data, { batchSize, shuffle: false, ...classifier.description.normalisation })) {
    const { data: numbers, shape } = classifier.features(images);
    if (at === 0) rows = new Float32Array(count * shape[1]);
    rows.set(numbers, at);
    at += numbers.length;
    await new Promise<void>((resolve) => setTimeout(resolve));
  }
  return unit(tensor(rows, { shape: [count, rows.length / count] }));
}

/** Rows divided by their lengths; a row of zeros stays. */
const unit = (rows: Tensor): Tensor => noGrad(() => rows.div(rows.square().sum(1, true).sqrt().clamp(1e-6)));

/** Calls `part` with rows [from, to), `batchSize` at a time, so that one program serves all but the last. */
function eachBatch(count: number, part: (rows: readonly [from: number, to: number]) => void): void {
  for (let from = 0; from < count; from += batchSize) part([from, Math.min(count, from + batchSize)]);
}

function cosinesOf(features: Tensor, to: Tensor): number[] {
  const found: number[] = [];
  eachBatch(features.shape[0], (rows) =>
    found.push(...Array.from(largestCosine(features.slice(rows), to).data, Number)),
  );
  return found;
}

/** How near pictures [N, C, H, W] are to the reference. */
function nearPixels(pictures: Tensor, reference: Tensor): NearPixels[] {
  const pixels = blurred(pictures);
  const ink = noGrad(() => pixels.sum(1)).data;
  return cosinesOf(unit(pixels), reference).map((cosine, n) => [1 - cosine, ink[n]]);
}
