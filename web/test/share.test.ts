// What a part shares: addresses, frames, file names.
import { expect, it } from "vitest";
import { fileNameOf } from "../src/share/figures.ts";

it("names a picture after the part, the figure and the settings, within what a file name holds", () => {
  expect(fileNameOf("net", "Loss", { data: "moons", layers: "8.8", rate: "0.03" })).toBe(
    "chainrule-net-loss-data-moons-layers-8-8-rate-0-03.png",
  );
  expect(fileNameOf("net", "Fläche / Verlust", {})).toBe("chainrule-net-fläche-verlust.png");
  expect(fileNameOf("net", "../..", { points: "0".repeat(5000) }).length).toBeLessThan(100);
});
