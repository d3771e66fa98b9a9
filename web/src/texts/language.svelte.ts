// The language of the page. A language is a folder with one file of texts for each part; English is loaded with the page and gives the
// type that all others must have. Components read `language.texts`, so a change of the language changes the page at once.
/// <reference types="svelte" />
import { choice } from "../store/choice.ts";
import { en, type Texts } from "./en/index.ts";
import { type Code, languages, preferredCode } from "./languages.ts";

export type { Texts };

const stored = choice("language");

class Language {
  /** The code of the language, as in the attribute `lang`. */
  code: Code = $state("en");
  texts: Texts = $state.raw(en);
  /** The name of a language that could not be loaded. */
  missing: string | null = $state(null);
  #asked: Code = "en";

  /** Takes the visitor's language; called once, before the page is shown. */
  start(): Promise<void> {
    return this.#take(preferredCode(location.search, stored.read(), navigator.languages));
  }

  async choose(code: Code): Promise<void> {
    await this.#take(code);
    if (this.code !== code) return;
    stored.write(code);
    const address = new URL(location.href);
    if (!address.searchParams.has("lang")) return;
    address.searchParams.set("lang", code);
    history.replaceState(history.state, "", address);
  }

  async #take(code: Code): Promise<void> {
    this.#asked = code;
    const { name, dir, load } = languages[code];
    const texts = await load().catch(() => null);
    // A later choice counts, whichever language is loaded first.
    if (this.#asked !== code) return;
    this.missing = texts === null ? name : null;
    if (texts === null) return;
    this.code = code;
    this.texts = texts;
    const root = document.documentElement;
    [root.lang, root.dir] = [code, dir];
    document.title = texts.story.title;
    document.querySelector('meta[name="description"]')?.setAttribute("content", texts.story.description);
  }

  /** A number with the language's separators: number(60000) is "60,000" in English. */
  number(x: number, digits = 0): string {
    return x.toLocaleString(this.code, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  /** A share between 0 and 1 in per cent: percent(0.973, 1) is "97.3%" in English. */
  percent(share: number, digits = 0): string {
    return share.toLocaleString(this.code, {
      style: "percent",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  }
}

export const language = new Language();
