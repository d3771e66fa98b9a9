// Every program in examples/ runs, as a reader would run it, and says what it promises. A new example is found by itself;
// what it should print stands in the table below, and an example without an entry fails.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { optimiseLater } from "../scripts/optimise-later.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "chainrule-examples-"));
afterAll(() => rmSync(folder, { recursive: true }));

const promises: Record<string, (output: string) => void> = {
  "neuron.ts": (output) => {
    expect(output).toContain("= 0.7071");
    expect(output).toMatch(/^x1 +2\.000000 +-1\.500000 +-1\.500000$/m);
    expect(output).toContain("backward and nudging agree");
    expect(readFileSync(join(folder, "neuron.dot"), "utf8")).toContain("digraph");
    expect(readFileSync(join(folder, "neuron.svg"), "utf8")).toContain("grad 0.5000");
  },
  "xor.ts": (output) => {
    expect(output).toMatch(/^step 500 {2}loss 0\.000\d\d$/m);
  },
  "digits.ts": (output) => {
    const [first, second] = [...output.matchAll(/^epoch \d: reads ([\d.]+) % of the digits/gm)].map(([, x]) =>
      Number(x),
    );
    expect(first).toBeGreaterThan(97.5);
    expect(second).toBeGreaterThanOrEqual(98.5);
  },
  "moons.ts": (output) => {
    expect(output.match(/^step \d+ loss \d\.\d{4}, accuracy \d+ %$/gm)).toHaveLength(100);
    expect(output).toMatch(/^step 99 loss 0\.0\d+, accuracy 100 %$/m);
    expect(output).toContain("●");
    expect(output).toContain("○");
  },
  "moons-tensors.ts": (output) => {
    expect(output.match(/^step \d+ loss \d\.\d{4}, accuracy \d+ %$/gm)).toHaveLength(100);
    expect(output).toMatch(/^step 99 loss 0\.0\d+, accuracy 100 %$/m);
    expect(output.match(/●/g)?.length).toBeGreaterThan(25);
    expect(output.match(/○/g)?.length).toBeGreaterThan(25);
  },
  "names.ts": (output) => {
    expect(lossesIn(output)[4]).toBeLessThan(1.2);
    expectNames(output);
  },
  "lstm.ts": (output) => {
    expect(lossesIn(output)[4]).toBeLessThan(1.3);
    expectNames(output);
  },
};

/** The losses of a net that begins by chance: of 27 letters, log 27 = 3.3. */
function lossesIn(output: string): number[] {
  const losses = [...output.matchAll(/^step \d+ {2}loss ([\d.]+)$/gm)].map(([, x]) => Number(x));
  expect(losses[0]).toBeGreaterThan(3);
  return losses;
}

/** Ten names that are not in the list. */
function expectNames(output: string): void {
  const known = readFileSync(join(root, "examples", "names.txt"), "utf8").split(/\s+/);
  const made = output.match(/^made up: (.*)$/m)?.[1].split(", ") ?? [];
  expect(made).toHaveLength(10);
  expect(new Set([...made, ...known]).size).toBe(10 + new Set(known).size);
  for (const name of made) expect(name).toMatch(/^[a-z]{1,11}$/);
}

// An example writes into the folder that is its first argument, never into the checkout.
test.each(readdirSync(join(root, "examples")).filter((name) => name.endsWith(".ts")))("examples/%s", (name) => {
  expect(existsSync(join(root, "dist", "scalar", "index.js")), "dist/ is missing: npm run build").toBe(true);
  const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
  // Tests run side by side: one thread each.
  const env = { ...process.env, CHAINRULE_THREADS: "1" };
  const output = execFileSync(process.execPath, [tsx, ...optimiseLater, join("examples", name), folder], {
    cwd: root,
    encoding: "utf8",
    env,
  });
  const promise = promises[name];
  if (promise === undefined) throw new Error(`examples/${name} has no entry in test/examples.test.ts`);
  promise(output);
});
