// Types of closing-lines.js, which Node runs as it is, for the tests, which are TypeScript.
import type { FoundBrowser } from "./browser.js";
import type { FoundJax } from "./jax.js";
import type { FoundWebGpu } from "./webgpu.js";

export function closingLines(run: {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly browser: FoundBrowser;
  readonly jax: FoundJax;
  readonly webgpu: FoundWebGpu;
}): string;
