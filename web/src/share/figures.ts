// The figures of a part, and a figure as a PNG file. A figure is an element with data-figure, whose value is its name for the visitor; it
// may hold drawings, canvases and text.

export interface Figure {
  readonly name: string;
  readonly element: HTMLElement;
}

/** Pixels of the picture for each pixel of the page. */
const scale = 2;
/** Device-independent pixels of white space around the figure. */
const margin = 16;
const maxNameLength = 90;

/** The figures of a part that are on the screen at the moment, in their order. */
export function figuresOf(part: string): readonly Figure[] {
  const elements = document.querySelectorAll<HTMLElement>(`#${CSS.escape(part)} [data-figure]`);
  return [...elements]
    .filter((element) => element.getClientRects().length > 0)
    .map((element) => ({ name: element.dataset.figure ?? "", element }));
}

/** The figure as a PNG, in the colours that it has on the page. */
export async function pngOf({ element }: Figure): Promise<Blob> {
  const { domToBlob } = await import("modern-screenshot");
  const { width, height } = element.getBoundingClientRect();
  return domToBlob(element, {
    scale,
    width: Math.ceil(width) + 2 * margin,
    height: Math.ceil(height) + 2 * margin,
    backgroundColor: getComputedStyle(document.documentElement).getPropertyValue("--sheet").trim(),
    style: { margin: `${margin}px`, width: `${width}px`, height: `${height}px` },
    font: false,
  });
}

/** "chainrule-net-loss-data-moons-seed-3.png": the part, the figure and the settings, as far as a file name holds them. */
export function fileNameOf(part: string, figure: string, settings: Readonly<Record<string, string>>): string {
  const words = ["chainrule", part, figure, ...Object.entries(settings).flat()];
  const name = words
    .join("-")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-");
  return `${name.slice(0, maxNameLength).replace(/-+$/, "")}.png`;
}
