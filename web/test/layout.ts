// What is wrong with the layout of an element of a page, one line each: it is wider than the window, text is cut off or lies over other
// text, a control is smaller than a finger needs (24 pixels, WCAG 2.5.8).
import type { Page } from "playwright-core";

export const layoutFaults = (page: Page, selector: string): Promise<readonly string[]> =>
  page.evaluate(faultsIn, selector);

/** Runs in the page. */
function faultsIn(selector: string): string[] {
  const root = document.querySelector(selector);
  if (root === null) return [`there is no ${selector}`];
  const faults: string[] = [];
  const told = (text: string) => JSON.stringify(text.trim().replace(/\s+/g, " ").slice(0, 40));
  const isShown = (element: Element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.closest(".hidden") === null &&
    getComputedStyle(element).clipPath !== "inset(50%)";
  const isFloating = (element: Element) => {
    for (let one: Element | null = element; one !== null && one !== root; one = one.parentElement)
      if (/fixed|sticky/.test(getComputedStyle(one).position)) return true;
    return false;
  };

  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} pixels wide, the window ${clientWidth}`);

  interface Text {
    readonly node: Node;
    readonly element: Element;
    readonly rect: DOMRect;
  }
  const texts: Text[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.textContent?.trim() === "" || !isShown(element)) continue;
    if (element.closest("option, select, title, textarea, [data-overlay]") !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects())
      if (rect.width > 1 && rect.height > 1) texts.push({ node, element, rect });
  }

  /** The box of an ancestor that cuts off what leaves it and does not scroll. */
  const clippedBy = ({ element, rect }: Text): Element | null => {
    for (let one: Element | null = element; one !== null && one !== document.body; one = one.parentElement) {
      const { overflowX, overflowY, textOverflow, position } = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      if (/auto|scroll/.test(overflowX + overflowY) || textOverflow === "ellipsis" || position === "fixed") return null;
      const isCut = (overflow: string, low: number, high: number, from: number, to: number) =>
        /hidden|clip/.test(overflow) && (from < low - 1.5 || to > high + 1.5);
      if (isCut(overflowX, box.left, box.right, rect.left, rect.right)) return one;
      if (isCut(overflowY, box.top, box.bottom, rect.top + 2, rect.bottom - 2)) return one;
    }
    return null;
  };
  for (const text of texts) if (clippedBy(text) !== null) faults.push(`cut off: ${told(text.node.textContent ?? "")}`);

  /** What of the text is seen: the boxes around it that scroll or cut off hide the rest. */
  const seen = ({ element, rect }: Text): DOMRect => {
    let { left, top, right, bottom } = rect;
    for (let one: Element | null = element; one !== null && one !== document.body; one = one.parentElement) {
      if (getComputedStyle(one).overflow === "visible") continue;
      const box = one.getBoundingClientRect();
      [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
    }
    return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
  };
  const still = texts
    .filter(({ element }) => !isFloating(element))
    .map((text) => ({ ...text, rect: seen(text) }))
    .filter(({ rect }) => rect.width > 1 && rect.height > 1);
  for (const [i, a] of still.entries())
    for (const b of still.slice(i + 1)) {
      if (a.node === b.node) continue;
      const across = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
      const down = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
      // The boxes of letters are higher than the letters.
      if (across > 1.5 && down > 0.4 * Math.min(a.rect.height, b.rect.height))
        faults.push(`${told(a.node.textContent ?? "")} lies over ${told(b.node.textContent ?? "")}`);
    }

  const controls = root.querySelectorAll(
    "button, a[href], input, select, textarea, summary, [role=button], [role=slider], [role=tab], [role=switch]",
  );
  for (const control of controls) {
    if (!isShown(control)) continue;
    const label = control instanceof HTMLInputElement ? (control.closest("label") ?? control.labels?.[0]) : null;
    const drawn =
      label !== null && label !== undefined && control.matches("[type=radio], [type=checkbox], [type=file]");
    const { width, height } = (drawn ? label : control).getBoundingClientRect();
    // A link within a sentence has the height of its line.
    const isInline = control.matches("a") && getComputedStyle(control).display === "inline";
    if (width > 0 && height > 0 && Math.min(width, height) < 23.5 && !isInline)
      faults.push(
        `${told(control.getAttribute("aria-label") ?? control.textContent ?? "")} (${control.tagName}) is ${width.toFixed(0)} × ${height.toFixed(0)} pixels`,
      );
  }
  return [...new Set(faults)];
}
