// PyTorch's recorded results: each call, layer, optimiser and training run of test/fixtures, compiled for a backend of as-xla.ts.
import { compile } from "chainrule";
import { registerBackend } from "../../src/compiler/compile.ts";
import { load } from "../../test/fixtures/load.ts";
import {
  type Run,
  runAverage,
  runClipping,
  runLayer,
  runNormaliser,
  runOptimiser,
  runTraining,
} from "../../test/fixtures/networks.ts";
import { runCase } from "../../test/fixtures/run.ts";
import { backend, type Prepare } from "./as-xla.ts";

const families = [
  "elementwise",
  "reductions",
  "layout",
  "indexing",
  "products",
  "dtypes",
  "loss_options",
  "corners",
] as const;

/** Runs them, or those of the given kinds; tells how many of each kind there are, and what differs. */
export function runFixtures(
  prepare: Prepare,
  kinds: readonly string[],
  tell: (line: string) => void,
  fail: (text: string) => void,
): void {
  registerBackend(backend(prepare, "reference"));
  const run: Run = (f) => compile(f, { backend: "reference" });
  const all = (name: string, differences: readonly (() => readonly string[])[]) => {
    if (kinds.length > 0 && !kinds.includes(name)) return;
    for (const find of differences) for (const text of find()) fail(text);
    tell(`${name}: ${differences.length}`);
  };
  const { cases, layers, normalisers, optimisers, clippings, averages, runs } = load("networks");
  all(
    "layers",
    layers.map((one) => () => runLayer(one, run)),
  );
  all(
    "normalisers",
    normalisers.map((one) => () => runNormaliser(one, run)),
  );
  all(
    "optimisers",
    optimisers.map((one) => () => runOptimiser(one, run)),
  );
  all(
    "clippings",
    clippings.map((one) => () => runClipping(one, run)),
  );
  all(
    "averages",
    averages.map((one) => () => runAverage(one, run)),
  );
  all(
    "training runs",
    runs.map((one) => () => runTraining(one, run)),
  );
  all(
    "losses",
    cases.map((one) => () => runCase(one, { wrap: run })),
  );
  for (const family of families)
    all(
      family,
      load(family).cases.map((one) => () => runCase(one, { wrap: run })),
    );
}
