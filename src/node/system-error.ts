// Says in words why the operating system refused to read or write a file.

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file"],
  ["ENOTDIR", "part of its path is not a folder"],
  ["EISDIR", "is a folder, not a file"],
  ["EEXIST", "a file of this name is there already"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "there is no space left on the device"],
  ["EDQUOT", "the quota is used up"],
  ["EFBIG", "the file would be too large"],
  ["EMFILE", "too many files are open"],
  ["ENFILE", "too many files are open"],
  ["ELOOP", "links lead in a circle"],
  ["ENAMETOOLONG", "the name is too long"],
  ["EIO", "the device reports an error"],
  ["EBADF", "it is not open for writing"],
]);

/** The system's code of an error, such as "ENOSPC"; "" for any other error. */
export const systemCode = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** The reason that a system's error gives, in words: "permission denied"; null where its code has none, and for any other error. */
export const systemReason = (error: unknown): string | null => reasons.get(systemCode(error)) ?? null;
