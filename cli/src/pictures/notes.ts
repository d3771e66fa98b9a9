// Sentences about a folder of pictures: what was passed over, which folders were taken as one class, which links were not followed, and how
// many pictures each class has. Everything that is left out is named.
import { type FolderLink, type PictureFiles, pictureKind } from "chainrule/node";
import { counted, shortList, thousands } from "../wording.ts";

/** The sentences about one listed folder. */
export function notesOn({ directory, merged, links, loose, passedOver }: PictureFiles): string[] {
  const notes = [...merged].slice(0, maxLines).map(([name, folders]) => {
    const shown = folders.slice(0, 6).join(", ") + (folders.length > 6 ? ", ..." : "");
    const which = folders.length === 1 ? `subfolder ${shown}` : `${thousands(folders.length)} subfolders (${shown})`;
    return `class ${name}: the pictures of its ${which} are taken too`;
  });
  if (merged.size > maxLines)
    notes.push(`${thousands(merged.size - maxLines)} more classes have subfolders, whose pictures are taken too`);
  notes.push(...linkNotes(links));
  if (loose > 0)
    notes.push(
      `${directory}: ${counted(loose, "picture")} beside the folders of the classes ${loose === 1 ? "is in no class and is" : "are in no class and are"} passed over`,
    );
  return [...notes, ...passedOverNotes(passedOver)];
}

/** The number of lines of one kind. */
const maxLines = 4;

/** The sentences about links to folders. */
export function linkNotes(links: readonly FolderLink[]): string[] {
  const notes = links.slice(0, maxLines).map(({ path, target, reason }) => linkNote(path, target)[reason]);
  return links.length > maxLines ? [...notes, `and ${thousands(links.length - maxLines)} more links`] : notes;
}

const linkNote = (path: string, target: string): Record<FolderLink["reason"], string> => ({
  circle: `${path}: is a link to ${target}, which contains it; it is no class and is passed over`,
  nested: `${path}: is a link to the folder ${target}, within the folder of a class; it is not followed`,
  same: `${path}: is the same folder as another class, ${target}: both have the same pictures`,
});

/** What was passed over, from the number of files of each extension. */
export function passedOverNotes(passedOver: ReadonlyMap<string, number>): string[] {
  const ranked = [...passedOver].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const isUnread = ([extension]: readonly [string, number]) => pictureKind(`x${extension}`) === "unread";
  const unread = ranked.filter(isUnread);
  const others = ranked.filter((one) => !isUnread(one));
  const notes: string[] = [];
  if (unread.length > 0) {
    const files = unread.map(([extension, count]) => `${thousands(count)} ${extension}`);
    const one = unread.length === 1 && unread[0][1] === 1;
    notes.push(
      `${joined(files)} ${one ? "file was" : "files were"} passed over: ${unread.length === 1 ? "this format is" : "these formats are"} not read; save ${one ? "it" : "them"} as JPEG or PNG`,
    );
  }
  if (others.length > 0) {
    const total = others.reduce((sum, [, count]) => sum + count, 0);
    const kinds = others.map(([extension]) => (extension === "" ? "without an extension" : extension));
    notes.push(
      `${counted(total, unread.length > 0 ? "other file" : "file")} (${shortList(kinds, 6)}) ${total === 1 ? "is no picture" : "are no pictures"}`,
    );
  }
  return notes;
}

/** Up to this many classes are all listed with their pictures. */
const maxListed = 12;

/** How many pictures each class has; of many classes the first ones and the smallest ones. */
export function classNote(classes: readonly string[], counts: readonly number[]): string {
  const shown = (k: number) => `${classes[k]} ${thousands(counts[k])}`;
  const places = [...classes.keys()];
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const uneven =
    least > 0 && most >= 3 * least
      ? `; the largest class has ${times(most / least)} times the pictures of the smallest`
      : "";
  if (classes.length <= maxListed) return `classes: ${places.map(shown).join(", ")}${uneven}`;
  const smallest = places.sort((a, b) => counts[a] - counts[b] || a - b).slice(0, 4);
  const first = [...classes.keys()].slice(0, 6).map(shown).join(", ");
  const ends = least === most ? `each has ${thousands(most)}` : `the smallest: ${smallest.map(shown).join(", ")}`;
  return `${thousands(classes.length)} classes: ${first}, ...; ${ends}${uneven}`;
}

const times = (ratio: number) => (ratio < 10 ? ratio.toFixed(1) : thousands(ratio));

/** How many pictures were set aside for each use, 0 for none; null where none were. `from` says of which pictures. */
export function asideNote(
  from: string,
  { test, validation }: { readonly test: number; readonly validation: number },
  seed: number,
): string | null {
  const uses = [
    { count: test, use: "for the test" },
    { count: validation, use: "for validation, which finds the best epoch" },
  ].filter(({ count }) => count > 0);
  if (uses.length === 0) return null;
  const [first, ...rest] = uses;
  const verb = first.count === 1 ? "is" : "are";
  const others = rest.map(({ count, use }) => ` and ${thousands(count)} ${use}`).join("");
  return `of ${from}, ${thousands(first.count)} ${verb} set aside at random (seed ${seed}) ${first.use}${others}`;
}

/** Which classes have no picture to be tested with, or to judge epochs by; null where all have. */
export function lackNote(
  classes: readonly string[],
  parts: { readonly test: readonly number[]; readonly validation: readonly number[] | null },
): string | null {
  const without = (counts: readonly number[]) => classes.filter((_, k) => counts[k] === 0);
  const lacking = [
    ["to test", without(parts.test)],
    ["for validation", parts.validation === null ? [] : without(parts.validation)],
  ] as const;
  const told = lacking.flatMap(([use, names]) =>
    names.length === 0
      ? []
      : [
          `${names.length} of ${classes.length} classes ${names.length === 1 ? "has" : "have"} no picture ${use}: ${shortList(names, 8)}`,
        ],
  );
  return told.length === 0 ? null : told.join("; ");
}

function joined(words: readonly string[]): string {
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
