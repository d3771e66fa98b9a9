// A function of tensors becomes a Graph: it runs once, with tensors that have no numbers, and each operation is recorded. Other tensors than
// its arguments that it uses become states. Its assignments and the gradients that it leaves are undone after the trace and recorded, so
// that the program does them at each call.

import { ChainruleError } from "../errors/error.ts";
import { gradientsOf, leavesOf, type Source, sourceOf } from "../tensor/autograd.ts";
import { describe } from "../tensor/dtype.ts";
import type { Operation } from "../tensor/eager.ts";
import { wrappedIn } from "../tensor/levels.ts";
import { isPromise, isRecording, withRecording } from "../tensor/mode.ts";
import type { Storage } from "../tensor/storage.ts";
import { applyAny, Tensor } from "../tensor/tensor.ts";
import { type LoopCall, type LoopResult, type Tracer, withTracer } from "../tensor/tracing.ts";
import { type Reader, startWatching, type Written } from "../tensor/watch.ts";
import { type InputOf, input, isInput, type Node, node, type Update } from "./graph.ts";
import { traceLoop } from "./loops/traced-loop.ts";
import { keysGuard, propertyGuard } from "./properties.ts";
import { Regions } from "./regions.ts";
import { mapTensors } from "./structure.ts";
import { type GradEffect, type Guard, type OpenEnds, type Traced, TracedStorage } from "./traced.ts";
import { userLine } from "./user-line.ts";

class Trace implements Tracer, Reader {
  readonly #lines: boolean;
  readonly #nodes: Node[] = [];
  readonly #states = new Map<Tensor, InputOf<"state">>();
  readonly #standIns = new Set<Tensor>();
  /** The tensors from outside that the function changed, each with a function that undoes the change. */
  readonly #before = new Map<Tensor, { readonly storage: Storage; readonly restore: () => void }>();
  readonly #firstGrads = new Map<Tensor, Tensor | null>();
  readonly #cleared = new Set<Tensor>();
  readonly #guards = new Map<object, Map<string, Guard>>();
  readonly #setModes = new Map<object, Map<string, { readonly before: boolean | null; readonly write: () => void }>>();
  readonly #regions = new Regions();
  /** Whether the function gave a tensor from outside a gradient, or changed one that requires a gradient: it is a training step itself. */
  #trains = false;
  /** The versions of tensors from outside when the function returned, and the nodes of those that it changed. */
  readonly #last = new Map<Tensor, { readonly version: number; readonly node: Node | null }>();
  #returned = false;

  constructor({ lines }: { readonly lines: boolean }) {
    this.#lines = lines;
  }

  // ── the calls that tensors make

