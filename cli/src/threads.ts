// The number of threads: from --threads, else from CHAINRULE_THREADS, else as many as the machine has processors. The library reads the
// variable whenever it compiles, so --threads sets it, for all that this process computes: training, evaluation, single products.
import { BadInput } from "./failure.ts";

const variable = "CHAINRULE_THREADS";

/** Called before anything is compiled. Throws BadInput where the variable is not a whole number from 1. */
export function chooseThreads(asked: number | undefined): void {
  if (asked !== undefined) {
    process.env[variable] = String(asked);
    return;
  }
  const text = process.env[variable] ?? "";
  if (text !== "" && !(Number.isSafeInteger(Number(text)) && Number(text) >= 1))
    throw new BadInput(
      `${variable}: is ${JSON.stringify(text)}; set it to a whole number from 1, or leave it out and give --threads`,
    );
}
