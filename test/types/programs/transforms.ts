// Transformations as users write them: what they return has the types of the function that they take.
import {
  checkpoint,
  customGradient,
  functional,
  grad,
  hessian,
  jacobian,
  jvp,
  Linear,
  Module,
  type Tensor,
  tensor,
  valueAndGrad,
  vmap,
} from "chainrule";

/** A module of two inputs and two results. */
class Cell extends Module {
  readonly linear = new Linear(2, 2);
  forward(x: Tensor, options: { readonly times: number }): readonly [Tensor, Tensor] {
    const y = this.linear.forward(x);
    return [y, y.mul(options.times)];
  }
}

export function transformed(): Tensor[] {
  const x = tensor([[1, 2]]);
  const f = functional(new Cell());
  const parameters = new Map(new Cell().namedParameters());
  const [y, twice]: readonly [Tensor, Tensor] = f(parameters, x, { times: 2 });

  const loss = (p: ReadonlyMap<string, Tensor>, x: Tensor): Tensor => f(p, x, { times: 1 })[0].sum();
  const each: ReadonlyMap<string, Tensor> = vmap(grad(loss), { inDims: [null, 0] })(parameters, x);
  const { value, grads } = valueAndGrad((a: Tensor, b: { readonly w: Tensor }) => a.mul(b.w).sum())(x, { w: x });
  const [da, { w: dw }] = grads;
  const direction: Tensor = grad((x: Tensor) => x.sum())(x);

  const pair = jvp((a: Tensor, b: Tensor) => ({ sum: a.add(b), product: [a.mul(b)] }), [x, x], [x, x]);
  const matrices: Tensor[] = [jacobian((x) => x.mul(x), { mode: "forward" })(x), hessian((x) => x.sum())(x)];
  const named: { readonly a: Tensor } = vmap((a: Tensor, scale: number) => ({ a: a.mul(scale) }), {
    inDims: [0, null],
    outDims: 0,
    randomness: "same",
  })(x, 3);
  const rounded = customGradient(
    (x: Tensor) => x.round(),
    (gradient, { inputs: [x], result }) => gradient.mul(x).add(result),
  );
  const kept: [Tensor, number] = checkpoint((x: Tensor, n: number): [Tensor, number] => [x.mul(n), n])(x, 2);

  return [
    y,
    twice,
    ...each.values(),
    value,
    da,
    dw,
    direction,
    pair.value.sum,
    ...pair.tangent.product,
    ...matrices,
  ].concat([named.a, rounded(x), kept[0]]);
}
