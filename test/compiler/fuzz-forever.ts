// `npm run fuzz`, or `npm run fuzz -- FIRST_SEED COUNT`: compares compiled random graphs with the reference until one differs. That graph is
// shrunk and printed with its seed and contents.
import { asWasm } from "./as-wasm.ts";
import { fuzz, tell } from "./fuzz.ts";

const first = Number(process.argv[2] ?? Date.now() % 1_000_000_000);
const count = Number(process.argv[3] ?? Infinity);
const batch = 100;

let failures = 0;
for (let done = 0; done < count && failures === 0; done += batch) {
  const onFailure = (failure: Parameters<typeof tell>[0]) => {
    failures++;
    console.log(tell(failure));
  };
  fuzz({ seed: first + done, count: Math.min(batch, count - done), run: asWasm, onFailure });
  // Objects without references are freed between turns of the event loop.
  await new Promise((resolve) => setTimeout(resolve));
  if ((done / batch) % 10 === 9) console.log(`${done + batch} graphs from seed ${first} on agree`);
}
process.exitCode = failures > 0 ? 1 : 0;
