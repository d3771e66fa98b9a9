// The points that a run learns from: those of a data set, which follow from the seed, or the visitor's own.
import { type Point, pointsOf } from "../points/datasets.ts";
import type { Settings } from "./settings.ts";

const noises = { moons: 0.1, circles: 0.09, xor: 0.03, spirals: 0.03 };

export const pointsFor = ({ data, points, seed }: Pick<Settings, "data" | "points" | "seed">): readonly Point[] =>
  data === "yours" ? points : pointsOf(data, { count: data === "spirals" ? 140 : 100, noise: noises[data], seed });
