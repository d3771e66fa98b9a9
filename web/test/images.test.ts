// The fourth part as a visitor uses it: trains a net in the page, draws digits, looks inside, saves, loads, and drops files that are good and
// files that are not.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../test/browser/chromium.ts";
import { bars, idx } from "../../test/node/synthetic.ts";
import { type Stroke, three } from "../src/images/strokes.ts";
import { violations } from "./accessible.ts";
import { breakDown, type Look, Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

const seven: readonly Stroke[] = [
  [
    [90, 60],
    [140, 58],
    [190, 60],
    [165, 120],
    [140, 180],
    [125, 225],
  ],
];

async function open(look: Look = {}, at: Site = site) {
  const { page, leave } = await at.visit({ at: "images", ...look });
  const part = page.locator("#images");
  const button = (name: string) => part.getByRole("button", { name, exact: true });
  const text = async (id: string) => (await part.getByTestId(id).allTextContents()).join(" ").trim();
  const files = part.locator('input[type="file"]');
  /** The net's answer, once there is one. */
  await expect.poll(() => text("verdict"), { timeout: 20_000 }).toMatch(/, \d+ %$/);
  return { page, leave, part, button, text, files };
}

async function draw(page: Page, strokes: readonly Stroke[]): Promise<void> {
  await page.getByRole("button", { name: "Clear" }).click();
  const field = page.getByRole("application", { name: "Drawing pad" });
  await field.scrollIntoViewIfNeeded();
  const box = await field.boundingBox();
  if (box === null) throw new Error("there is no pad");
  for (const [[x, y], ...rest] of strokes) {
    const scale = box.width / 280;
    await page.mouse.move(box.x + x * scale, box.y + y * scale);
    await page.mouse.down();
    for (const [toX, toY] of rest) await page.mouse.move(box.x + toX * scale, box.y + toY * scale, { steps: 4 });
    await page.mouse.up();
  }
}

const number = (text: string) => Number.parseFloat(text.replace(/[^\d.]/g, ""));

it("learns digits in the page within a minute, answers meanwhile, and keeps what it has learned in a file", async () => {
  const { page, leave, part, button, text, files } = await open();
  expect(number((await text("verdict")).split(",")[1])).toBeLessThan(40);
  const noise = await part.getByText("still noise").count();
  expect(noise).toBe(1);

  const began = performance.now();
  await button("Train").click();
  await expect.poll(() => text("epoch")).toMatch(/of 4/);
  // The drawing happens while the net trains.
  await draw(page, seven);
  await expect.poll(() => text("verdict")).toMatch(/^Looks like a 7/);
  await expect.poll(async () => number(await text("accuracy")), { timeout: 60_000 }).toBeGreaterThanOrEqual(97);
  const seconds = (performance.now() - began) / 1000;
  expect(seconds).toBeLessThan(60);
  expect(number(await text("speed"))).toBeGreaterThan(0);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  expect(await text("threads")).toBe(String(Math.min(cores, 16)));
  expect(await part.getByText("as learned so far").count()).toBe(1);
  await button("Stop").click();
  await expect.poll(() => button("Continue").isVisible(), { timeout: 10_000 }).toBe(true);

  await draw(page, three);
  await expect.poll(() => text("verdict")).toMatch(/^Looks like a 3/);
  await part.getByLabel("Which pixels matter", { exact: true }).check();
  await expect.poll(() => part.getByTestId("saliency").isVisible()).toBe(true);
  const inked = await part
    .getByTestId("saliency")
    .locator("canvas")
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const pixels = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
      return [width, height, pixels.filter((_, i) => i % 4 === 3).filter((alpha) => alpha > 20).length];
    });
  expect(inked.slice(0, 2)).toEqual([28, 28]);
  expect(inked[2]).toBeGreaterThan(50);
  await part.getByRole("button", { name: "8", exact: true }).click();
  await expect.poll(() => part.getByRole("img", { name: "Which pixels matter for 8" }).count()).toBe(1);

  // The matrix counts each test picture once, most of them on its diagonal.
  const counts = await part.getByRole("region", { name: "Confusion matrix" }).locator("tbody td").allTextContents();
  expect(counts).toHaveLength(100);
  expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(10_000);
  expect(counts.filter((_, n) => n % 11 === 0).reduce((sum, count) => sum + Number(count), 0)).toBeGreaterThan(9600);

  const download = page.waitForEvent("download");
  await button("Save the model").click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe("mnist-cnn.safetensors");
  const bytes = await readFile(await saved.path());
  const before = await text("probability");

  await page.reload();
  await expect.poll(() => text("verdict"), { timeout: 20_000 }).toMatch(/^Perhaps/);
  await files.setInputFiles({ name: "mine.safetensors", mimeType: "application/octet-stream", buffer: bytes });
  await expect.poll(() => text("told")).toBe("mine.safetensors is loaded: draw something.");
  await draw(page, three);
  await expect.poll(() => text("probability")).toBe(before);
  // The training was stopped in the middle of an epoch, a little after its last test.
  await button("Test it").click();
  await expect.poll(async () => number(await text("accuracy"))).toBeGreaterThan(95);

  // A mistake goes to the pad, and the net gives the same wrong answer.
  const mistake = part.getByRole("button", { name: /taken for/ }).first();
  const said = /taken for\s+(\d)/.exec((await mistake.textContent()) ?? "")?.[1];
  await mistake.click();
  await expect.poll(() => text("verdict")).toMatch(new RegExp(`an? ${said},`));
  await part.evaluate((element) => element.scrollIntoView());
  expect(await violations(page, "#images")).toEqual([]);
  await leave();
}, 180_000);

