// The page around its parts: it paints at once, leads to every part, keeps its colours, and is accessible.
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../../test/browser/chromium.ts";
import { violations } from "../accessible.ts";
import { stepOf } from "../net/figures.ts";
import { Site } from "../site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

it("paints within a second", async () => {
  const paints: number[] = [];
  // Other tests run at the same time, so the fastest of up to four visits counts.
  while (paints.length < 4 && !(Math.min(...paints) < 1000)) {
    const { page, leave } = await site.visit();
    const painted = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            const paint = list.getEntriesByName("first-contentful-paint")[0];
            if (paint) resolve(paint.startTime);
          }).observe({ type: "paint", buffered: true });
        }),
    );
    paints.push(painted);
    await leave();
  }
  expect(Math.min(...paints)).toBeLessThan(1000);
});

it("leads to each part by its link, on a phone too, and marks the part that is in view", async () => {
  for (const look of [{}, { phone: true }]) {
    const { page, leave } = await site.visit(look);
    const nav = page.getByRole("navigation", { name: "Parts" });
    for (const [link, heading] of [
      ["1 Neuron", "One neuron"],
      ["2 Net", "A net of neurons"],
      ["3 Efficiency", "Everything else is efficiency"],
      ["4 Images", "A net that recognises images"],
    ]) {
      const name = nav.getByRole("link", { name: link });
      expect(await name.textContent()).toContain(link.slice(2));
      await name.click();
      const title = page.getByRole("heading", { name: heading });
      await expect.poll(async () => Math.abs(((await title.boundingBox())?.y ?? -1000) - 100)).toBeLessThan(100);
      await expect.poll(() => nav.locator("[aria-current]").textContent()).toContain(link.slice(2));
    }
    await leave();
  }
});

it("speaks the visitor's language, changes it at once, and keeps the choice", async () => {
  const { page, leave } = await site.visit({ locale: "de-AT" });
  const now = () => page.evaluate(() => [document.documentElement.lang, document.title]);
  await expect.poll(now).toEqual(["de", "So lernen neuronale Netze – chainrule"]);
  await page.getByRole("heading", { level: 1, name: "So lernen neuronale Netze" }).waitFor();
  await page.getByLabel("Sprache").selectOption("es");
  await page.getByRole("heading", { level: 1, name: "Así aprenden las redes neuronales" }).waitFor();
  await page.reload();
  await expect.poll(now).toEqual(["es", "Así aprenden las redes neuronales – chainrule"]);
  await page.goto(page.url().replace("index.html", "index.html?lang=en"));
  await expect.poll(now).toEqual(["en", "See how neural networks learn – chainrule"]);
  await leave();
});

it("presents one slide on the screen: keys go on and back unless a control uses them, Escape leaves", async () => {
  const { page, leave } = await site.visit({ search: "?present", at: "neuron" });
  const slide = () => page.locator("main > section:visible").evaluateAll((all) => all.map(({ id }) => id).join());
  expect(await slide()).toBe("neuron");
  const type = await page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
  expect(Number.parseFloat(type)).toBeGreaterThan(16);
  for (const [key, shown] of [
    ["PageDown", "net"],
    ["ArrowRight", "race"],
    ["ArrowLeft", "net"],
    ["PageUp", "neuron"],
  ]) {
    await page.keyboard.press(key);
    await expect.poll(slide).toBe(shown);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe(shown);
  }
  await page.locator("#neuron").getByRole("textbox").first().press("ArrowRight");
  expect(await slide()).toBe("neuron");
  await page.keyboard.press("Escape");
  await expect.poll(slide).toContain("neuron,net");
  expect(page.url()).not.toContain("present");
  await leave();
});

it("keeps a net, and its settings in the address, when links to other parts and back are followed", async () => {
  const { page, leave } = await site.visit({ at: "net?data=circles&seed=7&to=20" });
  await expect.poll(() => stepOf(page.locator("#net"))).toBe(20);
  for (const [link, address] of [
    ["4 Images", "#images;net?data=circles&seed=7&to=20"],
    ["2 Net", "#net?data=circles&seed=7&to=20"],
  ]) {
    await page.getByRole("navigation").getByRole("link", { name: link }).click();
    await expect.poll(() => new URL(page.url()).hash).toBe(address);
  }
  expect(await stepOf(page.locator("#net"))).toBe(20);
  await leave();
});

for (const [what, look] of [
  ["light", {}],
  ["dark, on a phone", { dark: true, phone: true }],
] as const)
  it(`is accessible around its parts, changes its colours, and keeps the choice, ${what}`, async () => {
    const { page, leave } = await site.visit(look);
    expect(await violations(page, "body")).toEqual([]);

    // Its colours change with every click, and the choice stays.
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await paper();
    const button = page.getByRole("button", { name: /^Use (light|dark) colours$/ });
    await button.click();
    const after = await paper();
    expect(after).not.toBe(before);
    await page.reload();
    expect(await paper()).toBe(after);
    await button.click();
    expect(await paper()).toBe(before);

    for (const width of [320, 390])
      for (const dir of ["ltr", "rtl"]) {
        await page.setViewportSize({ width, height: 640 });
        await page.evaluate((direction) => {
          document.documentElement.dir = direction;
        }, dir);
        // Pictures that follow the width of the window do so in the next frames.
        const inner = () =>
          page.evaluate(() => {
            const header = document.querySelector("header");
            return Math.max(header?.scrollWidth ?? Infinity, document.documentElement.scrollWidth);
          });
        await expect.poll(async () => [width, dir, Math.max(await inner(), width)]).toEqual([width, dir, width]);
      }
    await leave();
  });
