// The part with the visitor's own classes as a visitor uses it: pictures from files, the camera and the pad, trained, judged, answered, saved for the
// command line and as ONNX, found again at the next visit; and nothing of it leaves the browser.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readModel } from "chainrule/model";
import { modelToOnnx } from "chainrule-onnx";
import type { Locator, Page } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect } from "vitest";
import { chainrule, events } from "../../../cli/test/command.ts";
import { it } from "../../../test/browser/chromium.ts";
import { temporaryFolder } from "../../../test/node/synthetic.ts";
import { violations } from "../accessible.ts";
import { breakDown, type Look, Site } from "../site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open({ camera: true });
});
afterAll(() => site.close());

type Colour = readonly [number, number, number];

/** A coloured disk, or stripes, on a ground whose level differs from picture to picture. */
function picture(kind: "disk" | "stripes", n: number, colour: Colour = [200, 40, 30]): Buffer {
  const png = new PNG({ width: 72, height: 64 });
  for (let y = 0; y < 64; y++)
    for (let x = 0; x < 72; x++) {
      const isInk = kind === "disk" ? Math.hypot(x - 30 - n, y - 30) < 16 + n : (x + y + n) % 12 < 6;
      png.data.set([...(isInk ? colour : ([225 - 3 * n, 225, 220] as const)), 255], 4 * (72 * y + x));
    }
  return PNG.sync.write(png);
}

const files = (kind: "disk" | "stripes", count: number) =>
  Array.from({ length: count }, (_, n) => ({
    name: `${kind} ${n}.png`,
    mimeType: "image/png",
    buffer: picture(kind, n),
  }));

async function open(look: Look = {}) {
  const { page, leave } = await site.visit({ at: "classes", ...look });
  const part = page.locator("#classes");
  await part.evaluate((element) => element.scrollIntoView());
  const button = (name: string | RegExp) => part.getByRole("button", { name });
  const text = async (id: string) => (await part.getByTestId(id).allTextContents()).join(" ").trim();
  const cards = part.getByRole("listitem").filter({ has: page.getByRole("textbox") });
  await expect.poll(() => cards.count()).toBeGreaterThan(0);
  return { page, leave, part, button, text, cards };
}

const thumbnails = (card: Locator) => card.locator("img").count();
const shown = (probabilities: readonly number[]) => probabilities.map((one) => `${Math.round(100 * one)}%`);

/** Runs the part's program in the page, and waits for what it prints. */
async function prints(part: Locator, words: string): Promise<void> {
  await part.getByRole("button", { name: "Show the code" }).click();
  await part.getByRole("button", { name: "Run", exact: true }).click();
  await expect.poll(() => part.getByRole("log").textContent(), { timeout: 60_000 }).toContain(words);
  await part.getByRole("button", { name: "Hide the code" }).click();
}

/** Saves a model by its button; its bytes. */
async function saved(page: Page, button: Locator): Promise<Buffer> {
  const download = page.waitForEvent("download");
  await button.click();
  return readFile(await (await download).path());
}

