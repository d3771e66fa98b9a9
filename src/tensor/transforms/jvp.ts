// Forward mode: jvp carries with each tensor its derivative along one direction, its tangent, through all operations of a function.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensors, takes } from "../arguments.ts";
import { gradientsOf } from "../autograd.ts";
import { type Call, runCall } from "../calls.ts";
import { describe, isFloating, type TypedArray } from "../dtype.ts";
import type { Operation } from "../eager.ts";
import { type Level, newLevelId, Wrapped, withLevel } from "../levels.ts";
import { isStopped } from "../mode.ts";
import { constant } from "../promotion.ts";
import { sameShape } from "../shape.ts";
import { TapeLevel } from "../tape.ts";
import { apply, applyAny, Tensor } from "../tensor.ts";
import type { LoopCall, LoopResult } from "../tracing.ts";
import { mapTensors } from "../tree.ts";
import { type Forward, forwardRules } from "./forward.ts";

/** A tensor and its tangent. */
class DualStorage extends Wrapped {
  readonly isReadable = true;
  readonly level: DualLevel;
  readonly inside: readonly [primal: Tensor, tangent: Tensor];

  constructor(level: DualLevel, inside: readonly [Tensor, Tensor]) {
    super();
    this.level = level;
    this.inside = inside;
  }

  get data(): TypedArray {
    return this.inside[0].data;
  }
  get placeholder(): string | undefined {
    return this.inside[0].storage.placeholder;
  }
  read(): Promise<TypedArray> {
    return this.inside[0].read();
  }
  reveal(): void {}
  detached(): Tensor {
    return this.inside[0].detach();
  }
  around([primal, tangent]: readonly Tensor[]): Wrapped {
    return new DualStorage(this.level, [primal, tangent]);
  }
}

class DualLevel implements Level {
  readonly id = newLevelId();
  readonly name = "jvp";
  readonly changesComposites = true;

  run({ name, inputs, attributes }: Operation): Tensor {
    const pairs = inputs.map((x) => this.pairOf(x));
    const primals = pairs.map(([primal]) => primal);
    const tangents = pairs.map(([, tangent]) => tangent);
    const y = apply(name, primals, attributes);
    if (isStopped(this.id) || !isFloating(y.dtype) || tangents.every((tangent) => tangent === null)) return y;
    const forward = forwardRules[name] as Forward;
    const dy = forward({ name, attributes, inputs: primals, tangents, y });
    return dy === null ? y : this.pair(y, dy);
  }

  runCall(call: Call, inputs: readonly Tensor[]): readonly Tensor[] {
    const pairs = inputs.map((x) => this.pairOf(x));
    const primals = pairs.map(([primal]) => primal);
    const results = runCall(call, primals);
    if (isStopped(this.id)) return results;
    const backward = (gradients: readonly Tensor[]) => call.backward({ inputs: primals, results }, gradients);
    const tangents = transposed(
      backward,
      results,
      pairs.map(([, tangent]) => tangent),
    );
    return results.map((y, i) => {
      const dy = tangents[i];
      return dy === null ? y : this.pair(y, dy);
    });
  }

  /** A loop over primals and tangents: both are carried, taken and stacked. */
  loop({ init, xs, step, ...how }: LoopCall, below: (inner: LoopCall) => LoopResult): LoopResult {
    const apart = (x: Tensor): Tensor[] => {
      const [primal, tangent] = this.pairOf(x);
      return isFloating(primal.dtype) ? [primal, tangent ?? constant(primal, 0)] : [primal];
    };
    const paired = (like: readonly Tensor[], parts: readonly Tensor[]): Tensor[] => {
      let next = 0;
      return like.map(({ dtype }) => {
        const primal = parts[next++];
        return isFloating(dtype) ? this.pair(primal, parts[next++]) : primal;
      });
    };
    let results: readonly Tensor[] = [];
    const done = below({
      ...how,
      init: init.flatMap(apart),
      xs: xs.flatMap(apart),
      step: (carry, x) => {
        const after = withLevel(this, () => step(paired(init, carry), paired(xs, x)));
        results = after.y;
        return { carry: after.carry.flatMap(apart), y: after.y.flatMap(apart) };
      },
    });
    return { carry: paired(init, done.carry), ys: paired(results, done.ys) };
  }

