// The net as one plays with it: trained, stepped, changed while it learns, and found again by its link.
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../test/browser/chromium.ts";
import { violations } from "./accessible.ts";
import { shown, stepOf } from "./net-figures.ts";
import { Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

it("learns the moons, pauses, and takes single steps", async () => {
  const { page, leave } = await site.visit({ at: "net" });
  const part = page.locator("#net");
  await part.getByRole("button", { name: "Train", exact: true }).click();
  await expect.poll(() => shown(part, "right")).toMatch(/^(9[5-9]|100) %$/);
  await part.getByRole("button", { name: "Pause" }).click();
  await part.getByRole("button", { name: "One step" }).click();
  const step = await stepOf(part);
  await part.getByRole("button", { name: "One step" }).click();
  await expect.poll(() => stepOf(part)).toBeGreaterThan(step);
  await part.getByRole("button", { name: "From the beginning" }).click();
  await expect.poll(() => stepOf(part)).toBe(0);
  expect(await violations(page, "#net")).toEqual([]);
  await leave();
});

it("is changed while it is shown: layers, neurons, a weight by pointer and by keyboard", async () => {
  const { page, leave } = await site.visit({ at: "net" });
  const part = page.locator("#net");
  await part.getByRole("button", { name: "One layer more" }).click();
  await part.getByRole("button", { name: "Neuron 4 of layer 3: weights" }).waitFor();
  await part.getByRole("button", { name: "One neuron fewer in layer 3" }).click();
  await expect.poll(() => part.getByRole("button", { name: "Neuron 4 of layer 3: weights" }).count()).toBe(0);
  expect(page.url()).toContain("layers=8.8.3");

  const neuron = part.getByRole("button", { name: "Neuron 1 of layer 1: weights" });
  await neuron.hover();
  await part.getByText("Neuron 1 of layer 1: its output").waitFor();
  await neuron.click();
  const weights = part.getByRole("group", { name: "Neuron 1 of layer 1: weights" });
  const slider = weights.getByRole("slider").first();
  const before = await slider.inputValue();
  await slider.focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
  await expect.poll(() => slider.inputValue()).not.toBe(before);
  await expect.poll(() => page.url()).toContain("0*0.0.0*");
  expect(await violations(page, "#net")).toEqual([]);
  await leave();
});

it("a link replays the run: same seed, same steps, same loss", async () => {
  const { page, leave } = await site.visit({
    at: "net?data=circles&act=relu&rate=0.1&seed=7&edits=10*rate*0.03&to=60",
  });
  const part = page.locator("#net");
  await expect.poll(() => stepOf(part)).toBe(60);
  const loss = await shown(part, "loss");
  expect(loss).toMatch(/^0\.\d{4}$/);
  await page.reload();
  await expect.poll(() => stepOf(part)).toBe(60);
  expect(await shown(part, "loss")).toBe(loss);
  await leave();
});

it("points are set by pointer and by keyboard, and stand in the address", async () => {
  const { page, leave } = await site.visit({ at: "net?data=yours" });
  const part = page.locator("#net");
  const plane = part.getByRole("button", { name: /^Add points/ });
  await plane.click({ position: { x: 100, y: 100 } });
  await part.getByRole("radio", { name: "orange" }).check();
  await plane.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect.poll(() => plane.getAttribute("aria-label")).toContain("2 points");
  expect(page.url()).toMatch(/points=\w{4}b\w{4}o/);
  await part.getByRole("button", { name: "Train", exact: true }).click();
  await expect.poll(() => shown(part, "right")).toBe("100 %");
  await leave();
});

it("says so when the loss is not a number any more", async () => {
  const { page, leave } = await site.visit({ at: "net?decay=1&rate=10&to=500" });
  await page.locator("#net").getByText("The loss is not a number any more").waitFor();
  await leave();
});

it("is accessible in the dark and on a phone, which it fits", async () => {
  const { page, leave } = await site.visit({ at: "net?to=20", dark: true, phone: true });
  const part = page.locator("#net");
  await expect.poll(() => stepOf(part)).toBe(20);
  await part.getByRole("button", { name: "The output: weights" }).tap();
  expect(await violations(page, "#net")).toEqual([]);
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(inner).toBeLessThanOrEqual(outer);
  await leave();
});
