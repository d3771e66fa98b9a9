// Presses the buttons, choices and switches of the page by keyboard, one after another, and finds those that lose the focus.
import type { Locator, Page } from "playwright-core";
import { partsOf } from "./focus.ts";

/** Gives the focus to a control; its kind and its words, or null if it is not shown. */
const give = (controls: Locator, i: number) =>
  controls.nth(i).evaluate((element: HTMLElement) => {
    if (!element.checkVisibility({ visibilityProperty: true })) return null;
    element.focus();
    const words = element.getAttribute("aria-label") ?? (element.textContent?.trim() || element.outerHTML.slice(0, 80));
    const isInput = element instanceof HTMLInputElement;
    // The choices of a row, and rows of buttons that differ by a number, are of one kind.
    const kind = isInput && element.type === "radio" ? element.name : words.replace(/\d+/g, "#");
    return { words, kind, isInput, hasFocus: element.matches(":focus") };
  });

/** Two frames after a press: whether the focus is in the page, and whether something covers the page. */
const after = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<{ isLost: boolean; isCovered: boolean }>((done) =>
        requestAnimationFrame(() =>
          setTimeout(() => {
            const isLost = document.activeElement === null || document.activeElement === document.body;
            done({ isLost, isCovered: document.querySelector("dialog[open], [data-presenting]") !== null });
          }, 30),
        ),
      ),
  );

/** What a press changes: buttons, choices, switches. Radios are pressed by the keyboard's Space. */
const pressed = "button, [role=button], [role=switch], summary, input[type=checkbox], input[type=radio]";

/** Buttons that begin work of seconds. */
const begins = /^(Train|Learn|Start the race|Run|Test|Try it)\b/;

/** The presses that lose the focus: of all controls, or of one of each kind, without those that begin a training. */
export async function lostBy(page: Page, which: "all" | "one of each kind"): Promise<readonly string[]> {
  page.on("filechooser", () => undefined);
  const lost: string[] = [];
  for (const place of ["header", ...(await partsOf(page)).map((id) => `#${id}`)]) {
    const controls = page.locator(place).locator(pressed);
    const kinds = new Set<string>();
    for (let i = 0; i < (await controls.count()); i++) {
      const given = await give(controls, i);
      if (given === null) continue;
      if (which !== "all" && (begins.test(given.words) || kinds.has(given.kind))) continue;
      kinds.add(given.kind);
      if (!given.hasFocus) lost.push(`${place}: ${given.words} cannot have the focus`);
      await page.keyboard.press(given.isInput ? "Space" : "Enter");
      const { isLost, isCovered } = await after(page);
      if (isLost && given.hasFocus) lost.push(`${place}: ${given.words}`);
      if (isCovered) await page.keyboard.press("Escape");
    }
    if (kinds.size === 0) lost.push(`${place}: there is nothing to press`);
  }
  return lost;
}
