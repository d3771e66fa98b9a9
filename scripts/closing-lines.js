// The end of `npm test`: the count, alone on the last line, and before it whether browser tests were left out, for which .ci/run looks.
import { cure } from "./browser.js";

export function closingLines({ passed, failed, skipped, browser }) {
  const count = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  return browser.path === null ? `browser tests did not run: ${browser.reason}. ${cure}\n${count}` : count;
}
