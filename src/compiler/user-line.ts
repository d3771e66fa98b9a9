// Finds the user's line that is running: the innermost frame of the stack that is not in chainrule's own files.

let libraryFolder: string | null = null;

/** The URL of the library's folder; null where this file has no URL: in a bundle, or loaded as text. */
function findLibraryFolder(): string | null {
  try {
    return new URL("../", import.meta.url).href;
  } catch {
    return null;
  }
}

/** "file:line:column"; null where the engine gives no stack, or where library and program are one file. */
export function userLine(): string | null {
  libraryFolder ??= findLibraryFolder();
  if (libraryFolder === null) return null;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  for (const frame of stack?.split("\n").slice(1) ?? []) {
    const place = /(?:^|[\s(@])((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/.exec(frame)?.[1];
    if (place === undefined) continue;
    const url = place.startsWith("/") ? `file://${place}` : place;
    if (!url.startsWith(libraryFolder) && !url.includes("/node_modules/")) return place.replace(/^file:\/\//, "");
  }
  return null;
}
