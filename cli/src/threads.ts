// How many threads compute: what --threads says, else CHAINRULE_THREADS, else as many as the machine runs. The library reads the variable
// whenever it compiles, so that --threads holds for all that this process computes: training, evaluation, single products.
import { BadInput } from "./failure.ts";

const variable = "CHAINRULE_THREADS";

/** Before anything is compiled. Refuses a variable that says nothing. */
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
