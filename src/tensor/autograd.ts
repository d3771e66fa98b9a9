// Backward walks the graph once, in reverse. Each result holds the op that made it and the op's inputs, like a scalar Value; the gradient
// of the loss flows from a result to the inputs, and where several paths meet, their gradients are added.
import { ChainruleError } from "../errors/error.ts";
import type { Type } from "./dtype.ts";
import { isTransforming, plainTensorsIn } from "./levels.ts";
import { isRecording, withRecording } from "./mode.ts";
import type { Saved } from "./op.ts";
import { type Attributes, type OpName, opOf } from "./ops.ts";
import { rowsOf, withRows } from "./row-gradients.ts";
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

/** How a tensor was made: as the result of an op, or as one of the results of a call. */
export type History = OpHistory | OutputHistory | CallHistory;

export interface OpHistory {
  readonly kind: "op";
  readonly name: OpName;
  readonly attributes: Attributes<OpName>;
  readonly inputs: readonly Source[];
}

/** A call with several results, which is differentiated as a whole: the gradients of all its results are collected first. */
export interface CallHistory {
  readonly kind: "call";
  readonly name: string;
  readonly inputs: readonly Source[];
  /**
   * Computes the gradient of each wanted input from the gradients of the results, by the index of the result; null for an input on which
   * no result depends. `versionOf` gives the versions of tensors that `unchanged` compares with.
   */
  gradients(
    arrived: ReadonlyMap<number, Tensor>,
    wanted: readonly boolean[],
    versionOf: Versions,
  ): readonly (Tensor | null)[];
}

export interface OutputHistory {
  readonly kind: "output";
  readonly name: string;
  /** The source of the call, and no other. */
  readonly inputs: readonly Source[];
  readonly call: CallHistory;
  readonly index: number;
}

/** An input as it was when the op read it. A later `assign` may have given the tensor other contents, and removed its history. */
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

/** Where operations are recorded: in tensors that belong to no transformation, or in those of one level (tape.ts). */
export interface Tape {
  /** The level's id; 0 for tensors that belong to none. */
  readonly id: number;
  /** The source of a tensor as this tape sees it: a tensor of another level is a constant. */
  sourceOf(tensor: Tensor): Source;
  /** The tensor with which gradients are computed: that inside a tensor of the level. */
  below(tensor: Tensor): Tensor;
}

export const plainTape: Tape = { id: 0, sourceOf, below: (tensor) => tensor };

/** The history of the result with this index. The tensor in the source of the call is a placeholder, which is not read. */
export function outputOf(call: CallHistory, index: number): OutputHistory {
  const source = { ...call.inputs[0], history: call, requiresGrad: true };
  return { kind: "output", name: call.name, inputs: [source], call, index };
}

/** What gradients are added up for: a result, by its history, or a leaf. */
type Node = History | Tensor;

const nodeOf = ({ history, tensor }: Source): Node => history ?? tensor;

const noEnds: ReadonlySet<Node> = new Set();

/**
 * The sources below the roots that need a gradient, each before its inputs. The walk stops at `ends`. It is iterative, so that deep
 * graphs do not overflow the stack.
 */
function reverseOrder(roots: readonly Source[], ends: ReadonlySet<Node>): Source[] {
  const visited = new Set<Node>();
  const finished: Source[] = [];
  const stack: { source: Source; next: number }[] = [];
  const visit = (source: Source): void => {
    if (!source.requiresGrad || visited.has(nodeOf(source))) return;
    visited.add(nodeOf(source));
    stack.push({ source, next: 0 });
  };
  for (const root of roots) {
    visit(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const inputs = ends.has(nodeOf(top.source)) ? [] : (top.source.history?.inputs ?? []);
      if (top.next < inputs.length) visit(inputs[top.next++]);
      else {
        finished.push(top.source);
        stack.pop();
      }
    }
  }
  return finished.reverse();
}

export type Versions = (tensor: Tensor) => number;
const versionNow: Versions = (tensor) => tensor.version;

/** The tensor of a source; throws if it was assigned since the op read it. */
export function unchanged(
  { tensor, version }: Pick<Source, "tensor" | "version">,
  call: string,
  versionOf = versionNow,
): Tensor {
  if (versionOf(tensor) !== version) {
    throw new ChainruleError(
      "gradient",
      "backward",
      `${call} needs a tensor of shape [${tensor.shape}] that was assigned since; call backward before assign, or assign to a copy`,
    );
  }
  return tensor;
}

