// The page's colours as numbers, for what is painted pixel by pixel; anew when it changes between light and dark.
import { theme } from "../story/theme.svelte.ts";
import { colourOf, type Palette } from "./paint.ts";

class Colours {
  #changes = $state(0);
  #known: { readonly scheme: string; readonly palette: Palette } | null = null;

  constructor() {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#changes++;
    });
  }

  get palette(): Palette {
    const scheme = `${theme.choice} ${this.#changes}`;
    if (this.#known?.scheme !== scheme) this.#known = { scheme, palette: read() };
    return this.#known.palette;
  }
}

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => colourOf(style.getPropertyValue(name));
  return { ink: of("--ink"), above: of("--data"), below: of("--grad") };
}

export const colours = new Colours();
