// Products of a matrix and a row or a column read the matrix in place, whichever way it is stored, and have the bits of plain loops.
import { compile, rand, type Tensor, tensor } from "chainrule";
import { expect, it } from "vitest";

const [size, terms] = [70, 530];

/** The sums of a product in float32, in ascending order of the terms. */
function sums(count: number, term: (result: number, k: number) => number): number[] {
  return Array.from({ length: count }, (_, result) => {
    let sum = 0;
    for (let k = 0; k < terms; k++) sum = Math.fround(sum + Math.fround(term(result, k)));
    return sum;
  });
}

const x = rand([terms]);
const [byResults, byTerms] = [rand([terms, size]), rand([size, terms])];
/** The element of result i and term k. */
const at = {
  byResults: (i: number, k: number) => byResults.data[k * size + i],
  byTerms: (i: number, k: number) => byTerms.data[i * terms + k],
};

it.each<[string, (x: Tensor) => Tensor, "byResults" | "byTerms", string]>([
  ["a row, the matrix by rows", (x) => x.reshape([1, terms]).matmul(byResults), "byResults", "1×32"],
  ["a row, the matrix transposed", (x) => x.reshape([1, terms]).matmul(byTerms.transpose(0, 1)), "byTerms", "1×8"],
  ["a column, the matrix by rows", (x) => byTerms.matmul(x.reshape([terms, 1])), "byTerms", "1×8"],
  [
    "a column, the matrix transposed",
    (x) => byResults.transpose(0, 1).matmul(x.reshape([terms, 1])),
    "byResults",
    "1×32",
  ],
])("%s", (_, f, matrix, tile) => {
  for (const finish of [(y: Tensor) => y, (y: Tensor) => y.add(1).relu()]) {
    const program = compile((x: Tensor) => finish(f(x)), { threads: 1, relaxed: false });
    const expected = sums(size, (i, k) => x.data[k] * at[matrix](i, k));
    expect([...program(x).data]).toEqual(expected.map((sum) => finish(tensor(sum)).item()));
    expect(program.explain()).toMatch(new RegExp(`k0 matmul\\w*: .*tiles of ${tile}, A in place, B in place`));
  }
});
