// What a part shares: a link that shows the same, the HTML of a frame that shows the part alone, and its figures as PNG files.
import { readFile } from "node:fs/promises";
import { afterAll, it as anywhere, beforeAll, expect } from "vitest";
import { it } from "../../../test/browser/chromium.ts";
import { fileNameOf } from "../../src/share/figures.ts";
import { violations } from "../accessible.ts";
import { Site } from "../site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open({ folder: "/a folder/" });
});
afterAll(() => site.close());

anywhere("names a picture after the part, the figure and the settings, within what a file name holds", () => {
  expect(fileNameOf("net", "Loss", { data: "moons", layers: "8.8", rate: "0.03" })).toBe(
    "chainrule-net-loss-data-moons-layers-8-8-rate-0-03.png",
  );
  expect(fileNameOf("net", "Fläche / Verlust", {})).toBe("chainrule-net-fläche-verlust.png");
  expect(fileNameOf("net", "../../..", { points: "0".repeat(5000) }).length).toBeLessThan(100);
});

it("gives a link and a frame, which are selected where the browser does not copy", async () => {
  const { page, leave } = await site.visit({ at: "net?data=circles" });
  const opener = page.getByRole("button", { name: "Share: A net of neurons" });
  await opener.click();
  const dialog = page.getByRole("dialog", { name: "Share: A net of neurons" });
  const link = dialog.getByRole("textbox", { name: /Link/ });
  expect(await link.inputValue()).toMatch(/\/a%20folder\/(index\.html)?#net\?data=circles$/);
  // The browser of the tests allows no clipboard.
  await dialog.getByRole("button", { name: "Copy HTML" }).click();
  await expect.poll(() => dialog.getByRole("status").textContent()).toMatch(/copied|Ctrl\+C/);
  const frame = await dialog.getByRole("textbox", { name: /HTML/ }).inputValue();
  expect(await violations(page, "dialog[open]")).toEqual([]);
  await page.keyboard.press("Escape");
  expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);

  await page.goto(/src="([^"]*)"/.exec(frame)?.[1] ?? "no address");
  await expect.poll(() => page.getByRole("radio", { name: "circles" }).isChecked()).toBe(true);
  expect(await page.getByRole("heading", { level: 2 }).allTextContents()).toEqual([
    expect.stringContaining("A net of neurons"),
  ]);
  expect(await page.getByRole("navigation").count()).toBe(0);
  const whole = page.getByRole("link", { name: /whole page/ });
  await whole.focus();
  expect(await whole.getAttribute("href")).toMatch(/\/a%20folder\/(index\.html)?#net\?data=circles$/);
  expect(await violations(page, "body")).toEqual([]);
  await leave();
});

it("saves each figure of a part as a PNG of twice its size", async () => {
  const { page, leave } = await site.visit({ at: "neuron" });
  await page.getByRole("button", { name: /^Share: One neuron/ }).click();
  const button = page.getByRole("group", { name: "Save as PNG" }).getByRole("button").first();
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  expect(download.suggestedFilename()).toMatch(/^chainrule-neuron-.*\.png$/);
  const file = await readFile(await download.path());
  const width = await page
    .locator("#neuron [data-figure]")
    .first()
    .evaluate((element) => element.getBoundingClientRect().width);
  expect(file.subarray(1, 4).toString()).toBe("PNG");
  expect(file.readUInt32BE(16)).toBe(2 * (Math.ceil(width) + 32));
  await leave();
});
