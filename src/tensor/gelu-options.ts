// The options of gelu, which the method and the layer share.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "./arguments.ts";
import { checkOptions, type OptionNames } from "./options.ts";

/** The options of gelu and GELU. */
export interface GeluOptions {
  /** "tanh" for the approximation by tanh, "none" for the definition by erf; "none" if left out. */
  readonly approximate?: "none" | "tanh" | undefined;
}

const names: OptionNames<GeluOptions> = { approximate: true };

/** Whether the options ask for the approximation. Throws if they are unknown. */
export function isApproximated(call: string, options: GeluOptions): boolean {
  checkOptions(call, options, names);
  const { approximate = "none" } = options;
  if (approximate !== "none" && approximate !== "tanh")
    throw new ChainruleError("option", call, `approximate is "none" or "tanh", not ${shown(approximate)}`);
  return approximate === "tanh";
}
