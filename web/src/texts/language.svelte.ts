// The language of the page. A language is a folder with one file of texts for each part; English is loaded with the page and gives the
// type that all others must have. Components read `language.texts`, so a change of the language changes the page at once.
import { en } from "./en/index.ts";

export type Texts = typeof en;

class Language {
  /** The code of the language, as in the attribute `lang`. */
  code: string = $state("en");
  texts: Texts = $state.raw(en);

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
