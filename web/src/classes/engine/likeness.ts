// Whether a picture is like any that a model has learned from. A net always names one of its classes, also for a picture of something else. So
// the numbers before the last layer are compared with those of the learned pictures, by the angle between them:
//
//   distance(x) = 1 - max over learned pictures r of x · r / (|x| |r|)
//
// A picture is unlike all of them where its distance is larger than that of nine tenths of the learned pictures to the nearest other one. Of 33
// to 36 photographs in three classes, this was true of 9 to 15 % of the test pictures of these classes, and of 58 to 82 % of those of eight others.
import { tensor } from "chainrule";
import type { Method } from "../messages.ts";
import { numbersOf } from "./album.ts";

/** The part of the learned pictures that are nearer to another one than the limit. */
const quantile = 0.9;
/**
 * The least limit. Pictures of one recording are much alike, and by them alone any other picture of the same thing would be unlike. Numbers of the
 * small net are nearer to each other than those of the pretrained one.
 */
const least = { features: 0.45, conv: 0.12 } as const satisfies Record<Method, number>;

export interface Likeness {
  /** The numbers of the learned pictures as rows of length 1, [N, D]. */
  readonly rows: Float32Array;
  readonly size: number;
  readonly limit: number;
}

/** `numbers`: a row for each learned picture. */
export async function likenessOf(numbers: readonly Float32Array[], method: Method): Promise<Likeness> {
  const size = numbers[0].length;
  const count = numbers.length;
  const rows = new Float32Array(count * size);
  for (const [n, row] of numbers.entries()) rows.set(unit(row), n * size);
  const matrix = tensor(rows, { shape: [count, size] });
  const products = await numbersOf(matrix.matmul(matrix.transpose()));
  const nearest = Array.from({ length: count }, (_, n) => {
    let most = -1;
    for (let m = 0; m < count; m++) if (m !== n) most = Math.max(most, products[n * count + m]);
    return 1 - most;
  }).sort((a, b) => a - b);
  const limit = Math.max(least[method], nearest[Math.min(count - 1, Math.floor(quantile * count))]);
  return { rows, size, limit };
}

export function isUnlike({ rows, size, limit }: Likeness, numbers: Float32Array): boolean {
  const own = unit(numbers);
  let most = -1;
  for (let from = 0; from < rows.length; from += size) {
    let product = 0;
    for (let d = 0; d < size; d++) product += rows[from + d] * own[d];
    most = Math.max(most, product);
  }
  return 1 - most > limit;
}

/** The row with length 1; zeros stay zeros. */
function unit(row: Float32Array): Float32Array {
  const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
  return length === 0 ? row : row.map((x) => x / length);
}
