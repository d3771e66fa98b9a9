// The last lines that `npm test` prints: the counts, alone on the last line, and before them a line for each kind of tests that did not run:
// in a browser, on WebGPU, on StableHLO. .ci/run looks for them.
import { cure } from "./browser.js";
import { cure as jaxCure } from "./jax.js";
import { cure as gpuCure } from "./webgpu.js";

export function closingLines({ passed, failed, skipped, browser, jax, webgpu }) {
  const lines = [`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`];
  if (jax.python === null) lines.unshift(`StableHLO was not run: ${jax.reason}. ${jaxCure}`);
  if (!webgpu.found) lines.unshift(`WebGPU was not run: ${webgpu.reason}. ${gpuCure}`);
  if (browser.path === null) lines.unshift(`browser tests did not run: ${browser.reason}. ${cure}`);
  return lines.join("\n");
}
