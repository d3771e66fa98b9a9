// The last lines that `npm test` prints: the counts, alone on the last line, and before them a line if the browser tests did not run, for
// which .ci/run looks.
import { cure } from "./browser.js";

export function closingLines({ passed, failed, skipped, browser }) {
  const count = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  return browser.path === null ? `browser tests did not run: ${browser.reason}. ${cure}\n${count}` : count;
}
