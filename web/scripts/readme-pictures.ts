// Makes the README's pictures of the page: a neuron in the middle of a round, a net in training, and the net that recognises images after
// its training. Writes docs/demo-*.png.
//
//   npm run build:demo && npx tsx web/scripts/readme-pictures.ts
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { startChromium } from "../../test/browser/chromium.ts";
import { isolation, serve } from "../../test/browser/serve.ts";

const folder = resolve(import.meta.dirname, "../../docs");
const server = await serve({ "/": resolve(import.meta.dirname, "../dist") }, isolation);
const browser = await startChromium();

/** What is done in each part before its picture is taken. */
const scenes: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  neuron: async (page) => {
    await page.getByRole("button", { name: "Who is to blame?" }).click();
    await page.waitForTimeout(3000);
  },
  net: async (page) => {
    await page.locator("#net").getByRole("button", { name: "Train", exact: true }).click();
    await page.waitForTimeout(6000);
  },
  images: async (page) => {
    const part = page.locator("#images");
    await part.getByRole("button", { name: "Train", exact: true }).first().click();
    await page.waitForTimeout(15_000);
    const { x, y, width, height } =
      (await part.getByRole("application").first().boundingBox()) ?? fail("the pad is missing");
    const at = (across: number, down: number) => [x + across * width, y + down * height] as const;
    await page.mouse.move(...at(0.62, 0.2));
    await page.mouse.down();
    for (const [across, down] of [
      [0.4, 0.3],
      [0.33, 0.55],
      [0.4, 0.75],
      [0.55, 0.78],
      [0.64, 0.65],
      [0.55, 0.53],
      [0.4, 0.6],
    ])
      await page.mouse.move(...at(across, down), { steps: 6 });
    await page.mouse.up();
    await page.waitForTimeout(1500);
  },
};

for (const [part, act] of Object.entries(scenes)) {
  const page = await browser.newPage({
    viewport: { width: 1366, height: 768 },
    deviceScaleFactor: 1.5,
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  await page.goto(`${server.origin}/index.html#${part}`);
  await page.locator(`#${part}`).getByRole("button").nth(1).waitFor();
  await page.waitForTimeout(1500);
  await act(page);
  await page.screenshot({ path: resolve(folder, `demo-${part}.png`) });
  await page.close();
}
await browser.close();
await server.close();

function fail(words: string): never {
  throw new Error(words);
}
