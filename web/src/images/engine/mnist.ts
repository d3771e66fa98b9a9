// MNIST as the page fetches it: in shares of 10,000 pictures, each fetched when it is first needed, and kept. A failed download is
// reported as text, and the next attempt fetches only the shares that are missing.
import { type Tensor, tensor } from "chainrule";
import { type Dataset, readIdx } from "chainrule/data";
import { aboutFile, Missing } from "../trouble.ts";

const digits: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
export const shares = 6;
export const shareSize = 10_000;
/** The size of a share's file, where the server sends no Content-Length. */
const shareBytes = 1_640_000;

/** Called with the fraction that has been fetched, 0 to 1. */
export type Progress = (part: number) => void;

interface Share {
  readonly images: Tensor;
  readonly labels: Tensor;
}

export class Mnist {
  readonly #base: string;
  readonly #fetched = new Map<string, Promise<Share>>();
  #joined: { readonly count: number; readonly train: Dataset } | null = null;

  constructor(base: string) {
    this.#base = base;
  }

  test(progress: Progress): Promise<Dataset> {
    return this.#share("test", progress).then((share) => ({ ...share, classes: digits }));
  }

  /** The first `count` shares of the training data, as one data set. */
  async train(count: number, progress: Progress): Promise<Dataset> {
    const parts = new Array<number>(count).fill(0);
    const fetched: Share[] = [];
    // One after the other: training can begin with the first share before the last has come.
    for (let n = 0; n < count; n++)
      fetched.push(
        await this.#share(`train-${n}`, (part) => {
          parts[n] = part;
          progress(parts.reduce((sum, one) => sum + one, 0) / count);
        }),
      );
    if (this.#joined?.count !== count) {
      this.#joined = { count, train: join(fetched) };
    }
    return this.#joined.train;
  }

  #share(name: string, progress: Progress): Promise<Share> {
    const earlier = this.#fetched.get(name);
    if (earlier !== undefined) return earlier.finally(() => progress(1));
    const coming = this.#fetchShare(name, progress);
    this.#fetched.set(name, coming);
    coming.catch(() => this.#fetched.delete(name));
    return coming;
  }

  async #fetchShare(name: string, progress: Progress): Promise<Share> {
    const images = await this.#idx(`mnist-${name}-images.idx.gz`, progress);
    const labels = await this.#idx(`mnist-${name}-labels.idx.gz`, () => {});
    const [count, height, width] = images.shape;
    progress(1);
    return { images: images.reshape([count, 1, height, width]), labels: labels.to("int32") };
  }

  async #idx(file: string, progress: Progress): Promise<Tensor> {
    const bytes = await this.#bytes(file, progress).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Missing({ about: "fetch", file, words: reason }, { cause: error });
    });
    return readIdx(bytes).catch((error: unknown) => {
      throw aboutFile(error, (words) => ({ about: "arrivedDamaged", file, words }), Missing);
    });
  }

  async #bytes(file: string, progress: Progress): Promise<Uint8Array> {
    const response = await fetch(new URL(`data/${file}`, this.#base));
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    if (response.body === null) throw new Error("the answer is empty");
    const expected = Number(response.headers.get("Content-Length")) || shareBytes;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
      progress(Math.min(0.99, length / expected));
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }
}

function join(all: readonly Share[]): Dataset {
  const total = all.reduce((sum, { labels }) => sum + labels.size, 0);
  const [, ...shape] = all[0].images.shape;
  const images = new Uint8Array(total * (all[0].images.size / all[0].labels.size));
  const labels = new Int32Array(total);
  let at = 0;
  for (const share of all) {
    images.set(share.images.data, (at * images.length) / total);
    labels.set(share.labels.data, at);
    at += share.labels.size;
  }
  return { images: tensor(images, { shape: [total, ...shape] }), labels: tensor(labels), classes: digits };
}
