// The check of multinomial's weights: numbers from 0, of which each row has enough above 0.
import { ChainruleError } from "../errors/error.ts";
import type { Tensor } from "./tensor.ts";

/** Throws if `count` elements cannot be drawn from a row of weights, and names the row. */
export function checkWeights({ shape, data }: Tensor, count: number): void {
  const n = shape[shape.length - 1];
  for (let start = 0; start < data.length; start += n) {
    const row = shape.length === 1 ? "" : ` of row ${start / n}`;
    let positive = 0;
    for (let i = 0; i < n; i++) {
      const weight = data[start + i];
      if (!(weight >= 0 && weight < Infinity))
        throw new ChainruleError("option", "multinomial", `weight ${i}${row} is ${weight}; weights are numbers from 0`);
      if (weight > 0) positive++;
    }
    if (positive < count)
      throw new ChainruleError(
        "option",
        "multinomial",
        `cannot draw ${count} without replacement from the ${positive} weights${row} that are above 0`,
      );
  }
}