it("begins with a sixth of the pictures, goes on until the rest has arrived, and then learns from all of them", async () => {
  const { page, leave, part, button, text } = await open({ at: "images?net=mlp&pictures=all" });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/data/mnist-train-5-images*", async (route) => {
    await released;
    await route.continue();
  });
  await button("Train").click();
  await expect.poll(() => part.getByRole("progressbar", { name: "Fetching pictures" }).count()).toBe(1);
  await expect.poll(() => text("epoch")).toMatch(/^([5-9]|\d\d+) of \1$/);
  expect(await text("pictures")).toBe("10,000");
  release();
  await expect.poll(() => text("pictures")).toBe("60,000");
  await expect.poll(async () => number(await text("accuracy")), { timeout: 120_000 }).toBeGreaterThanOrEqual(97);
  expect(await part.getByRole("progressbar").count()).toBe(0);
  await leave();
}, 240_000);

it("is drawn on with the keyboard, undone and cleared", async () => {
  const { page, leave, part, button, text } = await open();
  const paths = () => part.getByRole("application").locator("path").count();
  const example = await text("probability");
  await part.getByRole("application", { name: "Drawing pad" }).focus();
  await page.keyboard.press("Space");
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
  await page.keyboard.press("Space");
  expect(await paths()).toBe(1);
  await expect.poll(() => text("probability")).not.toBe(example);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  expect(await paths()).toBe(2);
  await page.keyboard.press("Backspace");
  expect(await paths()).toBe(1);
  await button("Clear").click();
  await expect.poll(() => text("verdict")).toBe("Nothing is drawn yet.");
  await button("Undo").click();
  await expect.poll(() => text("verdict")).toMatch(/%$/);
  await leave();
});