it("learns classes from files, says how good it is, and its files give the same answers elsewhere", async () => {
  const { page, leave, part, button, text, cards } = await open();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(`${request.method()} ${request.postData() ?? ""}`.trim()));
  const fetched = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  expect((await fetched()).filter((name) => name.includes("efficientnet"))).toEqual([]);

  // What is missing is said, and the size of what will be fetched.
  expect(await text("train")).toBe("Train (downloads 6.9 MB once)");
  expect(await text("missing")).toBe("Class 1 has no pictures yet.");
  await cards.nth(0).getByRole("textbox").fill("disk");
  await cards.nth(1).getByRole("textbox").fill("stripes");
  await cards.nth(0).getByTestId("files").setInputFiles(files("disk", 5));
  await cards
    .nth(1)
    .getByTestId("files")
    .setInputFiles([...files("stripes", 5), { name: "none.png", mimeType: "image/png", buffer: Buffer.from("none") }]);
  await expect.poll(() => text("problem")).toMatch(/^none\.png cannot be read: it is damaged/);
  await expect.poll(() => Promise.all([thumbnails(cards.nth(0)), thumbnails(cards.nth(1))])).toEqual([5, 5]);

  await button("Train").click();
  await expect.poll(() => text("accuracy"), { timeout: 60_000 }).toBe("100%");
  expect(await part.getByText("10 of 10 pictures").count()).toBe(1);
  expect(await part.getByText(/^One class has only 5 pictures/).count()).toBe(1);
  await expect.poll(() => text("train")).toBe("Train");

  const asked = picture("stripes", 3, [30, 60, 190]);
  await part.getByTestId("look").setInputFiles({ name: "asked.png", mimeType: "image/png", buffer: asked });
  await expect.poll(() => text("verdict")).toMatch(/^stripes, \d+%$/);
  const probabilities = await part.getByTestId("probability").allTextContents();

  const [model, onnx] = [await saved(page, button("Save the model")), await saved(page, button("Save as ONNX"))];
  const folder = temporaryFolder();
  await writeFile(join(folder, "my-classes.safetensors"), model);
  await writeFile(join(folder, "asked.png"), asked);
  const told = await chainrule(["predict", "my-classes.safetensors", "asked.png", "--json"], { cwd: folder });
  const prediction = events(told).find(({ event }) => event === "prediction");
  expect(prediction?.class).toBe("stripes");
  expect(shown(Object.values(prediction?.probabilities as Record<string, number>))).toEqual(probabilities);

  // The page writes the same ONNX file as Node, which the tests of the command line and of the engine run in ONNX Runtime.
  expect(Buffer.compare(onnx, modelToOnnx(readModel(model)))).toBe(0);

  // The program of the part, run in the page, finds the same.
  await prints(part, "right on pictures that it had not learned from: 100%");

  // A removed picture leaves the focus among the others, and comes back at its place.
  const before = await cards.nth(0).locator("img").first().getAttribute("src");
  await cards.nth(0).getByRole("button", { name: "Remove picture 1", exact: true }).focus();
  await page.keyboard.press("Delete");
  await expect.poll(() => thumbnails(cards.nth(0))).toBe(4);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Remove picture 1");
  await expect.poll(() => text("stale")).toMatch(/^The classes have changed/);
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => thumbnails(cards.nth(0))).toBe(5);
  expect(await cards.nth(0).locator("img").first().getAttribute("src")).toBe(before);
  await expect.poll(() => text("stale")).toBe("");
  await part.evaluate((element) => element.scrollIntoView());
  expect(await violations(page, "#classes")).toEqual([]);
  expect(new Set(requests)).toEqual(new Set(["GET"]));

  // The next visit finds classes, pictures, accuracy and model, and the features need not be computed again.
  await page.reload();
  await expect.poll(() => text("accuracy")).toBe("100%");
  await expect.poll(() => Promise.all([thumbnails(cards.nth(0)), thumbnails(cards.nth(1))])).toEqual([5, 5]);
  await part.getByTestId("look").setInputFiles({ name: "asked.png", mimeType: "image/png", buffer: asked });
  await expect.poll(() => part.getByTestId("probability").allTextContents()).toEqual(probabilities);
  await button("Remove the class stripes").click();
  await expect.poll(() => cards.count()).toBe(1);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Name of class 1");

  // A model from a file replaces it, and can be taken back; a file that is none changes nothing.
  const pick = (name: string, buffer: Buffer) =>
    part.getByTestId("model-file").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
  await pick("broken.safetensors", Buffer.from([1, 2, 3]));
  await expect.poll(() => text("problem")).toMatch(/^broken\.safetensors/);
  await pick("mine.safetensors", model);
  await expect.poll(() => part.getByText("This model comes from mine.safetensors.").count()).toBe(1);
  await expect.poll(() => part.getByTestId("probability").allTextContents()).toEqual(probabilities);
  await page.locator(".undo").getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => text("accuracy")).toBe("100%");
  await leave();
}, 120_000);

