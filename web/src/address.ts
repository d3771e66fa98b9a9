// The page's state in its address, so that a link shows the same. Settings of several parts stand beside each other, the part that the
// page scrolls to first: #net?data=moons&layers=8.8;images?net=cnn. The part stands before the question mark, so that a plain #net works
// too. Writing replaces the history entry: the browser's back button leaves the page and does not go through every setting.
import { partIds } from "./parts.ts";

/** The settings of the parts, in the order of the address: the first part is the one that the page scrolls to. */
type Entries = ReadonlyMap<string, string>;

/** A semicolon separates two parts only before the name of a part. Settings are percent-encoded; a link typed by hand may not be. */
const separator = new RegExp(`;(?=(?:${partIds.join("|")})(?:[?;]|$))`);

function entriesOf(hash: string): Entries {
  const entries = new Map<string, string>();
  for (const text of hash.replace(/^#/, "").split(separator)) {
    const at = text.indexOf("?");
    const part = at < 0 ? text : text.slice(0, at);
    if (!entries.has(part)) entries.set(part, at < 0 ? "" : text.slice(at + 1));
  }
  return entries;
}

/** Of parts without settings only the first is written: it says where to scroll. */
function hashOf(entries: Entries): string {
  const written = [...entries].filter(([part, query], i) => (i === 0 && part !== "") || query !== "");
  return `#${written.map(([part, query]) => (query === "" ? part : `${part}?${query}`)).join(";")}`;
}

/** The settings of a part in the address; empty if the address does not name the part. */
export function settingsOf(part: string, hash: string = location.hash): URLSearchParams {
  return new URLSearchParams(entriesOf(hash).get(part));
}

/** A link to a part with settings, relative to the page. */
export function linkTo(part: string, settings: Readonly<Record<string, string>>): string {
  return hashOf(new Map([[part, new URLSearchParams(settings).toString()]]));
}

/** Writes the settings of a part into the address, which keeps those of the others. A part whose settings change becomes the first. */
export function writeSettings(part: string, settings: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(settings).toString();
  if (query !== settingsOf(part).toString()) replace(withSettings(location.hash, part, query));
}

export function withSettings(hash: string, part: string, query: string): string {
  const others = [...entriesOf(hash)].filter(([other]) => other !== part);
  return hashOf(new Map([[part, query], ...others]));
}

/** The address after a link from `before` to `link`: it keeps the settings of parts for which the link has none. */
export function afterLink(link: string, before: string): string {
  const entries = new Map(entriesOf(link));
  for (const [part, query] of entriesOf(before)) if ((entries.get(part) ?? "") === "") entries.set(part, query);
  return hashOf(entries);
}

function replace(hash: string): void {
  if (hash !== "#" && hash !== location.hash) history.replaceState(history.state, "", hash);
}

/** Calls `follow` when a link with settings for the part is followed; returns the function that ends this. */
export function onSettings(part: string, follow: (settings: URLSearchParams) => void): () => void {
  const listen = ({ newURL }: HashChangeEvent) => {
    const settings = settingsOf(part, new URL(newURL).hash);
    if (settings.size > 0) follow(settings);
  };
  addEventListener("hashchange", listen);
  return () => removeEventListener("hashchange", listen);
}

/** After a link within the page is followed, the address has the settings of all parts again. */
export function followLink({ oldURL }: HashChangeEvent): void {
  replace(afterLink(location.hash, new URL(oldURL).hash));
}

/** The part that an address leads to; "" if it names none. */
export const partOf = (hash: string): string => [...entriesOf(hash).keys()][0];

/** The browser scrolls to #net by itself, but not to #net?data=moons. */
export function scrollToPart(hash: string): void {
  const part = partOf(hash);
  if (part !== "" && hash !== `#${part}`) document.getElementById(part)?.scrollIntoView();
}
