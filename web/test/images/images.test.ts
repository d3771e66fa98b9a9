// The fourth part as a visitor uses it: trains a net in the page, draws digits, looks inside, saves, loads, and drops files that are good and
// files that are not.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../../test/browser/chromium.ts";
import { bars, idx } from "../../../test/node/synthetic.ts";
import { type Stroke, three } from "../../src/images/pad/strokes.ts";
import { violations } from "../accessible.ts";
import { breakDown, type Look, Site } from "../site.ts";
import { draw, drawnOne, drop } from "./hand.ts";

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
  const files = part.getByTestId("files");
  /** The net has read the drawing. */
  await expect.poll(() => text("verdict"), { timeout: 20_000 }).not.toMatch(/^(|…|Nothing is drawn yet\.)$/);
  return { page, leave, part, button, text, files };
}

/** Draws a dot, shows which pixels matter, and looks at all of it. */
async function isAccessible(page: Page, part: Locator): Promise<void> {
  const pad = part.getByRole("application", { name: "Drawing pad" });
  await pad.click();
  await expect.poll(() => pad.locator("path").count()).toBe(1);
  await part.getByLabel("Which pixels matter", { exact: true }).check();
  // Nothing of it lies under the page's header.
  await part.evaluate((element) => element.scrollIntoView());
  expect(await violations(page, "#images")).toEqual([]);
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(inner).toBeLessThanOrEqual(outer);
}

const number = (text: string) => Number.parseFloat(text.replace(/[^\d.]/g, ""));

it("learns digits in the page within a minute, answers meanwhile, keeps what it has learned, and says what it has not learned", async () => {
  const { page, leave, part, button, text, files } = await open();
  expect(await text("verdict")).toBe("The net is not trained yet.");
  expect(await text("probability")).toBe("– – – – – – – – – –");
  expect(await part.getByText("still random").count()).toBe(1);

  const began = performance.now();
  await button("Train").focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => text("epoch")).toMatch(/of 4/);
  // One button, which has kept the focus.
  expect(await button("Pause").evaluate((element) => element === document.activeElement)).toBe(true);
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
  // There is no GPU here, and nothing is said of one.
  expect(
    await part
      .getByTestId("gpu")
      .or(part.getByRole("radio", { name: "GPU" }))
      .count(),
  ).toBe(0);
  // Between two tests the accuracy is the last one's: paused, the net is tested as it is.
  await button("Pause").click();
  await expect.poll(() => button("Test").getAttribute("aria-disabled")).toBeNull();
  await button("Test").click();
  await expect.poll(() => text("epoch")).toBe("testing");
  await expect.poll(() => text("epoch")).not.toBe("testing");

  // A dot, enlarged to the size of a digit, is no digit.
  await draw(page, [[[140, 140]]]);
  await expect.poll(() => text("verdict")).toBe("Unlike anything it learned.");
  await draw(page, three);
  await expect.poll(() => text("verdict")).toMatch(/^Looks like a 3/);
  await part.getByLabel("Which pixels matter", { exact: true }).check();
  await expect.poll(() => part.getByTestId("saliency").isVisible()).toBe(true);
  await part.getByRole("button", { name: "8", exact: true }).click();
  await expect.poll(() => part.getByRole("img", { name: "Which pixels matter for 8" }).count()).toBe(1);

  // The matrix counts each test picture once, most of them on its diagonal.
  const counts = await part.getByRole("region", { name: "Confusion matrix" }).locator("tbody td").allTextContents();
  expect(counts).toHaveLength(100);
  expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(10_000);
  expect(counts.filter((_, n) => n % 11 === 0).reduce((sum, count) => sum + Number(count), 0)).toBeGreaterThan(9600);

  const download = page.waitForEvent("download");
  await button("Save the net").click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe("mnist-cnn.safetensors");
  const bytes = await readFile(await saved.path());
  const onnx = page.waitForEvent("download");
  await button("Save as ONNX").click();
  expect((await onnx).suggestedFilename()).toBe("mnist-cnn.onnx");
  const before = await text("probability");
  const accuracy = await text("accuracy");

  // Another net, new weights and a reload lose nothing.
  await part.getByRole("radio", { name: "MLP" }).check({ force: true });
  await expect.poll(() => text("verdict")).toBe("The net is not trained yet.");
  await part.getByRole("radio", { name: "Conv net" }).check({ force: true });
  await expect.poll(() => text("probability")).toBe(before);
  await button("Reset").click();
  await expect.poll(() => text("verdict")).toBe("The net is not trained yet.");
  await page.getByRole("button", { name: "Undo", exact: true }).last().click();
  await expect.poll(() => text("probability")).toBe(before);
  expect(await text("accuracy")).toBe(accuracy);
  await page.waitForTimeout(600);
  await page.reload();
  await expect.poll(() => text("probability"), { timeout: 30_000 }).toBe(before);
  expect(await text("accuracy")).toBe(accuracy);
  expect(await button("Train more").isVisible()).toBe(true);

  // A net from a file takes the place of its kind, and can be taken back.
  await files.setInputFiles({ name: "mine.safetensors", mimeType: "application/octet-stream", buffer: bytes });
  await expect.poll(() => text("told")).toBe("mine.safetensors is loaded: draw something.");
  await expect.poll(() => text("probability")).toBe(before);
  await button("Test").click();
  await expect.poll(() => text("accuracy")).toBe(accuracy);

  // A mistake goes to the pad, and the net gives the same wrong answer, or none.
  const mistake = part.getByRole("button", { name: /taken for/ }).first();
  const said = /taken for\s+(\d)/.exec((await mistake.textContent()) ?? "")?.[1];
  await mistake.click();
  await expect.poll(() => text("verdict")).toMatch(new RegExp(`an? ${said},|^Unlike`));
  await part.evaluate((element) => element.scrollIntoView());
  expect(await violations(page, "#images")).toEqual([]);
  await leave();
}, 180_000);

