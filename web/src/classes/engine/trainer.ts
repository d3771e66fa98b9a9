// A training from beginning to end: the pretrained net is fetched if it is needed and not there yet, features that are not known are computed,
// and the classes are learned.
import type { ClassPictures, Method, Progress } from "../messages.ts";
import type { Album } from "./album.ts";
import { type Learned, learnFromFeatures } from "./from-features.ts";
import { learnFromNothing } from "./from-nothing.ts";
import type { Labelled } from "./judge.ts";
import { batchSize, fetchFile, NotFetched, Pretrained } from "./pretrained.ts";

const seed = 0;

export interface Training {
  readonly method: Method;
  readonly classes: readonly ClassPictures[];
  readonly signal: AbortSignal;
  readonly tell: (progress: Progress) => void;
}

export class Trainer {
  readonly #album: Album;
  /** The address of the pretrained net. Its last part has a digest of the file, so it names the version. */
  readonly #url: string;
  #pretrained: Pretrained | null = null;
  #computing = false;

  constructor(album: Album, url: string) {
    this.#album = album;
    this.#url = url;
  }

  /** Throws NotFetched, or the signal's reason. */
  async train(training: Training): Promise<Learned> {
    training.signal.throwIfAborted();
    const labelled = labelledOf(training.classes, this.#album);
    return training.method === "features"
      ? this.#trainOnFeatures(labelled, training)
      : this.#trainFromNothing(labelled, training);
  }

  /** Computes the features of new pictures while nothing else is done, once the pretrained net is there and a batch is full. */
  async ahead(): Promise<void> {
    if (this.#pretrained === null || this.#computing) return;
    const missing = this.#album.without(this.#net);
    if (missing.length < batchSize) return;
    this.#computing = true;
    try {
      await this.#compute(this.#pretrained, missing.slice(0, batchSize));
    } finally {
      this.#computing = false;
    }
  }

  get #net(): string {
    return this.#url.slice(this.#url.lastIndexOf("/") + 1);
  }

  async #trainOnFeatures(labelled: Labelled, { signal, tell }: Training): Promise<Learned> {
    this.#pretrained ??= await this.#fetch(signal, tell);
    const missing = this.#album.without(this.#net, labelled.pictures);
    for (let from = 0; from < missing.length; from += batchSize) {
      tell({ stage: "features", part: from / missing.length });
      await this.#compute(this.#pretrained, missing.slice(from, from + batchSize));
      signal.throwIfAborted();
    }
    const features = labelled.pictures.map((id) => this.#album.features(this.#net, id) ?? gone());
    const progressed = (part: number) => {
      signal.throwIfAborted();
      tell({ stage: "fitting", part });
    };
    return learnFromFeatures(this.#pretrained, { ...labelled, features }, { progressed, seed });
  }

  async #trainFromNothing(labelled: Labelled, { signal, tell }: Training): Promise<Learned> {
    const bytes = labelled.pictures.map((id) => this.#album.bytes(id) ?? gone());
    const progressed = (part: number) => tell({ stage: "fitting", part });
    const testing = (part: number) => tell({ stage: "testing", part });
    return learnFromNothing({ ...labelled, bytes }, { progressed, testing, seed, signal });
  }

  async #fetch(signal: AbortSignal, tell: Training["tell"]): Promise<Pretrained> {
    tell({ stage: "fetching", part: 0 });
    const bytes = await fetchFile(this.#url, { signal, arrived: (part) => tell({ stage: "fetching", part }) });
    try {
      return new Pretrained(bytes);
    } catch (error) {
      throw new NotFetched(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  #compute(pretrained: Pretrained, ids: readonly string[]): Promise<void> {
    return this.#album.compute(this.#net, ids, (pictures) => pretrained.featuresOf(pictures));
  }
}

/** The pictures that are there, with the class of each. */
function labelledOf(classes: readonly ClassPictures[], album: Album): Labelled {
  const all = classes.flatMap(({ pictures }, label) => pictures.map((id) => ({ id, label })));
  const there = all.filter(({ id }) => album.bytes(id) !== null);
  return {
    pictures: there.map(({ id }) => id),
    labels: Int32Array.from(there, ({ label }) => label),
    classes: classes.map(({ name }) => name),
  };
}

function gone(): never {
  throw new Error("internal: a picture has gone during the training");
}
