// The pretrained net: its file, which the site has and the page fetches when it is asked for, and the program that makes the features of 16
// pictures.
import { compile, noGrad, type Tensor, tensor } from "chainrule";
import { type ReadBackbone, readBackbone } from "chainrule/model";
import { numbersOf } from "./album.ts";

/** Larger batches are no faster. */
export const batchSize = 16;

/** The file did not arrive, or is not whole. */
export class NotFetched extends Error {}

export class Pretrained {
  readonly backbone: ReadBackbone;
  readonly #run: (pixels: Tensor) => Tensor;

  /** `bytes`: the file. */
  constructor(bytes: Uint8Array) {
    this.backbone = readBackbone(bytes);
    const { features, prepare } = this.backbone;
    this.#run = compile((pixels: Tensor) => noGrad(() => features(prepare(pixels))));
  }

  /** The features of up to 16 pictures [3, H, W]; the batch is filled up with black ones, so that one program serves all. */
  async featuresOf(pictures: readonly Uint8Array[]): Promise<Float32Array[]> {
    const shape = [batchSize, 3, ...this.backbone.input.size];
    const pixels = new Uint8Array(shape.reduce((size, dim) => size * dim, 1));
    for (const [n, picture] of pictures.entries()) pixels.set(picture, n * picture.length);
    const features = await numbersOf(this.#run(tensor(pixels, { shape })));
    const size = features.length / batchSize;
    return pictures.map((_, n) => features.slice(n * size, (n + 1) * size));
  }
}

/** Fetches a file; `arrived` is called with the part that is there, from 0 to 1. Throws NotFetched. */
export async function fetchFile(
  url: string,
  { signal, arrived }: { readonly signal: AbortSignal; readonly arrived: (part: number) => void },
): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || response.body === null)
      throw new NotFetched(`${response.status} ${response.statusText}`.trim());
    const total = Number(response.headers.get("Content-Length") ?? 0);
    const pieces: Uint8Array[] = [];
    let there = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      there += value.length;
      if (total > 0) arrived(Math.min(1, there / total));
    }
    return joined(pieces, there);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotFetched) throw error;
    throw new NotFetched(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