it("is drawn on with the keyboard, undone and cleared; shows how each number inside comes about, by pointer and keys", async () => {
  const { page, leave, part, button, text } = await open();
  const paths = () => part.getByRole("application", { name: "Drawing pad" }).locator("path").count();
  await part.getByRole("application", { name: "Drawing pad" }).focus();
  await page.keyboard.press("Space");
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
  await page.keyboard.press("Space");
  expect(await paths()).toBe(1);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  expect(await paths()).toBe(2);
  await page.keyboard.press("Backspace");
  expect(await paths()).toBe(1);
  await button("Clear").click();
  await expect.poll(() => text("verdict")).toBe("Nothing is drawn yet.");
  await button("Undo").click();
  await expect.poll(() => text("verdict")).not.toBe("Nothing is drawn yet.");

  const maps = part.getByRole("application", { name: /^8 filters of 5×5/ });
  await maps.scrollIntoViewIfNeeded();
  const box = await maps.boundingBox();
  if (box === null) throw new Error("there are no maps");
  await page.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.2);
  await expect.poll(() => text("unit")).toMatch(/^map 1, column \d+, row \d+: /);
  const sum = async () => number(await text("products"));
  const shown = async (label: string) => {
    const texts = await part.getByTestId("unit").getByRole("img", { name: label }).locator("span").allTextContents();
    return texts.map(Number);
  };
  const [window, filter] = [await shown("window"), await shown("filter")];
  expect([window.length, filter.length]).toEqual([25, 25]);
  // The page writes one decimal of each number.
  expect(window.reduce((total, x, i) => total + x * filter[i], 0)).toBeCloseTo(await sum(), -1);
  await maps.focus();
  const before = await text("unit");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => text("unit")).not.toBe(before);
  await page.keyboard.press("Enter");
  await expect.poll(() => part.getByRole("application", { name: "map 1", exact: true }).count()).toBe(1);
  const scores = part.getByRole("application", { name: /^scores/ });
  await scores.focus();
  await expect.poll(() => text("unit")).toMatch(/^number 1: /);
  await leave();
});

it("is accessible, and keeps its first screen whole: pad, answer, accuracy and button, and on a phone a bar with the last three", async () => {
  const { page, leave, part, button } = await open();
  await isAccessible(page, part);
  await page.setViewportSize({ width: 1366, height: 768 });
  await part.evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
  const inside = async (locator: ReturnType<typeof part.locator>) => {
    const box = await locator.boundingBox();
    return box !== null && box.y >= 0 && box.y + box.height <= 768;
  };
  for (const one of [
    part.getByRole("application", { name: "Drawing pad" }),
    part.getByTestId("verdict"),
    part.getByTestId("accuracy"),
    button("Train"),
    button("Choose pictures").or(part.getByText("Choose pictures")),
  ])
    await expect.poll(() => inside(one.first())).toBe(true);
  for (const [width, height] of [
    [390, 844],
    [320, 640],
  ]) {
    await page.setViewportSize({ width, height });
    await part.getByRole("application", { name: "Drawing pad" }).scrollIntoViewIfNeeded();
    const train = part.getByRole("button", { name: "Train", exact: true });
    await expect.poll(() => train.count()).toBe(1);
    const box = await part.locator(".bar.sheet").boundingBox();
    expect(box !== null && box.y + box.height <= height).toBe(true);
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(inner).toBeLessThanOrEqual(outer);
  }
  await leave();
});

