// Light or dark colours: those of the system, until the visitor chooses. Each change is one that can be seen; a choice that is the
// system's own follows the system from then on.
import { choice } from "../store/choice.ts";

type Scheme = "light" | "dark";

/** --paper of styles.css. */
const papers = { light: "#fbfaf7", dark: "#141311" } as const satisfies Record<Scheme, string>;
const stored = choice("colours");
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

class Theme {
  /** The visitor's choice; null for the system's colours. */
  choice: Scheme | null = $state(null);
  #system: Scheme = $state(systemIsDark.matches ? "dark" : "light");

  constructor() {
    systemIsDark.addEventListener("change", () => {
      this.#system = systemIsDark.matches ? "dark" : "light";
    });
    const before = stored.read();
    if (before === "light" || before === "dark") this.#take(before);
  }

  /** The colours that are shown. */
  get scheme(): Scheme {
    return this.choice ?? this.#system;
  }

  toggle(): void {
    const other = this.scheme === "light" ? "dark" : "light";
    this.#take(other === this.#system ? null : other);
    stored.write(this.choice);
  }

  #take(choice: Scheme | null): void {
    this.choice = choice;
    if (choice === null) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    // The browser's own bars have the page's colour: of the two tags, each for a scheme of the system, both take the choice's.
    for (const tag of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]'))
      tag.content = papers[choice ?? (tag.media.includes("dark") ? "dark" : "light")];
  }
}

export const theme = new Theme();
