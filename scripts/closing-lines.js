// The last lines that `npm test` prints: the counts, alone on the last line, and before them a line for browser tests, and one for tests that
// run StableHLO, if these did not run. .ci/run looks for both.
import { cure } from "./browser.js";
import { cure as jaxCure } from "./jax.js";

export function closingLines({ passed, failed, skipped, browser, jax }) {
  const lines = [`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`];
  if (jax.python === null) lines.unshift(`StableHLO was not run: ${jax.reason}. ${jaxCure}`);
  if (browser.path === null) lines.unshift(`browser tests did not run: ${browser.reason}. ${cure}`);
  return lines.join("\n");
}
