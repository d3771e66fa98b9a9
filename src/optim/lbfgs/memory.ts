// What L-BFGS remembers: its last steps, and how the gradient changed over each. From them follows an approximation of Newton's direction,
// -H⁻¹ · gradient, without a matrix (Nocedal 1980).
import { ChainruleError } from "../../errors/error.ts";
import { isTensor } from "../../tensor/copies.ts";
import { full } from "../../tensor/create.ts";
import { describe, type FloatingDType } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";

export const dot = (a: Tensor, b: Tensor): number => a.mul(b).sum().item();

/** One step, s, and the change of the gradient over it, y; ro is 1 / (y · s). */
interface Pair {
  readonly y: Tensor;
  readonly s: Tensor;
  readonly ro: number;
}

/** Where the last iteration stood. */
export interface Last {
  readonly direction: Tensor;
  readonly t: number;
  readonly gradient: Tensor;
  readonly loss: number;
}

const vectors = ["d", "prev_flat_grad"] as const;
const numbers = ["t", "H_diag", "prev_loss"] as const;

export class Memory {
  readonly #size: number;
  readonly #dtype: FloatingDType;
  readonly #history: number;
  #pairs: Pair[] = [];
  /** y · s / y · y of the last pair: the scale of H⁻¹. */
  #scale = 1;
  last: Last | null = null;
  iterations = 0;
  evaluations = 0;

  /** For vectors of this size and dtype, and so many pairs. */
  constructor(size: number, dtype: FloatingDType, history: number) {
    this.#size = size;
    this.#dtype = dtype;
    this.#history = history;
  }

  /** The direction from a point with this gradient: the gradient's own at first. */
  direction(gradient: Tensor): Tensor {
    if (this.last === null) return gradient.neg();
    const y = gradient.sub(this.last.gradient);
    const s = this.last.direction.mul(this.last.t);
    const ys = dot(y, s);
    // Where the curvature is not positive, the pair says nothing of a minimum.
    if (ys > 1e-10) {
      this.#pairs = [...this.#pairs, { y, s, ro: 1 / ys }].slice(-this.#history);
      this.#scale = ys / dot(y, y);
    }
    return this.#multiplied(gradient);
  }

  /**
   * -H⁻¹ · gradient by two loops over the pairs: backwards, α = ro · (s · q) and q -= α · y; then q · scale; forwards, q += s · (α - ro · (y · q)).
   */
  #multiplied(gradient: Tensor): Tensor {
    let q = gradient.neg();
    const alphas = new Map<Pair, number>();
    for (const pair of this.#pairs.toReversed()) {
      const alpha = dot(pair.s, q) * pair.ro;
      alphas.set(pair, alpha);
      q = q.sub(pair.y.mul(alpha));
    }
    q = q.mul(this.#scale);
    for (const pair of this.#pairs) q = q.add(pair.s.mul((alphas.get(pair) ?? 0) - dot(pair.y, q) * pair.ro));
    return q;
  }

  /** All that is remembered, by PyTorch's names; what there is only after the first iteration is left out before. */
  entries(): [string, Tensor][] {
    const number = (value: number) => full([], value, { dtype: "float64" });
    const counts: [string, Tensor][] = [
      ["func_evals", number(this.evaluations)],
      ["n_iter", number(this.iterations)],
    ];
    if (this.last === null) return counts;
    const { direction, t, gradient, loss } = this.last;
    return [
      ...counts,
      ["d", direction.detach()],
      ["t", number(t)],
      ["H_diag", number(this.#scale)],
      ["prev_flat_grad", gradient.detach()],
      ["prev_loss", number(loss)],
      ...this.#pairs.flatMap(({ y, s, ro }, i): [string, Tensor][] => [
        [`old_dirs.${i}`, y.detach()],
        [`old_stps.${i}`, s.detach()],
        [`ro.${i}`, number(ro)],
      ]),
    ];
  }

  /** What entries() returned, as a memory. Throws if something is missing, unknown or of another shape. */
  restored(state: ReadonlyMap<string, Tensor>): Memory {
    const memory = new Memory(this.#size, this.#dtype, this.#history);
    const known = new Set<string>();
    const take = (name: string, shape: readonly number[]): Tensor => {
      known.add(name);
      const found: unknown = state.get(name);
      if (isTensor(found) && String(found.shape) === String(shape)) return found.detach();
      const what = isTensor(found) ? describe(found) : "missing";
      throw new ChainruleError("state", "loadStateDict", `state.0.${name} is ${what}, and should be [${shape}]`);
    };
    const number = (name: string) => take(name, []).item();
    const vector = (name: string) => take(name, [this.#size]).to(this.#dtype);
    memory.evaluations = number("func_evals");
    memory.iterations = number("n_iter");
    if ([...vectors, ...numbers].some((name) => state.has(name))) {
      memory.last = {
        direction: vector("d"),
        t: number("t"),
        gradient: vector("prev_flat_grad"),
        loss: number("prev_loss"),
      };
      memory.#scale = number("H_diag");
    }
    for (let i = 0; i < this.#history && state.has(`ro.${i}`); i++)
      memory.#pairs.push({ y: vector(`old_dirs.${i}`), s: vector(`old_stps.${i}`), ro: number(`ro.${i}`) });
    const unknown = [...state.keys()].find((name) => !known.has(name));
    if (unknown !== undefined)
      throw new ChainruleError("state", "loadStateDict", `state.0.${unknown} is not part of this optimiser`);
    return memory;
  }
}
