// A fresh process trains with the bits of another one.
import { expect } from "vitest";
import { runsInNode } from "./bits/runs.ts";
import { it } from "./gpu.ts";

it("two processes train with the same bits", async () => {
  const [first, second] = await runsInNode(2, null);
  expect(second).toBe(first);
});
