// Types of closing-lines.js, which Node runs as it is, for the tests, which are TypeScript.
import type { FoundBrowser } from "./browser.js";

export function closingLines(run: {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly browser: FoundBrowser;
}): string;
