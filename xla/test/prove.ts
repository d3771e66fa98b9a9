// Proves the table of ops against the reference, through XLA; it takes minutes and needs Python with jax (CHAINRULE_PYTHON):
//
//   npx tsx xla/test/prove.ts fuzz [SEED] [COUNT]     random graphs, element by element within the bounds of rounding errors
import { fuzz, tell } from "../../test/compiler/fuzz.ts";
import { executor } from "./as-xla.ts";
import { Oracle, whyNoOracle } from "./oracle.ts";

const missing = whyNoOracle();
if (missing !== null) {
  console.error(missing);
  process.exit(1);
}
const [seed = Date.now() % 1_000_000_000, count = 2000] = process.argv.slice(3).map(Number);
const oracle = new Oracle();
let failures = 0;
const start = performance.now();
for (let done = 0; done < count; done += 50) {
  const onFailure = (failure: Parameters<typeof tell>[0]) => {
    failures++;
    console.log(tell(failure));
  };
  fuzz({ seed: seed + done, count: Math.min(50, count - done), run: executor(oracle), onFailure });
  console.log(`${Math.min(done + 50, count)} graphs from seed ${seed} on, ${failures} differ, ${((performance.now() - start) / 1000).toFixed(0)} s`);
  if (failures > 5) break;
}
oracle.close();
process.exitCode = failures > 0 ? 1 : 0;