it("takes pictures of the camera while a button is held, drawings and pasted pictures, and switches the camera off when it leaves", async () => {
  const { page, leave, part, button, cards, text } = await open({ phone: true });
  expect(await page.locator("video").count()).toBe(0);
  await button("Camera for Class 1").click();
  await expect.poll(() => page.locator("video").count()).toBe(2);
  const hold = button("Hold to record");
  await expect.poll(() => hold.getAttribute("aria-disabled")).toBeNull();
  await hold.focus();
  await page.keyboard.down("Space");
  await expect.poll(() => thumbnails(cards.nth(0))).toBeGreaterThan(3);
  await page.keyboard.up("Space");
  // Pictures that were taken before the key went up still arrive; then there are no more.
  const removable = cards.nth(0).getByRole("button", { name: /^Remove picture/ });
  const arrivedInHalfASecond = async () => {
    const before = await removable.count();
    await page.waitForTimeout(500);
    return (await removable.count()) - before;
  };
  await expect.poll(arrivedInHalfASecond).toBe(0);
  expect(await arrivedInHalfASecond()).toBe(0);

  await button("Draw pictures for Class 2").click();
  const pad = cards.nth(1).getByRole("application", { name: "Drawing pad" });
  await pad.focus();
  for (const key of ["Space", "ArrowDown", "ArrowRight", "Space"]) await page.keyboard.press(key);
  await button("Add the drawing").click();
  await expect.poll(() => thumbnails(cards.nth(1))).toBe(1);
  expect(await pad.locator("path").count()).toBe(0);
  await page.evaluate(
    (bytes) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([Uint8Array.from(bytes)], "pasted.png", { type: "image/png" }));
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    [...picture("disk", 1)],
  );
  await expect.poll(() => thumbnails(cards.nth(1))).toBe(2);

  // A small conv net needs no download.
  await part.getByRole("radio", { name: "random weights" }).check();
  await button("Train").click();
  await expect.poll(() => text("accuracy"), { timeout: 60_000 }).toMatch(/%$/);
  await prints(part, `right on pictures that it had not learned from: ${await text("accuracy")}`);
  await part.evaluate((element) => element.scrollIntoView());
  expect(await violations(page, "#classes")).toEqual([]);
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(inner).toBeLessThanOrEqual(outer);
  await page.evaluate(() => scrollTo(0, 0));
  await expect.poll(() => page.locator("video").count()).toBe(0);
  await leave();
}, 120_000);

it("says what prevents the download, and trains at the next press", async () => {
  const { page, part, button, text, cards } = await open();
  await cards.nth(0).getByTestId("files").setInputFiles(files("disk", 2));
  await cards.nth(1).getByTestId("files").setInputFiles(files("stripes", 2));
  await page.route("**/efficientnet*", (route) => route.abort());
  let fetched = "";
  page.on("request", (request) => {
    if (request.url().includes("efficientnet")) fetched = request.url();
  });
  await button("Train").click();
  await expect.poll(() => text("problem")).toMatch(/^The pretrained net could not be downloaded/);
  expect(await part.getByRole("progressbar").count()).toBe(0);
  await page.unroute("**/efficientnet*");
  await button("Train").click();
  await expect.poll(() => text("accuracy"), { timeout: 60_000 }).toMatch(/%$/);
  expect(await text("problem")).toBe("");

  // After the end of the engine another one has the pictures again.
  await breakDown(page, "classes");
  await expect.poll(() => part.getByRole("alert").textContent()).toMatch(/^The engine stopped: .*out of memory/);
  await button("Start again").click();
  await part.getByTestId("look").setInputFiles(files("stripes", 1));
  await expect.poll(() => text("verdict")).toMatch(/^Class 2, \d+%$/);

  // What the browser has stored, as the service worker stores it, is not announced as a download.
  await page.evaluate(async (address) => (await caches.open("data")).add(address), fetched);
  await page.reload();
  await expect.poll(() => text("train")).toBe("Train");
  await page.context().close();
}, 120_000);
