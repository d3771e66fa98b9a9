// Options of Node for what is done within seconds, as tests are. V8 compiles a function a second time, optimised, once it has run a number of
// times. Few functions of a test run often enough to win back what that costs: it was half of the processor's time of most tests, which take
// a third less with nine times the engine's own numbers.
import { spawnSync } from "node:child_process";

/** By bytes of bytecode that a function has run (V8 11, Node 20), and by its calls for each of the two compilers (V8 13, Node 24). */
const budgets = {
  "interrupt-budget": 600_000,
  "invocation-count-for-maglev": 3_600,
  "invocation-count-for-turbofan": 27_000,
};

// Node does not start with an option that its engine does not know.
const known = spawnSync(process.execPath, ["--v8-options"], { encoding: "utf8" }).stdout;

const flags = Object.entries(budgets).map(([name, count]) => ({ name, flag: `--${name}=${count}` }));

export const optimiseLater = flags.filter(({ name }) => known.includes(`\n  --${name} (`)).map(({ flag }) => flag);

/** The same for pages, whose processor's time falls by 3 to 12 %. Chromium passes over a flag that its engine does not know. */
export const optimiseLaterInChromium = `--js-flags=${flags.map(({ flag }) => flag).join(",")}`;
