// The part with one neuron as a visitor reads and operates it, by roles and names.
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { violations } from "../accessible.ts";
import type { Look, Site, Visit } from "../site.ts";

export const part = (page: Page) => page.locator("#neuron");
export const leaf = (page: Page, name: string) => part(page).getByRole("slider", { name, exact: true });
export const said = (page: Page, name: string) => leaf(page, name).getAttribute("aria-valuetext");
export const shown = (page: Page, name: string) =>
  part(page)
    .getByRole("img", { name: new RegExp(`^${name}: `) })
    .getAttribute("aria-label");
export const button = (page: Page, name: string) => part(page).getByRole("button", { name, exact: true });
/** All that is told of the step. */
export const told = async (page: Page) => {
  const texts = await page.getByRole("region", { name: "What happens" }).locator(".said p").allTextContents();
  return texts.join(" ").replaceAll("\u00a0", " ");
};
export const formula = (page: Page) => page.getByRole("textbox", { name: "Formula" });
export const example = (page: Page, name: string) => page.getByRole("combobox", { name: "Example" }).selectOption(name);
export const isFocused = (page: Page, name: string) =>
  button(page, name).evaluate((one) => one === document.activeElement);

/** With the check of the gradient and a field for a number open. */
export async function isAccessible(page: Page): Promise<void> {
  await button(page, "Is the gradient true? Check it without calculus").click();
  await page.getByRole("region", { name: "Check a gradient without calculus" }).waitFor();
  await leaf(page, "w").press("Enter");
  expect(await violations(page, "#neuron")).toEqual([]);
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(inner).toBeLessThanOrEqual(outer);
}

/** One visit for the tests of a group: a page is loaded once, and each test begins with what it needs. */
export function shared(open: () => Site, look: Look): () => Visit {
  const visits: Visit[] = [];
  beforeAll(async () => {
    visits.push(await open().visit({ at: "neuron", ...look }));
  });
  afterAll(() => visits[0].leave());
  return () => visits[0];
}

interface Place {
  readonly x: number;
  readonly y: number;
}
type Touch = "touchStart" | "touchMove" | "touchEnd";

/** One finger that moves from a place, down and to the right, and two that move apart in a box. */
export async function fingersOn(page: Page, from: Place) {
  const fingers = await page.context().newCDPSession(page);
  const send = async (type: Touch, points: readonly (Place & { readonly id?: number })[]): Promise<void> => {
    await fingers.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [...points] });
  };
  return {
    touch: (type: Touch, by = 0) => send(type, [{ x: from.x + by, y: from.y + by }]),
    pinch: (type: Touch, { x, y }: Place, apart = 0) =>
      send(
        type,
        [-1, 1].map((side) => ({ x: x + 180 + side * apart, y: y + 150, id: side + 1 })),
      ),
  };
}

/** The middle of a number in the graph, in pixels of the window. */
export async function middle(page: Page, name: string): Promise<Place> {
  const { x, y, width, height } = (await leaf(page, name).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  return { x: x + width / 2, y: y + height / 2 };
}

/** Whether the number stands within the box of the graph. */
export const isSeen = (box: Locator, name: string) =>
  box.evaluate((element, label) => {
    const card = element.querySelector(`[aria-label^="${label}:"]`)?.getBoundingClientRect();
    const frame = element.getBoundingClientRect();
    return card !== undefined && card.left >= frame.left - 1 && card.right <= frame.right + 1;
  }, name);

/** The neuron's output as a function of its sum, and as a function of x1 at Karpathy's weight. */
export const tanh = (sum: number) => Math.tanh(sum).toFixed(4);
export const slope = (sum: number) => (-3 * (1 - Math.tanh(sum) ** 2)).toFixed(4).replace("-", "−");
