// Every language has every text: none is empty, none is left in English, and each takes the same values.
import { expect, it } from "vitest";
import { en } from "../src/texts/en/index.ts";
import { codes, languages, preferredCode } from "../src/texts/languages.ts";

/** Texts by their path, a function as its source: in it stand the words around its values. */
function textsOf(texts: unknown, path = ""): Map<string, string> {
  if (typeof texts === "string" || typeof texts === "function") return new Map([[path, String(texts)]]);
  if (typeof texts !== "object" || texts === null) return new Map();
  return new Map(Object.entries(texts).flatMap(([name, text]) => [...textsOf(text, `${path}.${name}`)]));
}

/** The words that the reader sees: in a function, those in its quotation marks, without what is inserted. */
function wordsOf(text: string): string[] {
  const literals = text.includes("=>") ? (text.match(/`[^`]*`|"[^"]*"/g) ?? []).join(" ") : text;
  return literals.replace(/\$\{[^}]*\}/g, " ").match(/\p{L}+/gu) ?? [];
}

const english = textsOf(en);
const englishOnly = /^(the|and|of|with|your|this|that|which|are|its|from|here)$/i;

for (const code of codes.filter((one) => one !== "en"))
  it(`has every text in ${languages[code].name}`, async () => {
    const texts = textsOf(await languages[code].load());
    expect([...texts.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [path, text] of texts) {
      const words = wordsOf(text);
      expect([path, text.trim() === ""]).toEqual([path, (english.get(path) ?? "").trim() === ""]);
      expect([path, words.filter((word) => englishOnly.test(word))]).toEqual([path, []]);
      // Names and terms may be equal (softmax, Neuron), sentences may not.
      if (words.length > 2) expect([path, text]).not.toEqual([path, english.get(path)]);
    }
  });

it("finds the visitor's language: the link's, the chosen one, the browser's, English", () => {
  expect(preferredCode("?lang=es", "de", ["en-GB"])).toBe("es");
  expect(preferredCode("?lang=xx", "de", ["en-GB"])).toBe("de");
  expect(preferredCode("", null, ["fr-FR", "es-MX", "en"])).toBe("es");
  expect(preferredCode("", "constructor", ["__proto__"])).toBe("en");
});
