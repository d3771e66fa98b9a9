// The laws of transformations over random programs; laws-forever.ts tries more of them.
import { expect, it } from "vitest";
import { compile } from "../../../src/compiler/compile.ts";
import { Draw, firstSeed } from "../draw.ts";
import { type Law, laws, nothing, type Wrap } from "./laws.ts";

const eager: Wrap = (f) => f;

/** How many of these programs a law spoke of; throws where one breaks it. */
function hold(law: Law, count: number, wrap: Wrap): number {
  let compared = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const complaint = law(new Draw(seed), wrap);
    if (complaint === nothing) continue;
    expect(complaint, `seed ${seed}`).toBeNull();
    compared++;
  }
  return compared;
}

it.each(Object.entries(laws))("%s", (_, law) => {
  expect(hold(law, 60, eager)).toBeGreaterThan(25);
});

it.each(Object.entries(laws))("%s, compiled", (_, law) => {
  expect(hold(law, 3, (f) => compile(f, { backend: "reference" }))).toBeGreaterThan(0);
});
