// Where the keyboard's focus is on a page: the name and role of the element as assistive technology has them, and where it stands.
import { errors, type Page } from "playwright-core";

export interface Focus {
  /** Role and name: button "Train". "nothing" if the focus is on no element of the page. */
  readonly what: string;
  /** Whether the role is one that needs a name, and has none. */
  readonly nameless: boolean;
  /** The slide (opening or part) that has the element; "page" outside of them. */
  readonly part: string;
  /** In pixels of the document. */
  readonly box: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  /** Whether a visitor sees it: some of it is in the window, and nothing lies over all of that. */
  readonly seen: boolean;
  /** What lies over it. */
  readonly over: string;
  /** Whether it stays in place while the page scrolls. */
  readonly fixed: boolean;
  /** A key that tells elements apart. */
  readonly id: number;
}

/** Milliseconds in which an element that the page replaces is there again. */
const patience = 5_000;

/**
 * The focused element, with those in shadow roots. Its place and its name are asked for one after the other, and in between the page may
 * replace the element (an answer of an engine arrives): both are asked for until they are about one element that has a name.
 */
export async function focusOf(page: Page): Promise<Focus> {
  for (const began = performance.now(); ; await page.waitForTimeout(50)) {
    const focus = await placeOf(page);
    if (focus === null) return nothing;
    const { html, ...place } = focus;
    const what = await nameOf(page);
    const isLate = performance.now() - began > patience;
    if (what === "" && !isLate) continue;
    if ((await idOf(page)) !== place.id && !isLate) continue;
    const nameless =
      /^(button|link|textbox|searchbox|slider|spinbutton|combobox|checkbox|radio|switch|tab|img|application)(?! ")/;
    return { ...place, what: what === "" ? html : what, nameless: what === "" || nameless.test(what) };
  }
}

const nothing: Focus = {
  what: "nothing",
  nameless: false,
  part: "page",
  box: { left: 0, top: 0, right: 0, bottom: 0 },
  seen: false,
  over: "",
  fixed: true,
  id: -1,
};

/** Role and name; empty where the element has gone, and where it has neither. */
async function nameOf(page: Page): Promise<string> {
  const snapshot = await page.locator(":focus").last().ariaSnapshot({ timeout: 1_000 }).catch(missed);
  return snapshot.split("\n")[0].replace(/^- /, "").replace(/:$/, "");
}

function missed(error: unknown): string {
  if (error instanceof errors.TimeoutError) return "";
  throw error;
}

/** The key of the focused element, once placeOf has met it. */
const idOf = (page: Page) =>
  page.evaluate(() => {
    let element: Element | null = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const { walked } = window as unknown as { walked?: Map<Element | null, number> };
    return walked?.get(element) ?? null;
  });

const placeOf = (page: Page) =>
  page.evaluate(() => {
    let element: Element | null = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (element === null || element === document.body || element === document.documentElement) return null;
    const known = ((window as unknown as { walked?: Map<Element, number> }).walked ??= new Map());
    const id = known.get(element) ?? known.size;
    known.set(element, id);
    const rects = [...element.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
    // A control that is drawn by its label (a radio in a row of choices, a file) is seen where the label is.
    const drawn =
      element.closest("label") ?? (element instanceof HTMLInputElement ? element.labels?.[0] : null) ?? element;
    const [first] = drawn === element ? rects : drawn.getClientRects();
    const { left, top, right, bottom } = first ?? new DOMRect();
    // What of it is in the window, and within the ancestors that cut it off.
    const shown = {
      left: Math.max(left, 0),
      top: Math.max(top, 0),
      right: Math.min(right, innerWidth),
      bottom: Math.min(bottom, innerHeight),
    };
    for (
      let one: Node | null = drawn.parentNode;
      one !== null;
      one = one instanceof ShadowRoot ? one.host : one.parentNode
    ) {
      if (!(one instanceof Element) || one === document.documentElement || getComputedStyle(one).overflow === "visible")
        continue;
      const box = one.getBoundingClientRect();
      shown.left = Math.max(shown.left, box.left);
      shown.top = Math.max(shown.top, box.top);
      shown.right = Math.min(shown.right, box.right);
      shown.bottom = Math.min(shown.bottom, box.bottom);
    }
    const root = element.getRootNode() as Document | ShadowRoot;
    const covers = (across: number, down: number): Element | null => {
      const x = shown.left + across * (shown.right - shown.left);
      const found = root.elementFromPoint(x, shown.top + down * (shown.bottom - shown.top));
      const whole = found?.closest("label") ?? found;
      return drawn.contains(found) || found?.contains(drawn) || whole?.contains(element) ? null : found;
    };
    // A notice may lie over some of it, not over all.
    const points = [0.5, 0.15, 0.85].flatMap((across) => [0.5, 0.15, 0.85].map((down) => covers(across, down)));
    const over = points[0];
    const isOpen = shown.bottom - shown.top > 2 && shown.right - shown.left > 2;
    let fixed = false;
    for (let one: Element | null = element; one !== null; one = one.parentElement)
      if (/fixed|sticky/.test(getComputedStyle(one).position) || one.matches("dialog")) fixed = true;
    return {
      id,
      part: element.closest("section[id], #top")?.id ?? "page",
      box: { left: left + scrollX, top: top + scrollY, right: right + scrollX, bottom: bottom + scrollY },
      seen: isOpen && points.includes(null),
      over: over === null ? "outside" : `${over.tagName}.${over.getAttribute("class") ?? ""}`,
      fixed,
      html: element.cloneNode(false) instanceof Element ? (element.cloneNode(false) as Element).outerHTML : "",
    };
  });

/** Presses Tab, from the link at the top of the page, until every element that the keyboard reaches has had the focus once. */
export async function walk(page: Page, maxStops = 400): Promise<readonly Focus[]> {
  await page.locator(".skip").evaluate((link: HTMLElement) => link.focus());
  const first = await focusOf(page);
  const stops = [first];
  const seen = new Set([first.id]);
  while (stops.length < maxStops) {
    await page.keyboard.press("Tab");
    const stop = await focusOf(page);
    if (stop.id < 0 || seen.has(stop.id)) return stops;
    seen.add(stop.id);
    stops.push(stop);
  }
  throw new Error(`the keyboard walk does not end after ${maxStops} stops`);
}

/** Stops whose successor stands before them in the order of reading: above them in their column, or to their left in their row. */
export function disorder(stops: readonly Focus[]): readonly string[] {
  return stops.slice(1).flatMap((next, i) => {
    const before = stops[i];
    if (next.fixed || before.fixed || next.part !== before.part) return [];
    const [a, b] = [before.box, next.box];
    const above = b.bottom <= a.top + 1 && b.left < a.right - 1;
    const shared = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    const left = b.right <= a.left + 1 && shared > 0.5 * Math.max(a.bottom - a.top, b.bottom - b.top);
    return above || left ? [`${before.part}: ${before.what} → ${next.what}`] : [];
  });
}

/** The names of the parts, in their order on the page. */
export const partsOf = (page: Page) =>
  page.locator("main section[id]:not(#top)").evaluateAll((sections) => sections.map(({ id }) => id));

/** Scrolls through the page, so that all parts are loaded. */
export async function loadParts(page: Page): Promise<void> {
  for (const id of await partsOf(page)) {
    await page.locator(`#${id}`).evaluate((section) => section.scrollIntoView({ behavior: "instant" }));
    await page.locator(`#${id} .content:not(.waiting)`).waitFor();
    await page.locator(`#${id} :is(button, input)`).nth(1).waitFor();
  }
}

/** What a walk with Tab finds wrong. */
export async function faults(page: Page): Promise<readonly string[]> {
  const stops = await walk(page);
  return [
    ...(stops.length > 40 ? [] : [`the walk ends after ${stops.length} stops`]),
    ...stops.filter(({ nameless }) => nameless).map(({ part, what }) => `${part}: ${what} has no name`),
    ...stops.filter(({ seen }) => !seen).map(({ part, what, over }) => `${part}: ${what} is not seen (${over})`),
    ...disorder(stops).map((pair) => `${pair} goes back`),
  ];
}