/** The tensors that a gradient rule may use. A result has version 0 when it is made; after `assign` its contents are lost, and y throws. */
function saved(
  source: Source,
  history: OpHistory,
  dy: Tensor,
  { apply, versionOf, tape }: Flow,
): Saved<Attributes<OpName>> {
  const input = (position: number) => tape.below(unchanged(history.inputs[position], history.name, versionOf));
  return {
    dy,
    get y() {
      return tape.below(unchanged({ ...source, version: 0 }, history.name, versionOf));
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
    attributes: history.attributes,
    apply,
  };
}

interface Flow {
  readonly tape: Tape;
  readonly order: readonly Source[];
  /** The gradients that have arrived at each node so far. */
  readonly gradients: Map<Node, Tensor>;
  readonly apply: Apply;
  /** The version of a tensor that `unchanged` compares with. */
  readonly versionOf: Versions;
  /** Whether the gradient of this node is needed. */
  readonly wants: (node: Node) => boolean;
  /** Receives each node at which the flow ends, with its whole gradient. */
  readonly arrive: (source: Source, gradient: Tensor) => void;
  readonly ends: ReadonlySet<Node>;
}

/** Propagates the gradients from the roots down to the ends. */
function flow(down: Flow): void {
  const { order, gradients, wants, arrive, ends } = down;
  const outputs = new Map<CallHistory, Map<number, Tensor>>();
  const send = (input: Source, dx: Tensor): void => {
    const sum = gradients.get(nodeOf(input));
    gradients.set(nodeOf(input), sum === undefined ? dx : sum.add(dx));
  };
  for (const source of order) {
    const node = nodeOf(source);
    const { history } = source;
    if (history?.kind === "call") {
      const arrived = outputs.get(history);
      if (arrived === undefined) continue;
      const wanted = history.inputs.map((input) => input.requiresGrad && wants(nodeOf(input)));
      history.gradients(arrived, wanted, down.versionOf).forEach((dx, position) => {
        if (dx !== null && wanted[position]) send(history.inputs[position], dx);
      });
      continue;
    }
    const dy = gradients.get(node);
    if (dy === undefined) continue;
    gradients.delete(node);
    if (history === null || ends.has(node)) arrive(source, dy);
    else if (history.kind === "op") throughOp(source, history, dy, down, send);
    else {
      const arrived = outputs.get(history.call) ?? new Map<number, Tensor>();
      outputs.set(history.call, arrived.set(history.index, dy));
    }
  }
}

/** Sends the gradient of an op's result to those of its inputs that need one. */
function throughOp(
  source: Source,
  history: OpHistory,
  dy: Tensor,
  down: Flow,
  send: (input: Source, dx: Tensor) => void,
): void {
  const { vjp } = opOf(history.name);
  if (vjp === null) return;
  const context = saved(source, history, dy, down);
  history.inputs.forEach((input, position) => {
    if (!input.requiresGrad || !down.wants(nodeOf(input))) return;
    tracing()?.differentiates(plainTensorsIn(source.tensor)[0]);
    send(input, vjp(context, position));
  });
  tracing()?.differentiates(null);
}

/** Adds d(Σ root · gradient)/d leaf to the grad of every leaf below root. */
export function backward(root: Tensor, gradient: Tensor, apply: Apply): void {
  const arrived: [Tensor, Tensor][] = [];
  withRecording(false, () => {
    const source = sourceOf(root);
    flow({
      tape: plainTape,
      order: reverseOrder([source], noEnds),
      gradients: new Map([[nodeOf(source), gradient]]),
      apply,
      versionOf: versionNow,
      ends: noEnds,
      wants: () => true,
      arrive: ({ tensor }, dx) => arrived.push([tensor, dx]),
    });
    // Grads are set only now, so that a backward pass that throws leaves every grad as it was.
    for (const [leaf, dx] of arrived)
      leaf.grad = leaf.grad === null ? withRows(dx.detach(), rowsOf(dx)) : leaf.grad.add(dx);
  });
}

/** The leaves below the roots that require a gradient. */
export function leavesOf(roots: readonly Tensor[]): Tensor[] {
  return reverseOrder(roots.map(sourceOf), noEnds).flatMap(({ tensor, history }) => (history === null ? [tensor] : []));
}

/**
 * The gradients of Σ root · weight with respect to the targets, which are tensors that the roots were computed from; null for a target on
 * which no root depends. No grad is changed. If the targets have a history, or the roots depend on other leaves too, the gradients have a
 * history themselves and can be differentiated again.
 */
export function gradientsOf(
  roots: readonly Tensor[],
  targets: readonly Tensor[],
  weights: readonly Tensor[],
  apply: Apply,
  { versionOf = versionNow, tape = plainTape }: { readonly versionOf?: Versions; readonly tape?: Tape } = {},
): (Tensor | null)[] {
  const nodeIn = (tensor: Tensor): Node => nodeOf(tape.sourceOf(tensor));
  const ends = new Set(targets.map(nodeIn));
  const order = reverseOrder(roots.map(tape.sourceOf), ends);
  const onPath = new Set<Node>();
  for (const source of order.toReversed()) {
    const node = nodeOf(source);
    if (ends.has(node) || source.history?.inputs.some((input) => input.requiresGrad && onPath.has(nodeOf(input))))
      onPath.add(node);
  }
  const hasHistory =
    targets.some(({ history }) => history !== null) ||
    order.some((source) => source.history === null && !ends.has(source.tensor));
  const results = new Map<Node, Tensor>();
  const isNeeded = hasHistory || isTransforming() || tape.id > 0;
  const run = (body: () => void) => (isRecording() && !isNeeded ? withRecording(false, body) : body());
  run(() => {
    flow({
      tape,
      order,
      gradients: sumsOf(roots.map((root, i) => [nodeIn(root), weights[i]])),
      apply,
      versionOf,
      ends,
      wants: (node) => onPath.has(node),
      arrive: (source, dx) => results.set(nodeOf(source), dx),
    });
  });
  return targets.map((target) => results.get(nodeIn(target)) ?? null);
}

/** The gradients by their nodes. A root may be listed twice. */
function sumsOf(gradients: readonly (readonly [Node, Tensor])[]): Map<Node, Tensor> {
  const sums = new Map<Node, Tensor>();
  for (const [node, gradient] of gradients) sums.set(node, sums.get(node)?.add(gradient) ?? gradient);
  return sums;
}
