// The points of a run: those of a data set, which follow from the seed, or the visitor's own. As many others of the same data set test the
// net; for a visitor's own points there are none.
import { type Point, pointsOf } from "../../points/datasets.ts";
import type { Settings } from "./settings.ts";

/** Added to the seed for the points of the test. */
const testSeed = 1_000_003;

type Of = Pick<Settings, "data" | "points" | "seed" | "noise" | "count">;

export const pointsFor = ({ data, points, seed, noise, count }: Of): readonly Point[] =>
  data === "yours" ? points : pointsOf(data, { count, noise, seed });

export const testPointsFor = ({ data, seed, noise, count }: Of): readonly Point[] =>
  data === "yours" ? [] : pointsOf(data, { count, noise, seed: seed + testSeed });
