// Compares the names of classes. The same name may come in other letters from another system: "Äpfel" with one character or with two
// for its first letter, in capitals, or with a space at its end.

/** The name of a class as it is kept: accents composed (Unicode's form NFC), without spaces at its ends. */
export const className = (name: string): string => name.normalize("NFC").trim() || name;

/** The same key for names that differ only by case, by the form of their accents or by spaces at their ends. */
export const classKey = (name: string): string => className(className(name).toLowerCase());

/**
 * The place of each name among `classes`, -1 for one that is not there. A name that is there in the same letters has this place; else names
 * match that differ only by case, by the form of their accents or by spaces at their ends, unless several classes match.
 */
export function matchClasses(names: readonly string[], classes: readonly string[]): number[] {
  const exact = new Map(classes.map((name, place) => [className(name), place]));
  const loose = new Map<string, number>();
  for (const [place, name] of classes.entries()) loose.set(classKey(name), loose.has(classKey(name)) ? -1 : place);
  return names.map((name) => exact.get(className(name)) ?? loose.get(classKey(name)) ?? -1);
}
