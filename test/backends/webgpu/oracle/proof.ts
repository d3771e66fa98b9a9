// What prove.ts does with an oracle, in Node and in a page: random graphs against the reference, PyTorch's recorded results.
import { type Failure, fuzz, tell as textOf } from "../../../compiler/fuzz.ts";
import type { Families } from "../../../fixtures/load.ts";
import { runFixtures } from "../../../fixtures/on-backend.ts";
import { flushed, inFloat32 } from "../trials.ts";
import { backend, executor, type Oracle } from "./oracle.ts";

export type Proof =
  | { readonly mode: "fuzz"; readonly seed: number; readonly count: number }
  | { readonly mode: "fixtures"; readonly kinds: readonly string[] };

/** Returns how many trials failed. */
export function prove(
  proof: Proof,
  oracle: Oracle,
  tell: (line: string) => void,
  load: <Name extends keyof Families>(name: Name) => Families[Name],
): number {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  let failures = 0;
  const fail = (text: string): void => {
    failures++;
    tell(text);
  };
  if (proof.mode === "fuzz") {
    const { seed, count } = proof;
    const run = executor(oracle);
    const onFailure = (failure: Failure) => fail(textOf(failure));
    for (let done = 0; done < count && failures < 10; done += 50) {
      const part = Math.min(50, count - done);
      fuzz({ seed: seed + done, count: part, run, change: inFloat32, widening: flushed, onFailure });
      tell(`${done + part} graphs from seed ${seed} on, ${failures} differ, ${seconds()}`);
    }
  } else {
    const report = (line: string) => tell(`${line}, ${failures} differ, ${seconds()}`);
    runFixtures(backend(oracle, "reference"), proof.kinds, report, fail, /GPUs have no float64/, load);
  }
  return failures;
}
