// What a link to a part holds. A part says what it shows at the moment; of a part that says nothing, a link has the settings that stand in
// the page's address.
import { linkTo, settingsOf } from "../address.ts";

export interface Shared {
  readonly settings: Readonly<Record<string, string>>;
  /** What the link cannot hold, as a sentence; null if it holds everything. */
  readonly missing: string | null;
}

const sources = new Map<string, () => Shared>();

/** Registers what a link to the part holds; returns the function that ends this. */
export function share(part: string, source: () => Shared): () => void {
  sources.set(part, source);
  return () => {
    if (sources.get(part) === source) sources.delete(part);
  };
}

export const sharedOf = (part: string): Shared =>
  sources.get(part)?.() ?? { settings: Object.fromEntries(settingsOf(part)), missing: null };

/** The whole address of a part with settings. `embedded` shows the part alone, for a frame in another page. */
export function addressOf(part: string, settings: Shared["settings"], embedded = false): string {
  const address = new URL(embedded ? "?embed" : "?", document.baseURI);
  address.hash = linkTo(part, settings);
  return address.href.replace("?#", "#");
}

/** The HTML of a frame that shows the part in another page. */
export function frameOf(part: string, settings: Shared["settings"], title: string): string {
  const text = (value: string) => value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return [
    `<iframe src="${text(addressOf(part, settings, true))}" title="${text(title)}"`,
    `  width="100%" height="760" style="border: 0" loading="lazy" allow="fullscreen; camera; clipboard-write"></iframe>`,
  ].join("\n");
}
