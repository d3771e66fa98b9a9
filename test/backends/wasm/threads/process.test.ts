// Threads never keep a process alive and never delay its end, and several workers that train at the same time do not disturb each other.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { optimiseLater } from "../../../../scripts/optimise-later.js";

const script = fileURLToPath(new URL("process.js", import.meta.url));

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly complaints: string;
  /** Milliseconds from the process's last output, or from its start, to its end. */
  readonly time: number;
}

/** Runs the script until it ends; sends `signal` after its first output. */
function run(mode: string, signal: NodeJS.Signals | null = null): Promise<End> {
  const child = spawn(process.execPath, [...optimiseLater, script, mode], { stdio: ["ignore", "pipe", "pipe"] });
  let [output, complaints, since] = ["", "", performance.now()];
  child.stdout.on("data", (text) => {
    output += text;
    since = performance.now();
    if (signal) child.kill(signal);
  });
  child.stderr.on("data", (text) => {
    complaints += text;
  });
  return new Promise((resolve) => {
    child.on("close", (code, by) => resolve({ code, signal: by, output, complaints, time: performance.now() - since }));
  });
}

it("a process ends when it has nothing left to do, although its threads wait for work", async () => {
  const { code, output, complaints, time } = await run("ends");
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
  expect(JSON.parse(output).company).toBeGreaterThan(0);
  expect(time).toBeLessThan(2000);
  const waiting = await run("waits for threads alone");
  expect({ code: waiting.code, complaints: waiting.complaints }).toEqual({ code: 0, complaints: "" });
  expect(Number(waiting.output)).toBeGreaterThanOrEqual(1);
});

it.each(["SIGTERM", "SIGINT"] as const)("a process is ended by %s during a step", async (signal) => {
  const end = await run("goes on", signal);
  expect({ signal: end.signal, complaints: end.complaints }).toEqual({ signal, complaints: "" });
  expect(end.time).toBeLessThan(2000);
});

it("a process ends by an error, and by process.exit while one of its workers trains", async () => {
  const thrown = await run("throws");
  expect(thrown.code).toBe(1);
  expect(thrown.complaints).toContain("something else went wrong");
  const { code, complaints } = await run("exits");
  expect({ code, complaints }).toEqual({ code: 7, complaints: "" });
});

it("a worker that trains is terminated during a step, and its process continues to train", async () => {
  const { code, complaints, output } = await run("terminates");
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
  expect(JSON.parse(output).company).toBeGreaterThan(0);
});

it("two workers and their parent train at the same time, with the results that each has alone", async () => {
  const { code, complaints, output } = await run("together");
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
  const losses = JSON.parse(output).map(({ loss }: { loss: number }) => loss);
  expect(losses.length).toBe(3);
  expect(new Set(losses).size).toBe(1);
});
