// The page's colours as numbers, for pictures that are painted pixel by pixel.

export type Colour = readonly [red: number, green: number, blue: number];
export interface Palette {
  readonly ink: Colour;
  readonly sheet: Colour;
  readonly above: Colour;
  readonly below: Colour;
}

/** The colour of a text such as "#1f66b8". */
export function colourOf(hex: string): Colour {
  const number = Number.parseInt(hex.trim().slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/** The colour as CSS and canvases take it. */
export const cssOf = (colour: Colour): string => `rgb(${colour.join(", ")})`;
