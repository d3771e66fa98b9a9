// Random graphs over the whole op table: compiled results agree with the op table's loops. `npm run fuzz` runs without end; the seed that a
// failure prints gives the same graph again.
import { expect, it } from "vitest";
import { asWasm } from "./as-wasm.ts";
import { fuzz } from "./fuzz.ts";

const seed = Number(process.env.FUZZ_SEED ?? 1);
const count = Number(process.env.FUZZ_COUNT ?? 1000);

it(`${count} random graphs from seed ${seed}: WebAssembly agrees with the reference`, async () => {
  for (let first = seed; first < seed + count; first += 50) {
    fuzz({ seed: first, count: Math.min(50, seed + count - first), run: asWasm });
    // Objects without references are freed between turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect(count).toBeGreaterThan(0);
});
