// A learning rate that falls where a measure, such as the validation loss, no longer improves. It depends on what was measured, so that it has a
// state.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { shown, takes } from "../../tensor/arguments.ts";
import { full } from "../../tensor/create.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { assignAll, stateOf } from "../../tensor/state.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Optimizer } from "../optimizer.ts";

/** The options of ReduceLROnPlateau. */
export interface ReduceLROnPlateauOptions {
  /** Whether a smaller measure is better ("min"), or a larger one ("max"); "min" if left out. */
  readonly mode?: "min" | "max" | undefined;
  /** The factor by which the rate falls, from 0 and below 1; 0.1 if left out. */
  readonly factor?: number | undefined;
  /** How many measures without an improvement are let pass, from 0; 10 if left out. */
  readonly patience?: number | undefined;
  /** By how much a measure has to be better to count as an improvement, from 0; 1e-4 if left out. */
  readonly threshold?: number | undefined;
  /** Whether the threshold is a part of the best measure ("rel") or a difference ("abs"); "rel" if left out. */
  readonly thresholdMode?: "rel" | "abs" | undefined;
  /** How many measures after a reduction are not counted, from 0; 0 if left out. */
  readonly cooldown?: number | undefined;
  /** The least learning rate, from 0; 0 if left out. */
  readonly minLr?: number | undefined;
  /** A rate that would fall by no more than this stays, from 0; 1e-8 if left out. */
  readonly eps?: number | undefined;
}

const names: OptionNames<ReduceLROnPlateauOptions> = {
  mode: true,
  factor: true,
  patience: true,
  threshold: true,
  thresholdMode: true,
  cooldown: true,
  minLr: true,
  eps: true,
};

function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (choices.every((choice) => choice !== value))
    throw new ChainruleError(
      "option",
      "ReduceLROnPlateau",
      `${name} is ${choices.map(shown).join(" or ")}, not ${shown(value)}`,
    );
}

/**
 * Multiplies the learning rates of an optimiser's groups by `factor` where more than `patience` measures in a row did not improve on the best one (PyTorch's
 * ReduceLROnPlateau). Call step(measure) after each epoch, outside of compiled functions.
 */
export class ReduceLROnPlateau {
  readonly #optimizer: Optimizer;
  readonly #options: Required<ReduceLROnPlateauOptions>;
  readonly #best: Tensor;
  readonly #badEpochs = full([], 0, { dtype: "float64" });
  readonly #cooldownCounter = full([], 0, { dtype: "float64" });

  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    takes("ReduceLROnPlateau", arguments.length, 2);
    checkOptions("ReduceLROnPlateau", options, names);
    const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = "rel" } = options;
    const { cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    if (typeof optimizer?.step !== "function")
      throw new ChainruleError("type", "ReduceLROnPlateau", `takes an optimiser, not ${shown(optimizer)}`);
    checkChoice("mode", mode, ["min", "max"]);
    checkChoice("thresholdMode", thresholdMode, ["rel", "abs"]);
    checkNumber("ReduceLROnPlateau", "factor", factor, { from: 0, below: 1 });
    checkWhole("ReduceLROnPlateau", "patience", patience, { from: 0 });
    checkNumber("ReduceLROnPlateau", "threshold", threshold, { from: 0 });
    checkWhole("ReduceLROnPlateau", "cooldown", cooldown, { from: 0 });
    checkNumber("ReduceLROnPlateau", "minLr", minLr, { from: 0 });
    checkNumber("ReduceLROnPlateau", "eps", eps, { from: 0 });
    this.#optimizer = optimizer;
    this.#options = { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps };
    this.#best = full([], mode === "min" ? Infinity : -Infinity, { dtype: "float64" });
  }

  /** Takes the next measure, a number, or a tensor of size 1, and reduces the learning rates if it is time. */
  step(measure: number | Tensor): void {
    takes("step", arguments.length, 1);
    const value = typeof measure === "number" ? measure : measure.item();
    const { patience, cooldown } = this.#options;
    const set = (tensor: Tensor, number: number) => tensor.assign(full([], number, { dtype: "float64" }));
    let bad = this.#badEpochs.item();
    let cooling = this.#cooldownCounter.item();
    if (this.#isBetter(value)) {
      set(this.#best, value);
      bad = 0;
    } else bad++;
    if (cooling > 0) {
      cooling--;
      bad = 0;
    }
    if (bad > patience) {
      this.#reduce();
      cooling = cooldown;
      bad = 0;
    }
    set(this.#badEpochs, bad);
    set(this.#cooldownCounter, cooling);
  }

  #isBetter(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const best = this.#best.item();
    if (mode === "min") return value < (thresholdMode === "rel" ? best * (1 - threshold) : best - threshold);
    return value > (thresholdMode === "rel" ? best * (1 + threshold) : best + threshold);
  }

  #reduce(): void {
    const { factor, minLr, eps } = this.#options;
    const rates = new Set(this.#optimizer.groups.map(({ rate }) => rate));
    for (const rate of rates) {
      const next = Math.max(rate.value * factor, minLr);
      if (rate.value - next > eps) rate.value = next;
    }
  }

  /** Returns copies of the best measure ("best") and of both counters ("num_bad_epochs", "cooldown_counter"). */
  stateDict(): Map<string, Tensor> {
    takes("stateDict", arguments.length, 0);
    return stateOf([...this.#entries()].map(([name, tensor]) => [name, tensor.detach()]));
  }

  /** Returns the tensors of stateDict() as an object, which JSON.stringify writes. */
  toJSON(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.stateDict());
  }

  /** Restores a state that stateDict() returned. Throws, and changes nothing, if a tensor is missing, unknown or of another shape. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    takes("loadStateDict", arguments.length, 1);
    assignAll(this.#entries(), state, "this schedule");
  }

  #entries(): Map<string, Tensor> {
    return new Map([
      ["best", this.#best],
      ["num_bad_epochs", this.#badEpochs],
      ["cooldown_counter", this.#cooldownCounter],
    ]);
  }
}