it("takes pictures and data sets from files, and says what is wrong with broken ones", async () => {
  const { page, leave, part, button, text, files } = await open();
  const png = new PNG({ width: 60, height: 90 });
  png.data.fill(255);
  for (let y = 15; y < 75; y++) for (let x = 27; x < 33; x++) png.data.set([30, 30, 30, 255], 4 * (y * 60 + x));
  await files.setInputFiles({ name: "one.png", mimeType: "image/png", buffer: PNG.sync.write(png) });
  await expect.poll(() => text("told")).toBe("one.png is on the pad.");
  await expect.poll(() => text("verdict")).toMatch(/%$/);

  const drop = async (name: string, bytes: readonly number[]) => {
    const transfer = await page.evaluateHandle(
      ([called, content]) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(content)], called));
        return data;
      },
      [name, bytes] as const,
    );
    await part.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
  };
  // The answer to the picture comes after its place on the pad.
  let before = "";
  const isSettled = async () => {
    const earlier = before;
    before = await text("probability");
    return before === earlier;
  };
  await expect.poll(isSettled, { interval: 1000, timeout: 20_000 }).toBe(true);
  await drop("broken.png", [0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
  await expect.poll(() => text("told")).toMatch(/^broken\.png cannot be read/);
  await drop("broken.safetensors", [1, 2, 3]);
  await expect.poll(() => text("told")).toMatch(/^broken\.safetensors: not a model file, or a damaged one/);
  await drop("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 9, 1]);
  await expect.poll(() => text("told")).toMatch(/^train-labels-idx1-ubyte is damaged, or is not an IDX file: byte 9/);
  expect(await text("probability")).toBe(before);

  // Fashion-MNIST's names for a small data set of bars.
  const { images, labels } = bars(200);
  const fashion = [9, 2, 1, 1, 6, 1, 4, 6, 5, 7, 4, 5, 7, 3, 4, 1, 2, 4, 8, 0, 2, 5, 7, 9, 1, 4, 6, 0, 9, 3];
  const few = bars(fashion.length);
  const file = (name: string, bytes: Uint8Array) => ({ name, mimeType: "", buffer: Buffer.from(bytes) });
  await files.setInputFiles([
    file("train-images-idx3-ubyte.gz", gzipSync(idx([200, 28, 28], images))),
    file("train-labels-idx1-ubyte", idx([200], labels)),
    file("t10k-images-idx3-ubyte", idx([30, 28, 28], few.images)),
    file("t10k-labels-idx1-ubyte", idx([30], fashion)),
  ]);
  await expect
    .poll(() => text("told"))
    .toBe("Fashion-MNIST: 200 pictures of 28×28 to learn from, 30 to test with. Press Train.");
  await button("Train").click();
  await expect.poll(() => button("Train more").isVisible()).toBe(true);
  expect(await part.getByRole("rowheader", { name: "Ankle boot" }).count()).toBeGreaterThan(0);
  expect(await part.getByRole("region", { name: "Confusion matrix" }).locator("tbody td").count()).toBe(100);
  await button("Back to MNIST").click();
  await expect.poll(() => part.getByRole("rowheader", { name: "Ankle boot" }).count()).toBe(0);
  await leave();
}, 90_000);

it("says so when data cannot be fetched, and when its worker dies, and goes on afterwards", async () => {
  const { page, part, button, text } = await open({ at: "images?net=mlp" });
  await page.route("**/data/*", (route) => route.abort());
  await button("Train").click();
  const alert = part.getByRole("alert");
  await expect.poll(() => alert.textContent()).toMatch(/^Could not fetch mnist-/);
  await page.unroute("**/data/*");
  await button("Try again").click();
  await expect.poll(() => text("epoch")).toMatch(/of 4/);

  await breakDown(page, "images");
  await expect.poll(() => alert.textContent()).toMatch(/^The engine stopped: .*out of memory/);
  await button("Start again").click();
  await expect.poll(() => text("verdict"), { timeout: 20_000 }).toMatch(/^Perhaps/);
  await page.context().close();
});

it("trains on one thread in a page without shared memory, from any folder", async () => {
  const plain = await Site.open({ isolated: false, folder: "/some/where/" });
  const { leave, part, button, text } = await open({ at: "images?net=mlp" }, plain);
  expect(await text("threads")).toBe("1");
  expect(await part.getByText("One thread: this page was served without").count()).toBe(1);
  await button("Train").click();
  await expect.poll(async () => number(await text("accuracy")), { timeout: 40_000 }).toBeGreaterThan(85);
  await leave();
  await plain.close();
}, 90_000);

for (const [what, look] of [
  ["light", {}],
  ["dark, on a phone", { dark: true, phone: true }],
] as const)
  it(`is accessible, ${what}`, async () => {
    const { phone = false } = look as Look;
    const { page, leave, part } = await open(look);
    const pad = part.getByRole("application", { name: "Drawing pad" });
    if (phone) await pad.tap();
    else await pad.click();
    await expect.poll(() => pad.locator("path").count()).toBe(1);
    await part.getByLabel("Which pixels matter", { exact: true }).check();
    // Nothing of it lies under the page's header.
    await part.evaluate((element) => element.scrollIntoView());
    expect(await violations(page, "#images")).toEqual([]);
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(inner).toBeLessThanOrEqual(outer);
    await leave();
  });
