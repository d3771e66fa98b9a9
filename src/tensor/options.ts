// Checks the names of options: a misspelt name would have no effect, so that { learningRate: 1 } would train at the default rate. Each call
// that takes options has a list of their names, which TypeScript checks against the options type, and any other name is an error.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "./arguments.ts";

/** The names of an options type, each once. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** Throws if options are no object, or have a name that is not in the list; the message suggests the nearest name, if one is near. */
export function checkOptions<Options extends object>(
  call: string,
  options: Options,
  names: OptionNames<Options>,
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new ChainruleError("type", call, `options are ${listed(names)}, not ${shown(options)}`);
  for (const name of Object.keys(options)) if (!Object.hasOwn(names, name)) throw unknown(call, name, names);
}

const listed = (names: object): string => `{ ${Object.keys(names).join(", ")} }`;

function unknown(call: string, name: string, names: object): ChainruleError {
  const near = nearest(name, Object.keys(names));
  const meant = near === null ? "" : `, did you mean ${near}?`;
  return new ChainruleError("option", call, `there is no option ${name}${meant}; the options are ${listed(names)}`, {
    option: name,
    nearest: near,
  });
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, "");

/** "learningRate" and "learning_rate" -> "lr" */
const initials = (name: string): string =>
  name
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .split(/[_-]+/)
    .map((word) => word.slice(0, 1).toLowerCase())
    .join("");

/**
 * The name that a misspelt one was probably meant for: it has the same letters in another case, its initials, or a part of it, or differs by
 * one or two letters; null if there is none.
 */
export function nearest(given: string, names: readonly string[]): string | null {
  const word = plain(given);
  const criteria: ((name: string) => boolean)[] = [
    (name) => plain(name) === word,
    (name) => initials(given) === name || initials(name) === word,
    (name) => word.length > 2 && name.length > 2 && (plain(name).includes(word) || word.includes(plain(name))),
    (name) => distance(plain(name), word) <= (word.length > 4 ? 2 : 1),
  ];
  for (const isNear of criteria) {
    const name = names.find(isNear);
    if (name !== undefined) return name;
  }
  return null;
}

/** The edit distance: how many letters have to be inserted, deleted or changed to turn a into b (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}
