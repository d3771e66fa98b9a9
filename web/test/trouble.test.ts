// Where something is missing or breaks, the page says so, and everything that does not need it still works.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../test/browser/chromium.ts";
import { violations } from "./accessible.ts";
import { stepOf } from "./net/figures.ts";
import { breakDown, Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

it("without module workers the neuron works, and each other part says what is missing", async () => {
  const { page, leave } = await site.visit({ without: "workers" });
  await page.locator("#neuron").scrollIntoViewIfNeeded();
  await page.locator("#neuron").getByRole("button", { name: "All steps of this round" }).click();
  await expect.poll(() => page.locator("#neuron").textContent()).toContain("To make the error smaller, raise w and b.");
  for (const part of ["#net", "#race", "#images"]) {
    await page.locator(part).scrollIntoViewIfNeeded();
    await expect.poll(() => page.locator(part).textContent()).toContain("This browser has no module workers");
  }
  expect(await violations(page, "body")).toEqual([]);
  await leave();
});

it("without SIMD the scalar net trains, and the parts with compiled nets say what is missing", async () => {
  const { page, leave } = await site.visit({ at: "net", without: "vectors" });
  const net = page.locator("#net");
  await net.getByRole("button", { name: "Train", exact: true }).click();
  await expect.poll(() => stepOf(net)).toBeGreaterThan(5);
  for (const part of ["#race", "#images"]) {
    await page.locator(part).scrollIntoViewIfNeeded();
    await expect.poll(() => page.locator(part).textContent()).toContain("This browser has no WebAssembly SIMD");
  }
  await leave();
});

it("a part whose script does not arrive says so, and the others work", async () => {
  const { page } = await site.visit({ at: "race", broken: /Net-.*\.js/ });
  await page.locator("#net").scrollIntoViewIfNeeded();
  const alert = page.locator("#net").getByRole("alert");
  await expect.poll(() => alert.textContent()).toContain("This part could not be loaded");
  await page.locator("#race").getByRole("button", { name: "Start the race" }).waitFor();
  await page.context().close();
});

it("a net whose worker dies says why, and goes on from where it was", async () => {
  const { page } = await site.visit({ at: "net" });
  const net = page.locator("#net");
  await net.getByRole("button", { name: "Train", exact: true }).click();
  await expect.poll(() => stepOf(net)).toBeGreaterThan(0);
  await breakDown(page, "net");
  await expect.poll(() => net.getByRole("alert").textContent()).toMatch(/The net stopped: .*out of memory/);
  const reached = await stepOf(net);
  await net.getByRole("button", { name: "Restart" }).click();
  await expect.poll(() => net.getByRole("alert").count()).toBe(0);
  await expect.poll(() => stepOf(net)).toBe(reached);
  await net.getByRole("button", { name: "Train", exact: true }).click();
  await expect.poll(() => stepOf(net)).toBeGreaterThan(reached);
  await page.context().close();
});

it("a race whose worker dies says why, and starts again", async () => {
  const { page } = await site.visit({ at: "race" });
  const race = page.locator("#race");
  const first = race.getByRole("listitem").first();
  await race.getByRole("button", { name: "Start the race" }).click();
  await expect.poll(() => first.textContent()).toMatch(/[1-9]\d* steps/);
  await breakDown(page, "race");
  await expect.poll(() => race.getByRole("alert").textContent()).toMatch(/The race stopped: .*out of memory/);
  await race.getByRole("button", { name: "Start again" }).click();
  await expect.poll(() => race.getByRole("alert").count()).toBe(0);
  await expect.poll(() => first.textContent()).toMatch(/[1-9]\d* steps/);
  await page.context().close();
});

it("a browser that cannot run the script shows the reason after a moment, and no other browser shows it", async () => {
  const { page, leave } = await site.visit();
  await page.locator("#neuron").waitFor();
  expect(await page.locator(".late").count()).toBe(0);
  await leave();

  const { page: old } = await site.visit();
  const index = await readFile(resolve(import.meta.dirname, "../dist/index.html"), "utf8");
  const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(index)?.[1];
  if (script === undefined) throw new Error("index.html names no script");
  await old.route(`**/${script}`, (route) =>
    route.fulfill({ contentType: "text/javascript", body: "this is no JavaScript of its time" }),
  );
  await old.reload();
  const word = old.locator(".late");
  expect(await word.isVisible()).toBe(false);
  await expect.poll(() => word.isVisible()).toBe(true);
  expect(await word.textContent()).toContain("too old");
  expect(await violations(old, "body")).toEqual([]);
  await old.context().close();
});
