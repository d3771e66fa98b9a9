// The net as one plays with it: trained, stepped, changed while it learns, lost and brought back, and found again by its link.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../../test/browser/chromium.ts";
import { violations } from "../accessible.ts";
import { Site } from "../site.ts";
import { shown, stepOf } from "./figures.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

/** The step of the run that the browser keeps. */
const storedStep = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const open = indexedDB.open("keyval-store");
        open.onsuccess = () => {
          const get = open.result.transaction("keyval").objectStore("keyval").get("chainrule net");
          get.onsuccess = () => resolve(get.result?.progress?.step ?? 0);
        };
      }),
  );
const focusedText = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
const fits = async (page: Page) => {
  const [inner, outer] = await page.evaluate(() => {
    const part = document.querySelector("#net");
    return [part?.scrollWidth ?? 0, innerWidth];
  });
  return inner <= outer;
};

it("learns the moons by keyboard alone, keeps the focus, and brings back what a reset took away", async () => {
  const { page, leave } = await site.visit({ at: "net" });
  const part = page.locator("#net");
  await expect.poll(() => shown(part, "status")).toBe("Ready");
  await part.getByRole("button", { name: "Train", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => focusedText(page)).toBe("Pause");
  await expect.poll(() => shown(part, "accuracy")).toMatch(/^(9[5-9]|100)%$/);
  await page.keyboard.press("Enter");
  await expect.poll(() => focusedText(page)).toBe("Train");
  await expect.poll(() => shown(part, "status")).toBe("Paused");

  await page.keyboard.press("Tab");
  const step = await stepOf(part);
  await page.keyboard.press("Enter");
  await expect.poll(() => stepOf(part)).toBe(step + 1);
  const loss = await shown(part, "loss");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect.poll(() => stepOf(part)).toBe(0);
  expect(await focusedText(page)).toBe("Reset");
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => stepOf(part)).toBe(step + 1);
  expect(await shown(part, "loss")).toBe(loss);
  const chart = part.getByRole("slider", { name: "Loss by step" });
  expect(await chart.getAttribute("aria-valuetext")).toMatch(/^step [\d,]+ · training 0[.\d]+ · test 0[.\d]+$/);
  await chart.focus();
  await page.keyboard.press("Home");
  expect(await chart.getAttribute("aria-valuenow")).toBe("0");
  expect(await violations(page, "#net")).toEqual([]);

  await expect.poll(() => storedStep(page)).toBe(step + 1);
  await page.reload();
  await expect.poll(() => stepOf(part)).toBe(step + 1);
  expect(await shown(part, "loss")).toBe(loss);
  await leave();
});

