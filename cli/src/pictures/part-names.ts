// Which part of a data set a folder's name means: "train", "Training Data", "seg_train" and "TRAIN_SET" are the training pictures.

export type PartName = "train" | "test" | "validation";

/** The words for each part, in small letters. */
const parts: ReadonlyMap<string, PartName> = new Map(
  Object.entries({
    train: ["train", "training", "trn"],
    test: ["test", "testing", "tst", "eval", "evaluation"],
    validation: ["val", "valid", "validation", "validate", "dev"],
  } satisfies Record<PartName, string[]>).flatMap(([part, words]) => words.map((word) => [word, part as PartName])),
);

/** Words that may stand beside these and have no meaning of their own. */
const fillers =
  "the my set data dataset split folder images image imgs img pictures picture pics photos photo files jpg png";
const filler: ReadonlySet<string> = new Set(fillers.split(" "));

export interface Meaning {
  readonly part: PartName;
  /** What is left of the name without the word of the part and without fillers; often "". Parts of one data set have the same. */
  readonly rest: string;
}

/** What a folder's name means; null where it does not name exactly one part. */
export function meaningOf(name: string): Meaning | null {
  const words = name
    .normalize("NFC")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[\s_.\-()]+/)
    .flatMap(divided)
    .filter((word) => word !== "" && !filler.has(word));
  const named = words.filter((word) => parts.has(word));
  const part = parts.get(named[0]);
  if (part === undefined || named.length > 1) return null;
  return { part, rest: words.filter((word) => word !== named[0]).join(" ") };
}

/** "trainset" is "train" and "set". */
function divided(word: string): string[] {
  const part = [...parts.keys()].find((begin) => word.startsWith(begin) && filler.has(word.slice(begin.length)));
  return part === undefined ? [word] : [part, word.slice(part.length)];
}
