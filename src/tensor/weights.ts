// What can be drawn from: rows of weights from 0, enough of them above it.
import { ChainruleError } from "../errors/error.ts";
import type { Tensor } from "./tensor.ts";

/** Throws where a row of weights cannot be drawn from, and names it. */
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
