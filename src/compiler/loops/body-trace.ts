// The step of a loop becomes a graph: it is traced once, inside of the trace around it. What it reads from outside of the loop is captured,
// and is an input of the loop. A tensor from outside that the step assigns, as the counter of the random generator, is a carry of the
// loop: each step begins with what the step before has left.
import { ChainruleError, internal } from "../../errors/error.ts";
import { describe, isFloating, type Type } from "../../tensor/dtype.ts";
import type { Operation } from "../../tensor/eager.ts";
import { wrappedIn } from "../../tensor/levels.ts";
import { isRecording } from "../../tensor/mode.ts";
import type { Storage } from "../../tensor/storage.ts";
import { apply, Tensor } from "../../tensor/tensor.ts";
import { type LoopCall, type LoopResult, type Tracer, withTracer } from "../../tensor/tracing.ts";
import { input, type Node, node } from "../graph.ts";
import { Regions } from "../regions.ts";
import { TracedStorage } from "../traced.ts";

/** A tensor of a step that stands for an input of the loop. */
export interface StandIn {
  readonly node: Node;
  readonly tensor: Tensor;
}

export class BodyTrace implements Tracer {
  readonly outer: Tracer;
  readonly #regions = new Regions();
  /** The tensors from outside that the step reads, with the nodes of their contents at the start of the step. */
  readonly #captured = new Map<Tensor, Node>();
  /** The tensors from outside that the step assigned, each with a function that undoes it. */
  readonly #before = new Map<Tensor, () => void>();
  readonly #last = new Map<Tensor, { readonly version: number; readonly node: Node }>();

  /** Records a loop inside of the step. */
  readonly #inner: (outer: Tracer, call: LoopCall) => LoopResult;

  constructor(outer: Tracer, inner: (outer: Tracer, call: LoopCall) => LoopResult) {
    this.outer = outer;
    this.#inner = inner;
  }

  // ── the calls that tensors make

  run({ name, inputs, attributes }: Operation): Storage {
    const operands = inputs.map((tensor) => this.nodeOf(tensor));
    return new TracedStorage(node(name, operands, attributes, { region: this.#regions.now() }), this);
  }
  loop(call: LoopCall): LoopResult {
    return this.#inner(this, call);
  }
  share(tensor: Tensor): Storage {
    return new TracedStorage(this.nodeOf(tensor), this);
  }
  reveal(tensor: Tensor, call: string): never {
    return this.outer.reveal(tensor, call);
  }
  assigns(tensor: Tensor): void {
    if (this.#isOwn(tensor) || this.#before.has(tensor)) return;
    if (tensor.requiresGrad)
      throw new ChainruleError(
        "gradient",
        "scan",
        `the step assigns ${describe(tensor)}, which wants a gradient; make it a part of the carry`,
      );
    this.nodeOf(tensor);
    this.#before.set(tensor, tensor.remember());
  }
  readsGrad(tensor: Tensor): void {
    if (!this.#isOwn(tensor)) this.outer.readsGrad(tensor);
  }
  writesGrad(tensor: Tensor): void {
    if (this.#isOwn(tensor)) return;
    throw new ChainruleError(
      "gradient",
      "scan",
      `the step gives ${describe(tensor)} a gradient, which the loop would have to add up; call backward() after the loop, or return grad() of what the step computes`,
    );
  }
  writesRequiresGrad(tensor: Tensor): void {
    if (!this.#isOwn(tensor)) this.outer.writesRequiresGrad(tensor);
  }
  readsMode(owner: object, name: string, read: () => boolean): void {
    this.outer.readsMode(owner, name, read);
  }
  writesMode(owner: object, name: string, write: () => void): void {
    this.outer.writesMode(owner, name, write);
  }
  made(tensor: Tensor): boolean {
    return this.#isOwn(tensor) && !this.#before.has(tensor);
  }
  differentiates(tensor: Tensor | null): void {
    const storage = tensor?.storage;
    this.#regions.differentiated = storage instanceof TracedStorage ? storage.node : null;
  }

  // ── the parts of the trace

  /**
   * A stand-in for an input. One whose gradient may be asked for is the result of an op, so that gradients with respect to it have a
   * history themselves and can be differentiated again.
   */
  standIn({ shape, dtype }: Type): StandIn {
    const made = input("argument", 0, { shape, dtype });
    const leaf = new Tensor(new TracedStorage(made, this), made);
    if (!isRecording() || !isFloating(dtype)) return { node: made, tensor: leaf };
    return withTracer(this, () => {
      leaf.requiresGrad = true;
      return { node: made, tensor: apply("reshape", [leaf], { shape }) };
    });
  }

  /** The node of a tensor's contents; captures it if it is from outside. */
  nodeOf(tensor: Tensor): Node {
    const { storage } = tensor;
    if (storage instanceof TracedStorage && storage.trace === this) return storage.node;
    const last = this.#last.get(tensor);
    if (last !== undefined) return last.node;
    const known = this.#captured.get(tensor);
    if (known !== undefined) return known;
    const made = input("argument", 0, tensor);
    this.#captured.set(tensor, made);
    return made;
  }

  /** The tensors from outside that were read so far. */
  get captured(): ReadonlyMap<Tensor, Node> {
    return this.#captured;
  }

  /** The version of a tensor as the step saw it when it ended. */
  versionOf(tensor: Tensor): number {
    return this.#last.get(tensor)?.version ?? tensor.version;
  }

  /** Ends the step: the tensors from outside that it assigned, with the nodes before and after it. They get their old contents back. */
  finish(): { readonly tensor: Tensor; readonly before: Node; readonly after: Node }[] {
    const assigned = [...this.#before.keys()].map((tensor) => {
      const before = this.#captured.get(tensor);
      if (before === undefined) throw internal("a step assigned a tensor that it has not captured");
      const after = this.nodeOf(tensor);
      this.#last.set(tensor, { version: tensor.version, node: after });
      return { tensor, before, after };
    });
    this.restore();
    return assigned;
  }

  /** Undoes what the step did to tensors from outside. */
  restore(): void {
    for (const restore of this.#before.values()) restore();
    this.#before.clear();
  }

  /** Whether a tensor was made in the step, as those of transformations are. */
  #isOwn(tensor: Tensor): boolean {
    const { storage } = tensor;
    return (storage instanceof TracedStorage && storage.trace === this) || wrappedIn(tensor) !== null;
  }
}
