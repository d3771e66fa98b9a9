// The names that users rely on, with their signatures, as they were promised: tensors, what makes and joins them, derivatives and
// compile. See api.test.ts for the rest, and for how it is judged.

import type { Compiled, DType, Nested, Tensor, TypedArray } from "chainrule";
import * as chainrule from "chainrule";
import { expect, it } from "vitest";

type Shape = readonly number[];
type Dims = number | readonly number[];
type Operand = Tensor | number;
type Make = { dtype?: DType; requiresGrad?: boolean };
type Spread = { correction?: number; keepdim?: boolean };
type Range = null | number | readonly [start?: number | null, stop?: number | null, step?: number];
type Pair = [number, number];
type Window = { stride?: number | Pair; padding?: number | Pair };

/** The methods of a tensor. */
interface Methods {
  read(): Promise<TypedArray>;
  item(): number;
  toArray(): Nested;
  toString(): string;
  backward(gradient?: Tensor): void;
  detach(): Tensor;
  to(dtype: DType): Tensor;
  assign(value: Tensor): Tensor;
  add(o: Operand): Tensor;
  sub(o: Operand): Tensor;
  mul(o: Operand): Tensor;
  div(o: Operand): Tensor;
  pow(o: Operand): Tensor;
  maximum(o: Operand): Tensor;
  minimum(o: Operand): Tensor;
  eq(o: Operand): Tensor;
  ne(o: Operand): Tensor;
  lt(o: Operand): Tensor;
  le(o: Operand): Tensor;
  gt(o: Operand): Tensor;
  ge(o: Operand): Tensor;
  logicalAnd(o: Tensor): Tensor;
  logicalOr(o: Tensor): Tensor;
  logicalNot(): Tensor;
  isnan(): Tensor;
  isfinite(): Tensor;
  neg(): Tensor;
  abs(): Tensor;
  sign(): Tensor;
  exp(): Tensor;
  expm1(): Tensor;
  log(): Tensor;
  log1p(): Tensor;
  sqrt(): Tensor;
  rsqrt(): Tensor;
  square(): Tensor;
  reciprocal(): Tensor;
  sin(): Tensor;
  cos(): Tensor;
  erf(): Tensor;
  floor(): Tensor;
  ceil(): Tensor;
  round(): Tensor;
  tanh(): Tensor;
  sigmoid(): Tensor;
  relu(): Tensor;
  gelu(): Tensor;
  silu(): Tensor;
  softplus(): Tensor;
  leakyRelu(slope?: number): Tensor;
  clamp(min?: number, max?: number): Tensor;
  where(condition: Tensor, other: Operand): Tensor;
  sum(dim?: Dims, keepdim?: boolean): Tensor;
  mean(dim?: Dims, keepdim?: boolean): Tensor;
  prod(dim?: number, keepdim?: boolean): Tensor;
  max(dim?: Dims, keepdim?: boolean): Tensor;
  min(dim?: Dims, keepdim?: boolean): Tensor;
  argmax(dim?: number, keepdim?: boolean): Tensor;
  argmin(dim?: number, keepdim?: boolean): Tensor;
  variance(dim?: Dims, options?: Spread): Tensor;
  std(dim?: Dims, options?: Spread): Tensor;
  any(dim?: Dims, keepdim?: boolean): Tensor;
  all(dim?: Dims, keepdim?: boolean): Tensor;
  topk(k: number, dim?: number): { values: Tensor; indices: Tensor };
  logsumexp(dim?: Dims, keepdim?: boolean): Tensor;
  softmax(dim?: number): Tensor;
  logSoftmax(dim?: number): Tensor;
  cumsum(dim: number): Tensor;
  matmul(o: Tensor): Tensor;
  reshape(shape: Shape): Tensor;
  flatten(startDim?: number, endDim?: number): Tensor;
  transpose(dim0?: number, dim1?: number): Tensor;
  permute(dims: Shape): Tensor;
  squeeze(dim?: number): Tensor;
  unsqueeze(dim: number): Tensor;
  expand(shape: Shape): Tensor;
  slice(...ranges: Range[]): Tensor;
  tril(diagonal?: number): Tensor;
  triu(diagonal?: number): Tensor;
  pad(widths: readonly (readonly [before: number, after: number])[], value?: number): Tensor;
  flip(dims: Dims): Tensor;
  indexSelect(dim: number, index: Tensor): Tensor;
  gather(dim: number, index: Tensor): Tensor;
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor;
  oneHot(classes: number): Tensor;
  split(size: number, dim?: number): Tensor[];
}

