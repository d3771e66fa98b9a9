// The page's state in its address, so that a link shows the same: #net?data=moons&layers=8.8&seed=1. The part stands before the
// question mark, so that a plain #net works too. Writing replaces the history entry: the browser's back button leaves the page and
// does not go through every setting.

/** The settings of a part in the address; empty if the address names another part. */
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

/** Calls `follow` when a link to the part is followed; returns the function that ends this. */
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
