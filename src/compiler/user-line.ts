// Which line of the user's is running: the innermost one on the stack that is not chainrule's own.

let own: string | null = null;

/** The folder of the library; null where this file has no place among others: in a bundle, or loaded as text. */
function ownFolder(): string | null {
  try {
    return new URL("../", import.meta.url).href;
  } catch {
    return null;
  }
}

/** "file:line:column", or null where the engine does not tell or all is one file. */
export function userLine(): string | null {
  own ??= ownFolder();
  if (own === null) return null;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  for (const frame of stack?.split("\n").slice(1) ?? []) {
    const place = /(?:^|[\s(@])((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/.exec(frame)?.[1];
    if (place === undefined) continue;
    const url = place.startsWith("/") ? `file://${place}` : place;
    if (!url.startsWith(own) && !url.includes("/node_modules/")) return place.replace(/^file:\/\//, "");
  }
  return null;
}
