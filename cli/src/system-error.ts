// Says in words why the operating system refused to read or write a file.

const reasons: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "no space left on the device"],
  ["EDQUOT", "the quota is used up"],
  ["EFBIG", "the file would be too large"],
  ["EEXIST", "is a file, not a folder"],
  ["ENOTDIR", "part of its path is not a folder"],
  ["ENAMETOOLONG", "the name is too long"],
]);

/** The system's code of an error, such as "ENOSPC"; "" for any other error. */
export const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

export const reasonOf = (error: unknown): string =>
  reasons.get(codeOf(error)) ?? (error instanceof Error ? error.message : String(error));
