// Parses the names of IDX files. MNIST's own are such as train-images-idx3-ubyte; other data sets have names such as
// train-images.idx3-ubyte, train-images-ubyte or emnist-letters-test-images-idx3-ubyte, with "test" for MNIST's "t10k".

export interface IdxName {
  /** null where the name says neither train nor test. */
  readonly role: "train" | "test" | null;
  /** null where the name says neither images nor labels. */
  readonly what: "images" | "labels" | null;
  /** The rest of the name, such as "emnist-letters"; "" for MNIST's own names. */
  readonly set: string;
  readonly gzipped: boolean;
  /** Whether the name says that the file is an IDX file ("idx3", "ubyte"); else its first bytes have to be checked. */
  readonly isCertain: boolean;
}

const roles: ReadonlyMap<string, "train" | "test"> = new Map([
  ["train", "train"],
  ["training", "train"],
  ["t10k", "test"],
  ["test", "test"],
  ["testing", "test"],
]);

const contents: ReadonlyMap<string, "images" | "labels"> = new Map([
  ["images", "images"],
  ["image", "images"],
  ["imgs", "images"],
  ["labels", "labels"],
  ["label", "labels"],
]);

/** The parts of an IDX file's name; null for a name that no IDX file has, such as that of a text, a picture or an archive. */
export function idxNameOf(name: string): IdxName | null {
  const plain = name.toLowerCase().replace(/\.gz$/, "");
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const isForm = (word: string) => /^(idx\d?|ubyte|byte)$/.test(word);
  const isCertain = words.some(isForm);
  const extension = /\.([^.]*)$/.exec(plain)?.[1];
  if (extension !== undefined && !/^(idx|ubyte|bin|dat|data|int)/.test(extension)) return null;
  const role = roles.get(words.find((word) => roles.has(word)) ?? "") ?? null;
  const what = contents.get(words.find((word) => contents.has(word)) ?? "") ?? null;
  if (!isCertain && (role === null || what === null)) return null;
  const setWords = words.filter(
    (word) => !isForm(word) && !roles.has(word) && !contents.has(word) && !/^(int|bin|dat)$/.test(word),
  );
  return { role, what, set: setWords.join("-"), gzipped: plain.length < name.length, isCertain };
}

/** Whether the files of a set of this name, or a file of this name, hold pictures with rows and columns swapped, as EMNIST's do. */
export const isTransposed = (name: string): boolean => /(^|[^\p{L}])emnist([^\p{L}]|$)/iu.test(name);