it("after Pause every press of Step counts, however late the engine's reports arrive", async () => {
  const { page, leave } = await site.visit();
  await page.addInitScript(() => {
    const { addEventListener } = Worker.prototype;
    Worker.prototype.addEventListener = function (this: Worker, type: string, heard: EventListener) {
      addEventListener.call(this, type, (event: Event) => void setTimeout(() => heard(event), 200));
    };
  });
  await page.goto(page.url().replace(/#.*|$/, "#net"));
  await page.reload();
  const part = page.locator("#net");
  await part.getByRole("button", { name: "Train", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => stepOf(part)).toBeGreaterThan(5);
  await page.keyboard.press("Enter");
  await expect.poll(() => shown(part, "status")).toBe("Paused");
  const step = await stepOf(part);
  for (const key of ["Tab", "Enter", "Enter"]) await page.keyboard.press(key);
  await expect.poll(() => stepOf(part)).toBe(step + 2);
  await leave();
});

it("is changed while it is shown: layers down to none, neurons, a weight by keyboard as one change", async () => {
  const { page, leave } = await site.visit({ at: "net" });
  const part = page.locator("#net");
  await part.getByRole("button", { name: "One layer more" }).click();
  await part.getByRole("button", { name: "Neuron 4 of layer 3: weights" }).waitFor();
  await part.getByRole("button", { name: "One neuron fewer in layer 3" }).click();
  await expect.poll(() => part.getByRole("button", { name: "Neuron 4 of layer 3: weights" }).count()).toBe(0);
  await expect.poll(() => page.url()).toContain("layers=8.8.3");

  const neuron = part.getByRole("button", { name: "Neuron 1 of layer 1: weights" });
  await neuron.hover();
  await part.getByText("Output of Neuron 1 of layer 1").waitFor();
  await neuron.click();
  const weights = part.getByRole("group", { name: "Neuron 1 of layer 1: weights" });
  await part.getByRole("button", { name: "Train", exact: true }).click();
  await expect.poll(() => stepOf(part)).toBeGreaterThan(3);
  const slider = weights.getByRole("slider").first();
  await slider.focus();
  await page.keyboard.down("ArrowRight");
  for (let i = 0; i < 8; i++) await page.keyboard.down("ArrowRight");
  const held = await stepOf(part);
  await page.keyboard.up("ArrowRight");
  await expect.poll(() => page.url()).toMatch(/edits=\d+\*0\.0\.0\*-?[\d.]+$/);
  await expect.poll(() => stepOf(part)).toBeGreaterThan(held);
  await part.getByRole("button", { name: "Pause" }).click();

  const fewer = part.getByRole("button", { name: "One layer fewer" });
  for (let layers = 3; layers > 0; layers--) await fewer.click();
  await expect.poll(() => page.url()).toContain("layers=0");
  expect(await fewer.getAttribute("aria-disabled")).toBe("true");
  await part.getByRole("button", { name: "The output: weights" }).waitFor();
  expect(await violations(page, "#net")).toEqual([]);
  await leave();
});

it("a link replays the run, names what it does not know, and gives way to Undo; a question trains its answer", async () => {
  const { page, leave } = await site.visit({
    at: "net?data=circles&act=relu&rate=0.1&seed=7&edits=10*rate*0.03&to=60&glow=1&decay=x",
  });
  const part = page.locator("#net");
  await expect.poll(() => stepOf(part)).toBe(60);
  const loss = await shown(part, "loss");
  await part.getByText("settings that this page does not know: decay=x").waitFor();
  expect(await part.getByRole("slider", { name: "Loss by step" }).getAttribute("aria-valuemax")).toBe("59");
  await part.getByRole("listitem").first().getByRole("button", { name: "Try it" }).click();
  await expect.poll(() => stepOf(part)).toBeGreaterThan(61);
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => stepOf(part)).toBe(60);
  expect(await shown(part, "loss")).toBe(loss);
  await page.evaluate(() => scrollTo({ top: 0 }));
  await leave();
});

it("points are set by pointer and by keyboard, stand in the address, and come back after their removal", async () => {
  const { page, leave } = await site.visit({ at: "net?data=yours" });
  const part = page.locator("#net");
  const plane = part.getByRole("button", { name: /^Add points/ });
  await plane.click({ position: { x: 100, y: 100 } });
  await part.getByRole("radio", { name: "orange" }).check();
  await plane.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect.poll(() => plane.getAttribute("aria-label")).toContain("2 points");
  await expect.poll(() => page.url()).toMatch(/points=\w{4}b\w{4}o/);
  await part.getByRole("button", { name: "Remove all points" }).click();
  await expect.poll(() => plane.getAttribute("aria-label")).toContain("0 points");
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => plane.getAttribute("aria-label")).toContain("2 points");
  await part.getByRole("button", { name: "Train", exact: true }).click();
  await expect.poll(() => shown(part, "accuracy")).toBe("100%");
  await leave();
});

it("says that a loss diverges, and so when it is not a number any more", async () => {
  const { page, leave } = await site.visit({ at: "net?decay=1&rate=10&to=500" });
  const part = page.locator("#net");
  await part.getByText("The loss is not a number any more").waitFor();
  await part.getByText("diverging", { exact: true }).waitFor();
  await leave();
});

it("fits one screen of a projector, and 320 pixels; paused out of view it says so and goes on", async () => {
  const { page, leave } = await site.visit({ at: "net?to=20" });
  const part = page.locator("#net");
  await page.setViewportSize({ width: 1366, height: 768 });
  await expect.poll(() => stepOf(part)).toBe(20);
  await part.getByRole("button", { name: "Neuron 1 of layer 2: weights" }).click();
  await part.getByRole("group", { name: "Neuron 1 of layer 2: weights" }).waitFor();
  const height = await part.locator(".stage").evaluate((stage) => stage.getBoundingClientRect().height);
  expect(height).toBeLessThanOrEqual(768 - 9 * 16);
  await part.getByRole("button", { name: "Train", exact: true }).click();
  await expect.poll(() => stepOf(part)).toBeGreaterThan(25);
  await page.evaluate(() => scrollTo({ top: 0 }));
  await expect.poll(() => shown(part, "status")).toBe("Paused while out of view");
  await part.getByRole("button", { name: "Train", exact: true }).waitFor();
  await part.scrollIntoViewIfNeeded();
  await expect.poll(() => shown(part, "status")).toBe("Training");
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await fits(page)).toBe(true);
  await leave();
});

it("is accessible in the dark and on a phone, where Train and the figures stay in view", async () => {
  const { page, leave } = await site.visit({ at: "net?to=20", dark: true, phone: true });
  const part = page.locator("#net");
  await expect.poll(() => stepOf(part)).toBe(20);
  await part.getByRole("button", { name: "The output: weights" }).tap();
  expect(await violations(page, "#net")).toEqual([]);
  expect(await fits(page)).toBe(true);
  const train = await part.getByRole("button", { name: "Train", exact: true }).boundingBox();
  expect(train?.y).toBeGreaterThanOrEqual(0);
  expect(train?.y).toBeLessThan(200);
  await leave();
});
