// The page by keyboard alone: Tab reaches everything in the order of reading, what has the focus is seen and has a name, and no press of a
// button loses the focus. web/scripts/presses.ts presses all of them, while nets train too.
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../test/browser/chromium.ts";
import { faults, loadParts } from "./focus.ts";
import { lostBy } from "./presses.ts";
import { Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

it("reaches everything in the order of reading, and what has the focus is seen and has a name; no press of a button loses it", async () => {
  const { page, leave } = await site.visit();
  await loadParts(page);
  expect(await faults(page)).toEqual([]);
  expect(await lostBy(page, "one of each kind")).toEqual([]);
  await leave();
}, 120_000);
