// A layer in words: "8 filters of 5×5", "ReLU", "10 neurons". A layer of a kind that the page has no words for is called by its kind.
import type { Layer } from "chainrule/model";
import type { Texts } from "../texts/language.svelte.ts";

export function layerWords([kind, ...sizes]: Layer, texts: Texts["images"]["layers"]): string {
  const write = Object.hasOwn(texts, kind) ? texts[kind as keyof typeof texts] : null;
  return write === null ? kind : write(sizes);
}
