// The formats of numbers and names, in the terminal and on the page of --report.

/** 60,000 */
export const thousands = (count: number): string => Math.round(count).toLocaleString("en-US");

/** 98.12 % */
export const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;

/** "1 picture", "2,000 pictures" */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${thousands(count)} ${count === 1 ? one : many}`;

/** A number with up to three significant digits: 0.00263, 12.5. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));

/** "a, b, c", or the first `max` names and the number of all: "a, b, ... (1,000 in all)". */
export const shortList = (names: readonly string[], max: number): string =>
  names.slice(0, max).join(", ") + (names.length > max ? `, ... (${thousands(names.length)} in all)` : "");

/** A class name for running text, cut to 32 characters. */
export function brief(name: string): string {
  const characters = [...name];
  return characters.length <= 32 ? name : `${characters.slice(0, 31).join("").trimEnd()}…`;
}

/** The last part of a path, "IMG_1.jpg" of "photos/cat/IMG_1.jpg". */
export const fileName = (path: string): string => path.split(/[/\\]/).findLast((part) => part !== "") ?? path;

/** A path that stands behind `before` in a sentence, without the folders that both begin with: "…/spoon/2.png" behind "set/cup/1.png". */
export function pathBehind(before: string, path: string): string {
  const [folders, parts] = [before, path].map((one) => one.split(/[/\\]/));
  let shared = 0;
  while (shared < Math.min(folders.length, parts.length) - 1 && folders[shared] === parts[shared]) shared++;
  return parts.slice(0, shared).join("") === "" ? path : `…/${parts.slice(shared).join("/")}`;
}
