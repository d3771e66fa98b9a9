// Which line of the user's is running: the innermost one on the stack that is not chainrule's own.

/** Where a frame of a stack is, as engines write it: "at f (file:///a/b.js:1:2)", "at /a/b.js:1:2", "f@https://a/b.js:1:2". */
const frame = /(?:^|[\s(@])((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/;

const placeOf = (line: string): string | null => frame.exec(line)?.[1].replaceAll("\\", "/") ?? null;

/** "file:line:column", or null where the engine does not tell, or the user's code is in one file with the library, as in a bundle. */
export function userLine(): string | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  const frames = (stack ?? "").split("\n").filter((line) => /^\s+at |@/.test(line));
  const here = placeOf(frames[0] ?? "");
  if (here === null) return null;
  // This file tells the library's folder; elsewhere the library is the file that it was bundled into.
  const own = /^(.*\/)compiler\/user-line\.[jt]s:\d+:\d+$/.exec(here)?.[1] ?? here.replace(/\d+:\d+$/, "");
  for (const place of frames.map(placeOf))
    if (place !== null && !place.startsWith(own) && !place.includes("/node_modules/"))
      return place.replace(/^file:\/\//, "");
  return null;
}