  pair(primal: Tensor, tangent: Tensor): Tensor {
    return new Tensor(new DualStorage(this, [primal, tangent]), primal);
  }

  /** The tensor and its tangent; null where it is zero. */
  pairOf(x: Tensor): readonly [Tensor, Tensor | null] {
    const { storage } = x;
    return storage instanceof DualStorage && storage.level === this ? storage.inside : [x, null];
  }
}

/**
 * The tangents of a call's results from those of its inputs, where only the gradient is known, a linear function g of the gradients u of the
 * results. <g(u), dx> is <u, dy> for all u, so its derivative with respect to u is dy.
 */
function transposed(
  backward: (gradients: readonly Tensor[]) => readonly (Tensor | null)[],
  results: readonly Tensor[],
  tangents: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  const tape = new TapeLevel("jvp");
  const leaves = results.map((y) => (isFloating(y.dtype) ? tape.leafFor(constant(y, 0)) : y));
  const products = tape.record(() =>
    backward(leaves).flatMap((dx, i) => {
      const tangent = tangents[i];
      return dx === null || tangent === null ? [] : [dx.mul(tangent).sum()];
    }),
  );
  const ones = products.map((product) => constant(tape.below(product), 1));
  const onTape = products.flatMap((product, i) => (tape.sourceOf(product).requiresGrad ? [i] : []));
  if (onTape.length === 0) return results.map(() => null);
  const pick = <T>(list: readonly T[]) => onTape.map((i) => list[i]);
  return gradientsOf(pick(products), leaves, pick(ones), applyAny, { tape });
}

/**
 * The value of f at the primals, and its derivative along the direction that the tangents give: the Jacobian-vector product
 * Σ df/dxᵢ · tangentᵢ, computed together with the value (forward mode). The result of f may be a tensor, or a list, an object or a Map of
 * tensors; `tangent` has the same structure. Each tangent has shape and dtype of its primal, float32 or float64. Composes with grad, vmap and
 * compile in any order. Operations inside of noGrad count as constants, as they do for grad.
 */
export function jvp<A extends Tensor[], R>(f: (...primals: A) => R, primals: A, tangents: A): { value: R; tangent: R } {
  takes("jvp", arguments.length, 3);
  checkTensors("jvp", "primals", primals);
  checkTensors("jvp", "tangents", tangents);
  checkDirection(primals, tangents);
  const level = new DualLevel();
  const duals = primals.map((x, i) => level.pair(x, tangents[i]));
  const result = withLevel(level, () => f(...(duals as A)));
  // f may have assigned to its arguments.
  for (const [i, dual] of duals.entries()) if (dual.version > 0) primals[i].assign(level.pairOf(dual)[0]);
  const part = (pick: (x: Tensor) => Tensor) => mapTensors("jvp", result, pick) as R;
  return {
    value: part((x) => level.pairOf(x)[0]),
    tangent: part((x) => {
      const [primal, tangent] = level.pairOf(x);
      return tangent ?? constant(primal, 0);
    }),
  };
}

function checkDirection(primals: readonly Tensor[], tangents: readonly Tensor[]): void {
  if (primals.length !== tangents.length)
    throw new ChainruleError("shape", "jvp", `${primals.length} primals need as many tangents, not ${tangents.length}`);
  for (const [i, primal] of primals.entries()) {
    const tangent = tangents[i];
    if (!isFloating(primal.dtype))
      throw new ChainruleError(
        "gradient",
        "jvp",
        `primal ${i} is ${describe(primal)}, only float32 and float64 have derivatives; let the function use it from outside`,
      );
    if (tangent.dtype !== primal.dtype || !sameShape(tangent.shape, primal.shape))
      throw new ChainruleError(
        "shape",
        "jvp",
        `tangent ${i} is ${describe(tangent)}, its primal ${describe(primal)}; shape and dtype must be equal`,
      );
  }
}
