// Functions that run in the page of a report and say what a reader could not read there.

/** WCAG 2: the texts whose contrast with what is painted behind them is below 4.5 or, for large ones, 3. */
export function illegible(): string[] {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no canvas");
  // A matrix has thousands of texts in a few colours.
  const known = new Map<string, number>();
  const paint = (colours: readonly string[]): number => {
    const key = colours.join();
    const luminance = known.get(key) ?? painted(colours);
    known.set(key, luminance);
    return luminance;
  };
  const painted = (colours: readonly string[]): number => {
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((level) => {
      const part = level / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent?.trim() ?? "";
    if (element === null || text === "" || element.checkVisibility() === false) continue;
    const behind: string[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement)
      behind.unshift(getComputedStyle(at).backgroundColor);
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const [back, front] = [paint(behind), paint([...behind, color])];
    const contrast = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
    const size = Number.parseFloat(fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5;
    if (contrast < least) found.push(`${contrast.toFixed(2)} "${text}" in ${element.className || element.tagName}`);
  }
  return found;
}

/** The elements that reach beyond its right edge, unless an element around them scrolls or clips them. */
export function overflowing(): string[] {
  const contained = (element: Element): boolean =>
    element.parentElement !== null &&
    (getComputedStyle(element.parentElement).overflowX !== "visible" || contained(element.parentElement));
  const wide = document.documentElement.clientWidth;
  const out = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > wide + 0.5 && !contained(element),
  );
  const whole = document.documentElement.scrollWidth > wide ? ["the page"] : [];
  return [...whole, ...out.map((element) => `${element.tagName}.${element.className}`)];
}