  run({ name, inputs, attributes }: Operation): Storage {
    const options = { region: this.#regions.now(), line: this.#line() };
    const operands = inputs.map((tensor) => this.#nodeOf(tensor));
    const made = node(name, operands, attributes, options);
    this.#nodes.push(made);
    return new TracedStorage(made, this);
  }
  loop(call: LoopCall): LoopResult {
    return traceLoop(this, call);
  }
  share(tensor: Tensor): Storage {
    return new TracedStorage(this.#contentsOf(tensor), this);
  }
  reveal(tensor: Tensor, call: string): never {
    throw new ChainruleError(
      "traced",
      call,
      `${describe(tensor)} has no contents while compile traces the function, which runs once for many calls${at()}; return the tensor and read it outside, and choose with where() instead of if`,
    );
  }
  assigns(tensor: Tensor): void {
    if (!this.#isTemporary(tensor) && this.#quietly(() => tensor.requiresGrad)) this.#trains = true;
    this.#note(tensor);
  }
  readsGrad(tensor: Tensor): void {
    if (this.#firstGrads.has(tensor) || this.made(tensor)) return;
    const before = this.#quietly(() => tensor.grad);
    this.#firstGrads.set(tensor, before);
    this.#guard(tensor, "grad", () => tensor.grad !== null);
  }
  writesGrad(tensor: Tensor, grad: Tensor | null): void {
    if (grad === null) this.#cleared.add(tensor);
    else if (!this.#isTemporary(tensor)) this.#trains = true;
    if (this.made(tensor)) return;
    this.#note(tensor);
    // The function overwrites the grad without reading it, so no program depends on its old value.
    if (!this.#firstGrads.has(tensor)) this.#firstGrads.set(tensor, null);
  }
  writesRequiresGrad(tensor: Tensor): void {
    if (this.made(tensor)) return;
    throw new ChainruleError(
      "traced",
      "requiresGrad",
      `cannot change on a tensor from outside while compile traces the function${at()}; set it before the call`,
    );
  }
  readsProperty(owner: object, key: string, value: unknown): void {
    this.#guardBy(owner, `.${key}`, () => propertyGuard(owner, key, value));
  }
  findsProperty(owner: object, key: string, value: unknown): void {
    this.#guardBy(owner, `found ${key}`, () => propertyGuard(owner, key, value));
  }
  readsKeys(owner: object): void {
    this.#guardBy(owner, "keys", () => keysGuard(owner));
  }
  readsMode(owner: object, name: string, read: () => boolean): void {
    if (owner instanceof Tensor && this.made(owner)) return;
    if (!this.#setModes.get(owner)?.has(name)) this.#guard(owner, name, read);
  }
  writesMode(owner: object, name: string, write: () => void): void {
    const modes = this.#setModes.get(owner) ?? new Map();
    this.#setModes.set(owner, modes.set(name, { write }));
  }
  differentiates(tensor: Tensor | null): void {
    const storage = tensor?.storage;
    this.#regions.differentiated = storage instanceof TracedStorage ? storage.node : null;
  }

  // ── the parts of the trace

  argument(index: number, tensor: Tensor): Tensor {
    const made = input("argument", index, tensor);
    this.#nodes.push(made);
    const standIn = new Tensor(new TracedStorage(made, this), made);
    this.#standIns.add(standIn);
    return standIn;
  }
  /** Whether a tensor was made in this trace, as those of transformations are. Tensors from outside that the function assigned were not. */
  made(tensor: Tensor): boolean {
    return (tensor.storage instanceof TracedStorage && !this.#before.has(tensor)) || wrappedIn(tensor) !== null;
  }
  /** Whether a tensor is an intermediate result of this trace: neither a stand-in of an argument nor from outside. */
  #isTemporary(tensor: Tensor): boolean {
    return this.made(tensor) && !this.#standIns.has(tensor);
  }
  #nodeOf(tensor: Tensor): Node {
    if (!(tensor.storage instanceof TracedStorage) && tensor.history !== null && isRecording()) {
      throw new ChainruleError(
        "gradient",
        "compile",
        `the function uses ${describe(tensor)}, the result of ${tensor.history.name} outside of it${at()}, and a gradient could not reach what it came from; compute it inside the function, or detach() it`,
      );
    }
    return this.#contentsOf(tensor);
  }
  #contentsOf(tensor: Tensor): Node {
    const { storage } = tensor;
    if (storage instanceof TracedStorage && storage.trace === this) return storage.node;
    const last = this.#returned ? this.#last.get(tensor)?.node : null;
    if (last) return last;
    if (!(storage instanceof TracedStorage)) return this.#stateOf(tensor);
    throw new ChainruleError(
      "traced",
      "compile",
      `${describe(tensor)} comes from a trace that is over${at()}; return it from the function that made it, or make it in this one`,
    );
  }
  #stateOf(tensor: Tensor): InputOf<"state"> {
    const existing = this.#states.get(tensor);
    if (existing) return existing;
    const state = input("state", this.#states.size, tensor);
    this.#states.set(tensor, state);
    return state;
  }
  /** Remembers a tensor from outside before its first change. */
  #note(tensor: Tensor): void {
    if (this.#before.has(tensor) || this.made(tensor)) return;
    this.#before.set(tensor, { storage: tensor.storage, restore: tensor.remember() });
  }
  #guard(owner: object, name: string, read: () => boolean): void {
    this.#guardBy(owner, name, () => ({ name, read, value: this.#quietly(read) }));
  }
  #guardBy(owner: object, name: string, make: () => Guard): void {
    const guards = this.#guards.get(owner) ?? new Map<string, Guard>();
    this.#guards.set(owner, guards);
    if (!guards.has(name)) guards.set(name, make());
  }
  /** Runs `read` without recording what it reads. */
  #quietly<T>(read: () => T): T {
    return withTracer(null, read);
  }
  #line(): string | null {
    if (!this.#lines) return null;
    const { differentiated } = this.#regions;
    return differentiated?.line ? `${differentiated.line} (its gradient)` : userLine();
  }
  /** Makes the graph and the list of effects, after the function has returned. */
  finish(returned: unknown, written: readonly Written[], standIns: readonly Tensor[]): Traced {
    const left = [returned, ...written.map(({ value }) => value)];
    // A property that each call sets, such as attention weights to be shown later, is not part of the model that a walk found.
    for (const { owner, key } of written) this.#guards.get(owner)?.delete(`found ${key}`);
    if (this.#trains) this.#quietly(() => this.#refuseOpenEnds(left, standIns));
    const { updates, grads, results, assigned } = this.#effects(left, standIns);
    const open = this.#trains ? null : this.#quietly(() => this.#openEnds(results));
    const states = [...this.#states];
    const nodes = [
      ...this.#nodes.filter(({ op }) => op === "argument"),
      ...states.map(([, state]) => state),
      ...this.#nodes.filter((made) => !isInput(made)),
    ];
    const order = new Map(states.map(([, state], i) => [state, i]));
    const graph = {
      nodes,
      updates: updates.sort((a, b) => (order.get(a.state) ?? 0) - (order.get(b.state) ?? 0)),
      results: results.map((tensor) => this.#nodeOf(tensor)),
    };
    for (const tensor of [...this.#states.keys(), ...this.#before.keys()]) {
      const { version, storage } = tensor;
      this.#last.set(tensor, { version, node: storage instanceof TracedStorage ? storage.node : null });
    }
    this.#returned = true;
    return {
      graph,
      states: states.map(([tensor]) => tensor),
      owners: [...this.#guards.keys()],
      guards: [...this.#guards.values()].flatMap((guards) => [...guards.values()]),
      modes: [...this.#setModes.values()].flatMap((modes) => [...modes.values()].map(({ write }) => write)),
      written,
      returned,
      results,
      grads,
      standIns: new Map(standIns.map((tensor, i) => [tensor, i])),
      assigned,
      open,
    };
  }

  #openEnds(results: readonly Tensor[]): OpenEnds | null {
    const outputs = new Map([...results.entries()].filter(([, { history }]) => history !== null));
    const leaves = leavesOf([...outputs.values()]).filter((leaf) => !this.#isTemporary(leaf));
    if (leaves.length === 0) return null;
    const versionOf = (tensor: Tensor) => this.#last.get(tensor)?.version ?? tensor.version;
    return {
      outputs,
      leaves,
      pullBack: (roots, targets, first) =>
        withTracer(this, () =>
          withRecording(false, () => {
            const weights = roots.map((root, i) => this.argument(first + i, root));
            const gradients = gradientsOf(roots, targets, weights, applyAny, { versionOf });
            return gradients.map((gradient) => gradient && this.#nodeOf(gradient));
          }),
        ),
    };
  }

  /** Throws where a result without history depends on an argument that requires a gradient: eagerly, a gradient would reach the argument. */
  #refuseOpenEnds(returned: unknown, standIns: readonly Tensor[]): void {
    const open = standIns.filter((tensor) => tensor.requiresGrad && tensor.grad === null && !this.#cleared.has(tensor));
    if (open.length === 0) return;
    const visited = new Set<unknown>();
    const visit = (sources: readonly Source[]): void => {
      for (let next = [...sources]; next.length > 0; ) {
        const source = next.pop();
        if (source === undefined || visited.has(source.history ?? source.tensor)) continue;
        const { tensor, history } = source;
        visited.add(history ?? tensor);
        const argument = standIns.indexOf(tensor);
        if (history === null && open.includes(tensor)) {
          throw new ChainruleError(
            "gradient",
            "compile",
            `a result depends on argument tensor ${argument}, ${describe(tensor)}, which wants a gradient, but results have no history; call backward() or grad() inside the function, or pass detach() of it`,
          );
        }
        next.push(...(history?.inputs ?? []));
      }
    };
    mapTensors(returned, (tensor) => {
      if (!standIns.includes(tensor)) visit([sourceOf(tensor)]);
    });
  }

  #effects(returned: unknown, standIns: readonly Tensor[]) {
    const updates = new Map<Node, Update>();
    const update = (tensor: Tensor, value: Node) => {
      const state = this.#stateOf(tensor);
      if (value !== state) updates.set(state, { state, value });
    };
    const grads: GradEffect[] = [];
    const results = new Set<Tensor>();
    const assigned: (readonly [number, Tensor])[] = [];
    this.#quietly(() => {
      for (const [tensor] of this.#before) {
        if (tensor.storage instanceof TracedStorage) update(tensor, tensor.storage.node);
      }
      for (const [tensor, first] of this.#firstGrads) {
        const { grad } = tensor;
        if (!this.#before.has(tensor) || grad === first) continue;
        if (grad === null || this.#cleared.has(tensor)) grads.push({ tensor, grad: null });
        else if (first !== null) update(first, this.#nodeOf(grad));
        else grads.push({ tensor, grad });
      }
      standIns.forEach((tensor, i) => {
        const { storage, grad } = tensor;
        if (storage instanceof TracedStorage && storage.node.op !== "argument") assigned.push([i, tensor]);
        if (this.#cleared.has(tensor)) grads.push({ tensor, grad: null });
        else if (grad !== null && !(grad.storage instanceof TracedStorage && grad.storage.node.op === "argument"))
          grads.push({ tensor, grad });
      });
    });
    for (const { grad } of grads) if (grad && this.made(grad)) results.add(grad);
    for (const [, tensor] of assigned) results.add(tensor);
    mapTensors(returned, (tensor) => {
      if (this.made(tensor) && !standIns.includes(tensor)) results.add(tensor);
    });
    return { updates: [...updates.values()], grads, results: [...results], assigned };
  }

  /** Undoes all changes of tensors from outside. */
  restore(): void {
    for (const { restore } of this.#before.values()) restore();
  }
}

const at = (): string => {
  const line = userLine();
  return line === null ? "" : ` (${line})`;
};

/** The graph's further arguments, after the tensors of the call: the grads of those that require a gradient and have one. */
export const argumentGrads = (tensors: readonly Tensor[]): Tensor[] =>
  tensors.flatMap(({ requiresGrad, grad }) => (requiresGrad && grad ? [grad] : []));

/**
 * Runs the function with a stand-in for each tensor of its arguments, and returns its graph and its effects. With `lines`, nodes have the
 * user's line. Tensors from outside have their old contents afterwards, also after an exception.
 */
export function trace(
  f: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  tensors: readonly Tensor[],
  options: { readonly lines: boolean },
): Traced {
  const running = new Trace(options);
  const stop = startWatching(running);
  try {
    const standIns = tensors.map((tensor, i) => {
      const standIn = running.argument(i, tensor);
      standIn.requiresGrad = tensor.requiresGrad;
      return standIn;
    });
    let count = tensors.length;
    tensors.forEach(({ requiresGrad, grad }, i) => {
      if (requiresGrad && grad) standIns[i].grad = running.argument(count++, grad);
    });
    const inside = mapTensors(args, (tensor) => standIns[tensors.indexOf(tensor)]) as unknown[];
    const returned = withTracer(running, () => {
      const returned = f(...inside);
      if (isPromise(returned)) {
        // The rest of the asynchronous function fails outside of the trace, with an error that adds nothing to the one thrown here.
        returned.catch(() => {});
        throw new ChainruleError(
          "type",
          "compile",
          "the function returned a promise; a compiled function must be synchronous, so await outside of it",
        );
      }
      return returned;
    });
    const written = stop();
    return withTracer(running, () => running.finish(returned, written, standIns));
  } finally {
    stop();
    running.restore();
  }
}
