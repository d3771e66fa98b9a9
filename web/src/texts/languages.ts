// The languages of the page. English is loaded with the page, each other language when it is chosen.
import { en, type Texts } from "./en/index.ts";

export interface LanguageEntry {
  /** The name of the language, in itself. */
  readonly name: string;
  readonly dir: "ltr" | "rtl";
  readonly load: () => Promise<Texts>;
}

export const languages = {
  en: { name: "English", dir: "ltr", load: async () => en },
  de: { name: "Deutsch", dir: "ltr", load: async () => (await import("./de/index.ts")).de },
  es: { name: "Español", dir: "ltr", load: async () => (await import("./es/index.ts")).es },
} as const satisfies Record<string, LanguageEntry>;

export type Code = keyof typeof languages;
export const codes = Object.keys(languages) as Code[];

/** The first language of which there are texts: the one that the address asks for, the one chosen before, those of the browser, English. */
export function preferredCode(search: string, chosen: string | null, ofBrowser: readonly string[]): Code {
  const wanted = [new URLSearchParams(search).get("lang"), chosen, ...ofBrowser];
  for (const tag of wanted) {
    const code = codes.find((one) => one === tag?.toLowerCase().split("-")[0]);
    if (code !== undefined) return code;
  }
  return "en";
}
