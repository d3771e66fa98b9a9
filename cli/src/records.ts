// Checks of parsed JSON: a model file's record of its training may hold anything.

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The value under a name that comes from elsewhere; undefined where the record itself has none. */
export const own = (record: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(record, name) ? record[name] : undefined;

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
