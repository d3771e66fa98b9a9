// State in the address, so that a link shows the same: #net?data=moons&layers=8.8&seed=1. The part stands before the question mark, so
// that a plain #net works too. Writing replaces the entry: the way back leads out of the page, not through every setting.

/** What the address says of a part; empty if it speaks of another. */
export function settingsOf(part: string, hash: string = location.hash): URLSearchParams {
  const [name, query = ""] = hash.replace(/^#/, "").split("?");
  return new URLSearchParams(name === part ? query : "");
}

/** A link to a part with settings, relative to the page. */
export function linkTo(part: string, settings: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(settings).toString();
  return `#${part}${query === "" ? "" : `?${query}`}`;
}

export function writeSettings(part: string, settings: Readonly<Record<string, string>>): void {
  history.replaceState(history.state, "", linkTo(part, settings));
}

/** Calls back when somebody follows a link to the part; gives the way to stop. */
export function onSettings(part: string, follow: (settings: URLSearchParams) => void): () => void {
  const listen = () => {
    if (location.hash.replace(/^#/, "").split("?")[0] === part) follow(settingsOf(part));
  };
  addEventListener("hashchange", listen);
  return () => removeEventListener("hashchange", listen);
}

/** The browser scrolls to #net by itself, but not to #net?data=moons. */
export function scrollToPart(): void {
  const [part, query] = location.hash.replace(/^#/, "").split("?");
  if (query !== undefined && part !== "") document.getElementById(part)?.scrollIntoView();
}
