// Compares the names of classes. Another system may write the same name with other characters: the first letter of "Äpfel" as one character
// or as two, the name in capitals, or with a space at its end.

/** The name of a class as data sets and models have it: accents composed (Unicode's form NFC), without spaces at its ends. */
export const className = (name: string): string => name.normalize("NFC").trim() || name;

/** The same key for names that differ only by case, by the form of their accents or by spaces at their ends. */
export const classKey = (name: string): string => className(className(name).toLowerCase());

/**
 * The index of each name in `classes`, -1 for a name that is not there. If no class has exactly this name, a class matches whose name differs
 * only by case, by the form of its accents or by spaces at its ends, unless several classes do.
 */
export function matchClasses(names: readonly string[], classes: readonly string[]): number[] {
  const byName = new Map(classes.map((name, index) => [className(name), index]));
  const byKey = new Map<string, number>();
  for (const [index, name] of classes.entries()) byKey.set(classKey(name), byKey.has(classKey(name)) ? -1 : index);
  return names.map((name) => byName.get(className(name)) ?? byKey.get(classKey(name)) ?? -1);
}
