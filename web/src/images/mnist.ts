// MNIST as it comes to the page: in shares of 10,000 pictures, fetched when they are wanted, kept once they are there. What goes wrong on
// the way is told in words, and the next attempt asks only for what is missing.
import { type Tensor, tensor } from "chainrule";
import { type Dataset, readIdx } from "chainrule/data";
import { aboutFile, Missing } from "./trouble.ts";

const digits: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
export const shares = 6;
export const shareSize = 10_000;
/** Of a share's file, where the server does not say. */
const usualBytes = 1_640_000;

/** 0 to 1, of all that was asked for. */
export type Progress = (part: number) => void;

interface Share {
  readonly images: Tensor;
  readonly labels: Tensor;
}

export class Mnist {
  readonly #base: string;
  readonly #kept = new Map<string, Promise<Share>>();
  #joined: { readonly count: number; readonly train: Dataset } | null = null;

  constructor(base: string) {
    this.#base = base;
  }

  test(progress: Progress): Promise<Dataset> {
    return this.#share("test", progress).then((share) => ({ ...share, classes: digits }));
  }

  /** The first shares of those to learn from. */
  async train(count: number, progress: Progress): Promise<Dataset> {
    const parts = new Array<number>(count).fill(0);
    const fetched: Share[] = [];
    // One after the other: the first is of use before the last.
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
    const known = this.#kept.get(name);
    if (known !== undefined) return known.finally(() => progress(1));
    const coming = this.#fetchShare(name, progress);
    this.#kept.set(name, coming);
    coming.catch(() => this.#kept.delete(name));
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
      throw new Missing(`Could not fetch ${file}: ${reason}.`, { cause: error });
    });
    return readIdx(bytes).catch((error: unknown) => {
      throw aboutFile(error, (words) => `${file} came damaged: ${words}.`, Missing);
    });
  }

  async #bytes(file: string, progress: Progress): Promise<Uint8Array> {
    const response = await fetch(new URL(`data/${file}`, this.#base));
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    if (response.body === null) throw new Error("the answer is empty");
    const expected = Number(response.headers.get("Content-Length")) || usualBytes;
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
