// Backward: walk the graph once, in reverse. Each result remembers the op that made it and its inputs, like a scalar Value;
// the gradient of the loss flows from the result to the inputs, and where several paths meet it adds up.
import type { Type } from "./dtype.ts";
import { isRecording, withRecording } from "./mode.ts";
import type { Saved } from "./op.ts";
import { type OpName, opOf } from "./ops.ts";
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

/** How a tensor came about. */
export interface History {
  readonly name: OpName;
  readonly attributes: unknown;
  readonly inputs: readonly Source[];
}

/** An input as it was when the op read it: `assign` may have given the tensor other contents, and so no history, since. */
export interface Source {
  readonly tensor: Tensor;
  readonly version: number;
  readonly history: History | null;
  readonly requiresGrad: boolean;
}

type Apply = Saved<never>["apply"];

export function sourceOf(tensor: Tensor): Source {
  return { tensor, version: tensor.version, history: tensor.history, requiresGrad: tensor.requiresGrad };
}

/** What gradients add up at: the history of a result, or the leaf itself. */
type Node = History | Tensor;

const nodeOf = ({ history, tensor }: Source): Node => history ?? tensor;

const none: ReadonlySet<Node> = new Set();

/**
 * The sources under root that need a gradient, each before its inputs; iterative, so that deep graphs do not overflow. The
 * walk goes no further than `ends`.
 */
function reverseOrder(root: Source, ends: ReadonlySet<Node>): Source[] {
  const visited = new Set<Node>([nodeOf(root)]);
  const finished: Source[] = [];
  const stack: { source: Source; next: number }[] = [{ source: root, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const inputs = ends.has(nodeOf(top.source)) ? [] : (top.source.history?.inputs ?? []);
    if (top.next === inputs.length) {
      finished.push(top.source);
      stack.pop();
      continue;
    }
    const source = inputs[top.next++];
    if (!source.requiresGrad || visited.has(nodeOf(source))) continue;
    visited.add(nodeOf(source));
    stack.push({ source, next: 0 });
  }
  return finished.reverse();
}

function unchanged({ tensor, version }: Source, call: string): Tensor {
  if (tensor.version !== version) {
    throw new Error(
      `backward: ${call} needs a tensor of shape [${tensor.shape}] that was assigned since; call backward before assign, or assign to a copy`,
    );
  }
  return tensor;
}

/** A fresh result has version 0; `assign` on it since leaves nothing to compute the gradient from. */
function saved(source: Source, history: History, dy: Tensor, apply: Apply): Saved<never> {
  const input = (position: number) => unchanged(history.inputs[position], history.name);
  return {
    dy,
    get y() {
      return unchanged({ ...source, version: 0 }, history.name);
    },
    get x() {
      return input(0);
    },
    get a() {
      return input(0);
    },
    get b() {
      return input(1);
    },
    input,
    types: history.inputs.map(({ tensor }): Type => tensor),
    attributes: history.attributes as never,
    apply,
  };
}

interface Flow {
  readonly order: readonly Source[];
  readonly gradient: Tensor;
  readonly apply: Apply;
  /** Whether a gradient is to be taken further down to this node. */
  readonly wants: (node: Node) => boolean;
  /** Gets each node where the flow ends, with all that came to it. */
  readonly arrive: (source: Source, gradient: Tensor) => void;
  readonly ends: ReadonlySet<Node>;
}

/** Sends the gradient from the first of `order` down to the ends. */
function flow({ order, gradient, apply, wants, arrive, ends }: Flow): void {
  const gradients = new Map<Node, Tensor>([[nodeOf(order[0]), gradient]]);
  for (const source of order) {
    const node = nodeOf(source);
    const dy = gradients.get(node);
    if (dy === undefined) continue;
    gradients.delete(node);
    const { history } = source;
    if (history === null || ends.has(node)) {
      arrive(source, dy);
      continue;
    }
    const { vjp } = opOf(history.name);
    if (vjp === null) continue;
    const context = saved(source, history, dy, apply);
    history.inputs.forEach((input, position) => {
      if (!input.requiresGrad || !wants(nodeOf(input))) return;
      tracing()?.differentiates(source.tensor);
      const dx = vjp(context, position);
      const before = gradients.get(nodeOf(input));
      gradients.set(nodeOf(input), before === undefined ? dx : before.add(dx));
    });
    tracing()?.differentiates(null);
  }
}

/** Adds d root / d leaf, weighed with `gradient`, to the grad of every leaf under root. */
export function backward(root: Tensor, gradient: Tensor, apply: Apply): void {
  const arrived: [Tensor, Tensor][] = [];
  withRecording(false, () => {
    const order = reverseOrder(sourceOf(root), none);
    flow({
      order,
      gradient,
      apply,
      ends: none,
      wants: () => true,
      arrive: ({ tensor }, dx) => arrived.push([tensor, dx]),
    });
    // Only now: a backward pass that throws leaves every grad as it was.
    for (const [leaf, dx] of arrived) leaf.grad = leaf.grad === null ? dx.detach() : leaf.grad.add(dx);
  });
}

/**
 * The gradients of root with respect to some of the tensors it came from, null where it does not depend on one; no grad is
 * touched. They have a history of their own, so that they can be differentiated again, if root depends on anything else.
 */
export function gradientsOf(
  root: Tensor,
  targets: readonly Tensor[],
  gradient: Tensor,
  apply: Apply,
): (Tensor | null)[] {
  const ends = new Set(targets.map((target) => nodeOf(sourceOf(target))));
  const order = reverseOrder(sourceOf(root), ends);
  const useful = new Set<Node>();
  for (const source of order.toReversed()) {
    const node = nodeOf(source);
    if (ends.has(node) || source.history?.inputs.some((input) => input.requiresGrad && useful.has(nodeOf(input))))
      useful.add(node);
  }
  const again =
    targets.some(({ history }) => history !== null) ||
    order.some((source) => source.history === null && !ends.has(source.tensor));
  const found = new Map<Node, Tensor>();
  withRecording(isRecording() && again, () => {
    flow({
      order,
      gradient,
      apply,
      ends,
      wants: (node) => useful.has(node),
      arrive: (source, dx) => found.set(nodeOf(source), dx),
    });
  });
  return targets.map((target) => found.get(nodeOf(sourceOf(target))) ?? null);
}
