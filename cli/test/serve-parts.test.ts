// The parts of chainrule serve that bound what others may take: threads that fail or are slow, budgets, rates, and names of other sites.
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Budget } from "../src/serve/budget.ts";
import { checkSite } from "../src/serve/guard.ts";
import { Rate } from "../src/serve/rate.ts";
import { Closed, Thread, TooSlow } from "../src/serve/thread.ts";

test("a thread that is slow or fails is ended, and the next message gets a new one", async () => {
  let started = 0;
  const text = `const { parentPort } = require("node:worker_threads");
    parentPort.on("message", (n) => {
      if (n === 0) return;
      if (n < 0) throw new RangeError("below 0");
      parentPort.postMessage(2 * n);
    });`;
  const thread = new Thread<number, number>(() => {
    started++;
    return new Worker(text, { eval: true });
  });
  expect(await thread.ask(2)).toBe(4);
  expect(await thread.ask(3, 10_000)).toBe(6);
  expect(started).toBe(1);
  await expect(thread.ask(0, 50)).rejects.toThrow(TooSlow);
  expect(await thread.ask(4)).toBe(8);
  await expect(thread.ask(-1)).rejects.toThrow("below 0");
  expect(await thread.ask(5)).toBe(10);
  expect(started).toBe(3);
  const last = thread.ask(0);
  await Promise.all([expect(last).rejects.toThrow(Closed), thread.close()]);
  await expect(thread.ask(1)).rejects.toThrow(Closed);
});

test("a budget is given back, also where the work fails", async () => {
  const budget = new Budget(2, "too much");
  budget.take(1);
  const failing = budget.during(() => Promise.reject(new RangeError("no")));
  expect(() => budget.take(1)).toThrow("too much; come again");
  await expect(failing).rejects.toThrow("no");
  expect(await budget.during(async () => 3)).toBe(3);
  budget.give(1);
  expect(() => budget.take(3)).toThrow(/come again/);
  expect(() => budget.take(2)).not.toThrow();
});

test("names of other sites are told from the machine's own", () => {
  const check =
    (host: string | undefined, origin?: string, isOpen = false) =>
    () =>
      checkSite({ host, origin }, isOpen);
  for (const host of ["localhost", "LOCALHOST:80", "127.0.0.1:9", "[::1]:9", "a.localhost", "127.9.9.9"])
    expect(check(host)).not.toThrow();
  for (const host of [
    undefined,
    "",
    "evil.org",
    "127.0.0.1.evil.org",
    "localhost.evil.org",
    "10.0.0.1",
    "localhost/x",
    "a@localhost",
    "[::2]",
  ])
    expect(check(host), host).toThrow(/header Host/);
  expect(check("evil.org", undefined, true)).not.toThrow();
  expect(check("localhost:80", "http://localhost")).toThrow(/a page of http:\/\/localhost may not/);
  expect(check("localhost:81", "http://localhost:81")).not.toThrow();
  for (const origin of ["null", "https://localhost:81", "http://localhost:82", "http://127.0.0.1:81", ""])
    expect(check("localhost:81", origin), origin).toThrow(/may not use/);
});

test("an address has so many requests a second, and another one its own", () => {
  const rate = new Rate(3);
  const allowed = (times: readonly number[], address = "a") => times.map((now) => rate.allows(address, now));
  expect(allowed([0, 1, 2, 3])).toEqual([true, true, true, false]);
  expect(allowed([3], "b")).toEqual([true]);
  expect(allowed([336, 337, 1400, 1400, 1400, 1400])).toEqual([true, false, true, true, true, false]);
});
