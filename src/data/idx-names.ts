// What the name of an IDX file says. MNIST's own is train-images-idx3-ubyte; others write train-images.idx3-ubyte, train-images-ubyte or
// emnist-letters-test-images-idx3-ubyte, with "test" for MNIST's "t10k".

export interface IdxName {
  /** null where the name says neither train nor test. */
  readonly role: "train" | "test" | null;
  /** null where the name says neither images nor labels. */
  readonly what: "images" | "labels" | null;
  /** The rest of the name, such as "emnist-letters"; "" for MNIST's own names. */
  readonly set: string;
  readonly gzipped: boolean;
  /** Whether the name says that the file is an IDX file ("idx3", "ubyte"), so that its contents need not tell. */
  readonly certain: boolean;
}

const roles: ReadonlyMap<string, "train" | "test"> = new Map([
  ["train", "train"],
  ["training", "train"],
  ["t10k", "test"],
  ["test", "test"],
  ["testing", "test"],
]);

const whats: ReadonlyMap<string, "images" | "labels"> = new Map([
  ["images", "images"],
  ["image", "images"],
  ["imgs", "images"],
  ["labels", "labels"],
  ["label", "labels"],
]);

/** What the name of a file says of it as an IDX file; null where it cannot be one: the name of a text, a picture, an archive. */
export function idxNameOf(name: string): IdxName | null {
  const plain = name.toLowerCase().replace(/\.gz$/, "");
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const isForm = (word: string) => /^(idx\d?|ubyte|byte)$/.test(word);
  const certain = words.some(isForm);
  const extension = /\.([^.]*)$/.exec(plain)?.[1];
  if (extension !== undefined && !/^(idx|ubyte|bin|dat|data|int)/.test(extension)) return null;
  const role = roles.get(words.find((word) => roles.has(word)) ?? "") ?? null;
  const what = whats.get(words.find((word) => whats.has(word)) ?? "") ?? null;
  if (!certain && (role === null || what === null)) return null;
  const rest = words.filter(
    (word) => !isForm(word) && !roles.has(word) && !whats.has(word) && !/^(int|bin|dat)$/.test(word),
  );
  return { role, what, set: rest.join("-"), gzipped: plain.length < name.length, certain };
}

/** Whether the pictures of a file or a set of this name have their rows and columns swapped, as those of EMNIST have in its files. */
export const isTransposed = (name: string): boolean => /(^|[^\p{L}])emnist([^\p{L}]|$)/iu.test(name);
