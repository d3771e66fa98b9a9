// The current palette. It is read from the style sheet once, and again when the page changes between light and dark.
import { colourOf, type Palette } from "./palette.ts";
import { theme } from "./theme.svelte.ts";

class Colours {
  #cached: { readonly scheme: string; readonly palette: Palette } | null = null;

  get palette(): Palette {
    const { scheme } = theme;
    if (this.#cached?.scheme !== scheme) this.#cached = { scheme, palette: read() };
    return this.#cached.palette;
  }
}

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => colourOf(style.getPropertyValue(name));
  return { ink: of("--ink"), sheet: of("--sheet"), above: of("--data"), below: of("--below") };
}

export const colours = new Colours();
