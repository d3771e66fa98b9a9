// What the page runs: each family of recorded cases, compiled, made again and judged by the code that does it in Node. Only
// the way here differs: the fixtures are fetched, and unpacked by the browser.

import { type Case, type Families, parse } from "../fixtures/load.ts";
import { type Run, runLayer, runOptimiser, runTraining } from "../fixtures/networks.ts";
import { runCase, runRefusal } from "../fixtures/run.ts";
import { compiledWays } from "../fixtures/ways.ts";

export interface Verdict {
  readonly cases: number;
  readonly differences: readonly string[];
}

/** For each case, its differences from PyTorch. */
type Family = (run: Run) => Promise<string[][]>;

const families = {
  elementwise: calls("elementwise"),
  reductions: calls("reductions"),
  layout: calls("layout"),
  indexing: calls("indexing"),
  products: calls("products"),
  dtypes: calls("dtypes"),
  // Refused by the ops themselves, before a backend is asked.
  refusals: async () => (await fetched("refusals")).cases.map((c) => runRefusal(c)),
  losses: calls("networks"),
  layers: async (run) => (await fetched("networks")).layers.map((layer) => runLayer(layer, run)),
  optimisers: async (run) => (await fetched("networks")).optimisers.map((optimiser) => runOptimiser(optimiser, run)),
  training: async (run) => (await fetched("networks")).runs.map((training) => runTraining(training, run)),
} satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families) as FamilyName[];

export async function judge(way: string, family: FamilyName): Promise<Verdict> {
  const found = compiledWays.find(({ name }) => name === way);
  if (!found) throw new Error(`there is no way ${way}`);
  const verdicts = await families[family](found.run);
  return { cases: verdicts.length, differences: verdicts.flat() };
}

type WithCases = { [Name in keyof Families]: Families[Name] extends { cases: Case[] } ? Name : never }[keyof Families];

function calls(family: WithCases): Family {
  return async (run) => (await fetched(family)).cases.map((c) => runCase(c, { wrap: run }));
}

async function fetched<Name extends keyof Families>(name: Name): Promise<Families[Name]> {
  const { body } = await fetch(new URL(`../fixtures/${name}.json.gz`, import.meta.url));
  if (!body) throw new Error(`${name}.json.gz is empty`);
  return parse<Name>(await new Response(body.pipeThrough(new DecompressionStream("gzip"))).text());
}
