// What a visitor's hand does in the tests of the part with images: it draws on the pad and drops files.
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import type { Stroke } from "../../src/images/pad/strokes.ts";

/** Draws strokes on the cleared pad. */
export async function draw(page: Page, strokes: readonly Stroke[]): Promise<void> {
  await page.locator("#images").getByRole("button", { name: "Clear" }).click();
  const field = page.locator("#images").getByRole("application", { name: "Drawing pad" });
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

/** Drops a file somewhere on the page. */
export async function drop(page: Page, on: string, name: string, bytes: ArrayLike<number>): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([called, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], called));
      return data;
    },
    [name, Array.from(bytes)] as const,
  );
  await page.locator(on).dispatchEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
}

/** A digit one, drawn in ink on paper. */
export function drawnOne(): Buffer {
  const png = new PNG({ width: 60, height: 90 });
  png.data.fill(255);
  for (let y = 15; y < 75; y++) for (let x = 27; x < 33; x++) png.data.set([30, 30, 30, 255], 4 * (y * 60 + x));
  return PNG.sync.write(png);
}
