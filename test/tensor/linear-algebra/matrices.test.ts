// Linear algebra on matrices that are hard for its algorithms, and what it refuses.
import {
  arange,
  cholesky,
  compile,
  det,
  eigh,
  eye,
  grad,
  inverse,
  jvp,
  manualSeed,
  qr,
  randn,
  slogdet,
  solve,
  solveTriangular,
  svd,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "chainrule";
import { beforeEach, describe, expect, it } from "vitest";

beforeEach(() => {
  manualSeed(11);
});

const random = (...shape: number[]) => randn(shape, { dtype: "float64" });
const identity = (n: number) => eye(n).to("float64");
const difference = (a: Tensor, b: Tensor) => a.sub(b).abs().max().item();
const orthogonal = (n: number) => qr(random(n, n)).q;
/** Q diag(d) Qᵀ with a random orthogonal Q. */
function withEigenvalues(d: readonly number[]): Tensor {
  const q = orthogonal(d.length);
  return q.mul(tensor(Float64Array.from(d))).matmul(q.transpose());
}
const powers = (n: number, decades: number) => Array.from({ length: n }, (_, i) => 10 ** ((-decades * i) / n));

const hard: Readonly<Record<string, (n: number) => Tensor>> = {
  random: (n) => random(n, n).add(random(n, n).transpose()),
  hilbert: (n) => arange(n).reshape([n, 1]).add(arange(n)).add(1).to("float64").reciprocal(),
  "all equal": (n) => identity(n).mul(0).add(1),
  "eigenvalues close to 1": (n) => withEigenvalues(Array.from({ length: n }, (_, i) => 1 + i * 1e-9)),
  "eigenvalues of 16 orders of magnitude": (n) => withEigenvalues(powers(n, 16)),
  "rows of 8 orders of magnitude": (n) => {
    const scale = tensor(Float64Array.from(powers(n, 8)));
    return random(n, n)
      .mul(scale)
      .mul(scale.reshape([n, 1]));
  },
  "second differences": (n) => {
    const apart = arange(n).reshape([n, 1]).sub(arange(n)).abs();
    return apart.eq(0).to("float64").mul(2).sub(apart.eq(1).to("float64"));
  },
  "one beside the diagonal": (n) => identity(n).flip(0),
  zero: (n) => identity(n).mul(0),
};

describe.each(Object.entries(hard))("eigenvalues and singular values, %s", (_, make) => {
  it.each([2, 15, 32])("of size %i", (n) => {
    const a = make(n);
    const lower = a.tril().add(a.tril(-1).transpose());
    const bound = 1e-13 * Math.max(lower.abs().max().item(), 1e-300) * n;
    const { eigenvalues, eigenvectors } = eigh(a);
    expect(difference(eigenvectors.mul(eigenvalues).matmul(eigenvectors.transpose()), lower)).toBeLessThanOrEqual(
      bound,
    );
    expect(difference(eigenvectors.transpose().matmul(eigenvectors), identity(n))).toBeLessThan(1e-13 * n);
    expect(
      eigenvalues
        .slice([1])
        .ge(eigenvalues.slice([0, -1]))
        .all()
        .item(),
    ).toBe(1);
    const { u, s, vh } = svd(a);
    expect(difference(u.mul(s).matmul(vh), a)).toBeLessThanOrEqual(bound);
    for (const side of [u, vh]) expect(difference(side.matmul(side.transpose()), identity(n))).toBeLessThan(1e-13 * n);
  });
});

it("singular values of matrices without full rank: the columns of U are orthonormal all the same", () => {
  const a = random(6, 2).matmul(random(2, 4));
  const { u, s, vh } = svd(a);
  expect([u.shape, s.shape, vh.shape]).toEqual([[6, 6], [4], [4, 4]]);
  expect(difference(u.transpose().matmul(u), identity(6))).toBeLessThan(1e-14);
  expect(difference(u.slice(null, [0, 4]).mul(s).matmul(vh), a)).toBeLessThan(1e-13);
  expect(s.slice([2]).max().item()).toBeLessThan(1e-14);
});

it("large matrices run as programs, with the results of their operations one by one", () => {
  const [a, b] = [random(90, 90), random(90, 3)];
  expect(difference(a.matmul(solve(a, b)), b)).toBeLessThan(1e-11);
  // Within a transformation the operations run one by one.
  const many = random(2, 8, 8);
  const one = many.slice(0);
  expect(difference(vmap((x: Tensor) => eigh(x).eigenvalues)(many).slice(0), eigh(one).eigenvalues)).toBeLessThan(
    1e-13,
  );
});

it("goes through transformations and compile", () => {
  const [a, t] = [random(2, 3, 3), random(2, 3, 3)];
  const { value, tangent } = jvp(inverse, [a], [t]);
  expect(difference(tangent, value.matmul(t).matmul(value).neg())).toBeLessThan(1e-12);
  const logarithm = (x: Tensor) => slogdet(x).logabsdet.sum();
  expect(difference(compile(grad(logarithm))(a), inverse(a).transpose())).toBeLessThan(1e-12);
  expect(difference(vmap(grad(det))(a), vmap((x: Tensor) => inverse(x).transpose().mul(det(x)))(a))).toBeLessThan(
    1e-12,
  );
});

it("the determinant of a singular matrix has its cofactors as gradient", () => {
  const a = tensor(
    [
      [1, 2, 3],
      [2, 4, 6],
      [0, 1, 5],
    ],
    { dtype: "float64" },
  );
  const cofactors = tensor(
    [
      [14, -10, 2],
      [-7, 5, -1],
      [0, 0, 0],
    ],
    { dtype: "float64" },
  );
  expect(difference(grad(det)(a), cofactors)).toBeLessThan(1e-12);
});

it("a singular system has no finite solution, a matrix that is not positive definite no factor", () => {
  expect(solve(identity(2).mul(0), random(2, 1)).isfinite().any().item()).toBe(0);
  expect(
    cholesky(
      tensor(
        [
          [1, 2],
          [2, 1],
        ],
        { dtype: "float64" },
      ),
    )
      .isnan()
      .any()
      .item(),
  ).toBe(1);
});

it("says what it does not take", () => {
  const [square, wide] = [random(2, 2), random(2, 3)];
  expect(() => inverse(wide)).toThrow("inverse: takes square matrices, [..., N, N], not float64[2,3]");
  expect(() => det(random(2))).toThrow("det: takes a matrix or a batch of them, [..., M, N], not float64[2]");
  expect(() => qr(tensor([[1, 2]], { dtype: "int32" }))).toThrow('use to("float32") first');
  expect(() => solve(square, random(3, 1))).toThrow("solve: A is float64[2,2], so B needs 2 rows, not float64[3,1]");
  expect(() => solve(square, random(2, 1).to("float32"))).toThrow("solve: dtypes must agree");
  expect(() => solveTriangular(square, wide, {} as never)).toThrow("{ upper: true } or { upper: false }");
  expect(() => grad((x: Tensor) => qr(x, { mode: "complete" }).q.sum())(random(3, 2))).toThrow('use "reduced"');
});

it("matrices without rows, without columns, and batches of none", () => {
  const of = (...shape: number[]) => zeros(shape, { dtype: "float64" });
  const shapes = (...tensors: Tensor[]) => tensors.map(({ shape }) => [...shape]);
  expect(det(of(0, 0)).item()).toBe(1);
  expect(shapes(det(of(0, 5, 5)), inverse(of(2, 0, 0)), cholesky(of(2, 0, 0)))).toEqual([[0], [2, 0, 0], [2, 0, 0]]);
  expect(shapes(grad((x: Tensor) => det(x).sum())(of(0, 3, 3)))).toEqual([[0, 3, 3]]);
  expect(shapes(solveTriangular(of(2, 0, 0), of(2, 0, 3), { upper: true }))).toEqual([[2, 0, 3]]);
  for (const [m, n] of [
    [0, 3],
    [3, 0],
    [0, 0],
  ]) {
    const { q, r } = qr(of(2, m, n));
    expect(shapes(q, r)).toEqual([
      [2, m, 0],
      [2, 0, n],
    ]);
    const { u, s, vh } = svd(of(2, m, n));
    expect(shapes(u, s, vh)).toEqual([
      [2, m, m],
      [2, 0],
      [2, n, n],
    ]);
    expect(u.matmul(u.transpose()).sub(u).abs().sum().item()).toBe(0);
  }
});
