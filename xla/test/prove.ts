// Proves the table of ops through XLA. It takes minutes, and needs Python with jax (CHAINRULE_PYTHON):
//
//   npx tsx xla/test/prove.ts fuzz [SEED] [COUNT]     random graphs against the reference, within the bounds of rounding errors
//   npx tsx xla/test/prove.ts fixtures [KIND ...]     PyTorch's recorded results, with the tolerances of test/fixtures/compare.ts
//   npx tsx xla/test/prove.ts modules [KIND ...]      the modules of all these, and of the nets, read and verified by JAX's parser of StableHLO
//   npx tsx xla/test/prove.ts nets                    training steps of W1, W2, W3 and a GPT, against compiled ones

import { runFixtures } from "../../test/fixtures/on-backend.ts";
import { toStableHLO } from "../src/to-stablehlo.ts";
import { backend, executor, type Prepare, running, verifying } from "./as-xla.ts";
import { fuzz } from "./fuzz.ts";
import { nets } from "./nets.ts";
import { Oracle } from "./oracle.ts";
import { apart, throughWasm, throughXla } from "./training.ts";

const oracle = new Oracle();
const start = performance.now();
const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
let failures = 0;
const fail = (text: string): void => {
  failures++;
  console.log(text);
};

const [mode, ...words] = process.argv.slice(2);
if (mode === "fuzz") {
  const [seed = Date.now() % 1_000_000_000, count = 2000] = words.map(Number);
  for (let done = 0; done < count && failures < 10; done += 50) {
    fuzz(executor(oracle), seed + done, Math.min(50, count - done), fail);
    console.log(`${Math.min(done + 50, count)} graphs from seed ${seed} on, ${failures} differ, ${seconds()}`);
  }
} else if (mode === "fixtures")
  runFixtures(
    backend(running(oracle), "reference"),
    words,
    (line) => console.log(`${line}, ${failures} differ, ${seconds()}`),
    fail,
  );
else if (mode === "modules") {
  let modules = 0;
  const prepare: Prepare = (graph) => {
    const run = verifying(oracle)(graph);
    modules++;
    return run;
  };
  const tell = (line: string) =>
    console.log(`${line}; ${modules} modules are valid, ${failures} are not, ${seconds()}`);
  runFixtures(backend(prepare, "reference"), words, tell, fail);
  for (const [name, make] of words.length > 0 ? [] : nets) {
    const { step, batch } = make();
    oracle.verify(toStableHLO(step, ...batch(0)).text);
    modules++;
    tell(name);
  }
} else if (mode === "nets") {
  for (const [name, make] of nets) {
    const steps = 12;
    const { losses, times, lines } = throughXla(oracle, make(), steps);
    const difference = apart(losses, throughWasm(make(), steps));
    if (!(difference < 1e-4)) fail(`${name}: the losses differ by ${difference}: ${losses}`);
    const { write, first, step } = times;
    console.log(
      `${name}: ${steps} losses within ${difference.toExponential(1)} of wasm's, ${losses[0]} to ${losses.at(-1)}; ${lines} lines; written in ${write.toFixed(0)} ms, first step ${first.toFixed(0)} ms, later ones ${step.toFixed(1)} ms with copies`,
    );
  }
} else fail(`${mode} is none of fuzz, fixtures, modules, nets`);
oracle.close();
process.exitCode = failures > 0 ? 1 : 0;