it("begins with a sixth of the pictures, and learns from all of them when the rest has arrived", async () => {
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
  await expect.poll(() => text("epoch")).toMatch(/ of 4$/);
  expect(await text("pictures")).toBe("10,000");
  release();
  await expect.poll(() => text("pictures")).toBe("60,000");
  // Four epochs of all pictures begin after the epoch in which they arrived.
  await expect.poll(() => text("epoch")).toMatch(/ of [5-9]$/);
  await expect.poll(async () => number(await text("accuracy"))).toBeGreaterThanOrEqual(90);
  expect(await part.getByRole("progressbar").count()).toBe(0);
  await leave();
}, 240_000);

it("takes pictures from files, wherever they are dropped or pasted, and says what is wrong with broken ones", async () => {
  const { page, leave, part, text } = await open();
  const one = drawnOne();
  const choose = part.locator('input[type="file"]').first();
  const strip = part.getByRole("list", { name: "Your pictures" }).getByRole("listitem");
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 60"><path d="M20 8V52" stroke="black" stroke-width="5"/></svg>';
  const heic = Uint8Array.from([0, 0, 0, 24, ...Buffer.from("ftypheic"), 0, 0, 0, 0]);
  // Several at once: each has its place, also those that cannot be read.
  await choose.setInputFiles([
    { name: "one.png", mimeType: "image/png", buffer: one },
    { name: "one.svg", mimeType: "image/svg+xml", buffer: Buffer.from(svg) },
    { name: "photo.heic", mimeType: "image/heic", buffer: Buffer.from(heic) },
  ]);
  await expect.poll(() => strip.count()).toBe(3);
  expect(await strip.getByRole("button").count()).toBe(2);
  expect(await text("refused")).toBe(
    "photo.heic is a HEIC file, which this browser cannot read. Save it as JPEG or PNG, or paste a screenshot of it.",
  );
  expect(await strip.first().getByRole("button").getAttribute("aria-pressed")).toBe("true");
  await strip.nth(1).getByRole("button").click();
  await expect.poll(() => strip.nth(1).getByRole("button").getAttribute("aria-pressed")).toBe("true");

  // Anywhere on the page: the page stays, and shows the picture.
  await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
  await drop(page, "header", "two.png", one);
  await expect.poll(() => strip.count()).toBe(4);
  await expect.poll(() => part.getByTestId("verdict").isVisible()).toBe(true);
  await page.evaluate(
    (bytes) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([Uint8Array.from(bytes)], "image.png", { type: "image/png" }));
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    [...one],
  );
  await expect.poll(() => strip.count()).toBe(5);
  // What another zone has taken does not arrive.
  await page.evaluate(() =>
    document.querySelector("header")?.addEventListener("drop", (event) => event.preventDefault(), { once: true }),
  );
  await drop(page, "header", "other.png", one);

  await drop(page, "body", "broken.png", [0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
  await expect.poll(() => text("refused")).toMatch(/^broken\.png cannot be read: it is damaged/);
  expect(await strip.count()).toBe(6);
  await drop(page, "body", "broken.safetensors", [1, 2, 3]);
  await expect.poll(() => text("told")).toMatch(/^broken\.safetensors: not a model file, or a damaged one/);
  await drop(page, "body", "train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 9, 1]);
  await expect.poll(() => text("told")).toMatch(/^train-labels-idx1-ubyte is damaged, or is not an IDX file: byte 9/);

  // One of over fifty million pixels is scaled down, and the page says so.
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(9000, 6000);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("no canvas");
    context.fillStyle = "white";
    context.fillRect(0, 0, 9000, 6000);
    context.fillStyle = "black";
    context.fillRect(4300, 600, 400, 4800);
    const data = new DataTransfer();
    data.items.add(new File([await canvas.convertToBlob({ type: "image/png" })], "large.png", { type: "image/png" }));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await expect
    .poll(() => text("told"), { timeout: 40_000 })
    .toMatch(/^large\.png has more than 50 million pixels\. It was scaled down to 2048×136\d\.$/);
  await expect.poll(() => strip.count()).toBe(7);
  await leave();
}, 90_000);

it("trains on the visitor's own data, and comes back to MNIST's nets", async () => {
  const { leave, part, button, text, files } = await open({ at: "images?net=mlp" });
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
  expect(await button("Train").isVisible()).toBe(true);
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
  await expect.poll(() => text("verdict"), { timeout: 20_000 }).toBe("The net is not trained yet.");
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

it("is accessible in the dark, on a phone", async () => {
  const { page, leave, part } = await open({ dark: true, phone: true });
  await isAccessible(page, part);
  await leave();
});