/** The functions without type parameters of their own. */
interface Functions {
  tensor(values: Nested | TypedArray, options?: { shape?: Shape; dtype?: DType; requiresGrad?: boolean }): Tensor;
  zeros(shape: Shape, options?: Make): Tensor;
  ones(shape: Shape, options?: Make): Tensor;
  full(shape: Shape, value: number, options?: Make): Tensor;
  arange(start: number, stop?: number, step?: number): Tensor;
  linspace(start: number, stop: number, steps: number): Tensor;
  eye(n: number): Tensor;
  rand(shape: Shape, options?: Make): Tensor;
  randn(shape: Shape, options?: Make): Tensor;
  randperm(n: number): Tensor;
  multinomial(probabilities: Tensor, count: number): Tensor;
  manualSeed(seed: number): void;
  threadsReady(): Promise<number>;
  concat(tensors: readonly Tensor[], dim?: number): Tensor;
  stack(tensors: readonly Tensor[], dim?: number): Tensor;
  conv2d(
    x: Tensor,
    weight: Tensor,
    bias?: Tensor | null,
    options?: {
      stride?: number | Pair;
      padding?: number | Pair | "same";
      dilation?: number | Pair;
      groups?: number;
    },
  ): Tensor;
  maxPool2d(x: Tensor, kernelSize: number | Pair, options?: Window): Tensor;
  avgPool2d(x: Tensor, kernelSize: number | Pair, options?: Window): Tensor;
  checkGradients(
    f: (...args: Tensor[]) => Tensor,
    args: readonly Tensor[],
    options?: { h?: number; tolerance?: number },
  ): { ok: boolean; worst: number };
}

type Callable = (...args: never) => unknown;

/** true, or the name of what does not take or give what is promised. Methods are compared as strictly as values. */
type Holds<Promised, Kept, Name extends keyof Promised & keyof Kept> = Promised[Name] extends Callable
  ? Kept[Name] extends Callable
    ? Parameters<Promised[Name]> extends Parameters<Kept[Name]>
      ? ReturnType<Kept[Name]> extends ReturnType<Promised[Name]>
        ? true
        : ["it gives something else", Name]
      : ["it takes something else", Name]
    : ["it is no function", Name]
  : never;

type Broken<Promised, Kept> = {
  [Name in keyof Promised]: Name extends keyof Kept
    ? Holds<Promised, Kept, Name> extends true
      ? never
      : Holds<Promised, Kept, Name>
    : ["it does not exist", Name];
}[keyof Promised];

/** Not assignable to this: whatever is broken. */
type None<Broken extends never> = Broken;

/** What can be read of a tensor, and set. */
const properties = (x: Tensor) => {
  const [shape, dtype, size, ndim, data]: [Shape, DType, number, number, TypedArray] = [
    x.shape,
    x.dtype,
    x.size,
    x.ndim,
    x.data,
  ];
  const grad: Tensor | null = x.grad;
  x.grad = grad;
  x.requiresGrad = x.requiresGrad === true;
  return [shape, dtype, size, ndim, data.length];
};

/** What has type parameters, used as promised. */
const generic = () => {
  const scaled = (x: Tensor, y: Tensor): Tensor => x.mul(y).sum();
  const [x, y] = [chainrule.tensor([2]), chainrule.tensor([3])];
  const slope: Tensor = chainrule.grad(scaled)(x, y);
  const { value, grads }: { value: Tensor; grads: Tensor[] } = chainrule.valueAndGrad(scaled)(x, y);
  const count: number = chainrule.noGrad(() => 1);
  const options = { threads: 1, backend: "reference", relaxed: true, checkFinite: false } as const;
  const double: Compiled<[x: Tensor, by: number], { y: Tensor }> = chainrule.compile(
    (x: Tensor, by: number) => ({ y: x.mul(by) }),
    options,
  );
  const { y: doubled }: { y: Tensor } = double(x, 2);
  const texts: [string, string] = [double.explain(), double.profile(x, 2)];
  const { result, report }: { readonly result: { y: Tensor }; readonly report: string } = double.profiled(x, 2);
  return [slope, value, ...grads, doubled, result.y]
    .map((tensor) => tensor.item())
    .concat(count, [...texts, report].length);
};

it("the methods and functions are as promised, or this file would not compile", () => {
  const broken: readonly (None<Broken<Methods, Tensor>> | None<Broken<Functions, typeof chainrule>>)[] = [];
  expect(broken).toEqual([]);
});

it("a tensor has its properties, and what has type parameters keeps to them", () => {
  expect(properties(chainrule.zeros([2, 3]))).toEqual([[2, 3], "float32", 6, 2, 6]);
  expect(generic()).toEqual([3, 6, 3, 2, 4, 4, 1, 3]);
});
