// Finds the user's line that is running: the innermost frame of the stack that is not in the library's own files.

/** Matches the place in a stack frame, in the forms that engines write: "at f (file:///a/b.js:1:2)", "at /a/b.js:1:2", "f@https://a/b.js:1:2". */
const frame = /(?:^|[\s(@])((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/;

const placeOf = (line: string): string | null => frame.exec(line)?.[1].replaceAll("\\", "/") ?? null;

/** "file:line:column"; null where the engine gives no stack, or where the user's code is in the same file as the library, as in a bundle. */
export function userLine(): string | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  const frames = (stack ?? "").split("\n").filter((line) => /^\s+at |@/.test(line));
  const here = placeOf(frames[0] ?? "");
  if (here === null) return null;
  // The library is the folder above this file's; in a bundle it is the file into which it was bundled.
  const libraryPath = /^(.*\/)compiler\/user-line\.[jt]s:\d+:\d+$/.exec(here)?.[1] ?? here.replace(/\d+:\d+$/, "");
  for (const place of frames.map(placeOf))
    if (place !== null && !place.startsWith(libraryPath) && !place.includes("/node_modules/"))
      return place.replace(/^file:\/\//, "");
  return null;
}
