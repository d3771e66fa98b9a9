// Threads never keep a process alive, never hold up its end, and several that train do not meet.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("process.js", import.meta.url));

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly complaints: string;
  /** From its first words, or from its start, to its end; in milliseconds. */
  readonly time: number;
}

/** Runs the script until it ends; `signal` is sent when it has said something. */
function run(mode: string, signal: NodeJS.Signals | null = null): Promise<End> {
  const child = spawn(process.execPath, [script, mode], { stdio: ["ignore", "pipe", "pipe"] });
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

it("a process ends when it has nothing left to do, although its threads wait for more", async () => {
  const { code, output, complaints, time } = await run("ends");
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
  expect(JSON.parse(output).company).toBeGreaterThan(0);
  expect(time).toBeLessThan(2000);
  const waiting = await run("waits for threads alone");
  expect({ code: waiting.code, complaints: waiting.complaints }).toEqual({ code: 0, complaints: "" });
  expect(Number(waiting.output)).toBeGreaterThanOrEqual(1);
});

it.each(["SIGTERM", "SIGINT"] as const)("a process ends in mid-step by %s", async (signal) => {
  const end = await run("goes on", signal);
  expect({ signal: end.signal, complaints: end.complaints }).toEqual({ signal, complaints: "" });
  expect(end.time).toBeLessThan(2000);
});

it("a process ends by an error, and by process.exit while a worker of its trains", async () => {
  const thrown = await run("throws");
  expect(thrown.code).toBe(1);
  expect(thrown.complaints).toContain("something else went wrong");
  const { code, complaints } = await run("exits");
  expect({ code, complaints }).toEqual({ code: 7, complaints: "" });
});

it("a worker that trains is terminated in mid-step, and its process goes on training", async () => {
  const { code, complaints, output } = await run("terminates");
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
  expect(JSON.parse(output).company).toBeGreaterThan(0);
});

it("two workers and their parent train at the same time, each as if it were alone", async () => {
  const { code, complaints, output } = await run("together");
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
  const losses = JSON.parse(output).map(({ loss }: { loss: number }) => loss);
  expect(losses.length).toBe(3);
  expect(new Set(losses).size).toBe(1);
});
