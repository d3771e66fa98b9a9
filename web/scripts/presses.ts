// Presses every button, choice and switch of the built page by keyboard, before, during and after trainings, and prints the presses that lose
// the focus, and what a walk with Tab finds wrong afterwards. Ends with 1 if there is any.
//
//   npm run build:demo && npx tsx web/scripts/presses.ts        (about 80 seconds)
import { closeShared } from "../../test/browser/chromium.ts";
import { faults, loadParts } from "../test/focus.ts";
import { lostBy } from "../test/presses.ts";
import { Site } from "../test/site.ts";

const site = await Site.open();
try {
  const { page, leave } = await site.visit();
  // tsx marks the names of functions by a call, which the page has not.
  await page.evaluate("globalThis.__name = (named) => named");
  await loadParts(page);
  const found = [...(await lostBy(page, "all")), ...(await faults(page))];
  await leave();
  console.log(found.length === 0 ? "no press loses the focus" : found.join("\n"));
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  await site.close();
  await closeShared();
}
