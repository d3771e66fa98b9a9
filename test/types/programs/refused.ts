// What the types refuse: each line below would be an error without its comment, and the comment is one without an error.
import { Adam, type Layer, Linear, Module, ones, Sequential, type Tensor } from "chainrule";

class Pair extends Module {
  forward(x: Tensor, y: Tensor): Tensor {
    return x.add(y);
  }
}
class Bare extends Module {}

export function refused(x: Tensor): unknown[] {
  const model = new Sequential(new Linear(1, 1));
  // @ts-expect-error a pair of tensors goes in
  const pair: Layer = new Pair();
  return [
    pair,
    // @ts-expect-error a module has no forward of its own
    new Bare().forward(x),
    // @ts-expect-error what composes takes layers
    new Sequential(new Bare()),
    // @ts-expect-error there is no layer 1
    model[1].weight,
    // @ts-expect-error a misspelt option
    new Adam(model.parameters(), { learningRate: 1 }),
    // @ts-expect-error options for a dim
    x.sum({ dim: 1 }),
    // @ts-expect-error an array for a tensor
    model.forward([1, 2]),
    // @ts-expect-error more layers' inputs than there are
    model.forward(x, x),
    // @ts-expect-error sizes one by one
    x.reshape(1, 1),
    // @ts-expect-error three parts, not four
    x.chunk(3)[3].size,
    // @ts-expect-error a size in quotes
    new Linear("3", 4),
    ones([1]),
  ];
}
