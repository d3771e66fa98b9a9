// Loads a folder of pictures as data to train on: with a subfolder for each class, or with train/ and test/ (and validation/) that each
// have such subfolders. Where there is no folder for a part, its pictures are set aside by seed.
import { type Dataset, fingerprint } from "chainrule/data";
import { setAside } from "./aside.ts";
import type { Data, Source } from "./data.ts";
import { BadInput } from "./failure.ts";
import { colours, inChannels, layoutOf, withClasses } from "./picture-parts.ts";
import { readPictures } from "./read-pictures.ts";
import type { FolderRecord, Reading } from "./reading.ts";
import { thousands } from "./screen.ts";

/** The fraction of the pictures that is set aside for the test, where there is no folder for it. */
const testFraction = 0.2;

export async function loadPictures(
  { name, directory }: Source,
  options: Reading & { readonly seed: number; readonly validation: number },
): Promise<Data> {
  const { size, skipBroken, seed } = options;
  const layout = layoutOf(directory ?? ".");
  const base = await readPictures(layout.base, { ...options, name });
  const [, channels, height, width] = base.images.shape;
  const part = async (path: string | null): Promise<Dataset | null> => {
    if (path === null) return null;
    const found = await readPictures(path, { ...options, size: [height, width], name });
    return inChannels(withClasses(found, { classes: base.classes, name: path, than: layout.base }), {
      channels,
      name: path,
      wanted: `those of ${layout.base} are ${colours(channels)}`,
    });
  };
  const ownTest = await part(layout.test);
  const ownValidation = options.validation === 0 ? null : await part(layout.validation);
  const first = setAside(base, { fraction: ownTest === null ? testFraction : 0, seed, name });
  const fraction = ownValidation === null ? options.validation : 0;
  const second = setAside(first.train, { fraction, seed, name });
  const test = ownTest ?? first.aside;
  if (test === null) throw new Error("internal: no pictures to test with");
  const taken = [
    ...(first.aside === null ? [] : [`${thousands(first.aside.labels.size)} for the test`]),
    ...(second.aside === null
      ? []
      : [`${thousands(second.aside.labels.size)} for validation, which finds the best epoch`]),
  ];
  return {
    name,
    train: second.train,
    validation: ownValidation ?? second.aside,
    test,
    notes:
      taken.length === 0
        ? []
        : [
            `of ${thousands(base.labels.size)} pictures in ${layout.base}, seed ${seed} sets aside ${taken.join(" and ")}; ` +
              `${thousands(second.train.labels.size)} are left to learn from`,
          ],
    folder: { size, skipBroken, dividedFrom: ownTest === null ? fingerprint(base) : null },
  };
}

export interface Known {
  /** The shape of the pictures that the model takes. */
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: readonly string[];
  readonly record: FolderRecord | null;
  readonly seed: number;
}

/** The pictures of a folder that a model is tested with: those that it was not trained on, where its record tells them. */
export async function loadTestPictures(
  { name, directory }: Source,
  { input: [channels, height, width], classes, record, seed }: Known,
  options: Omit<Reading, "size" | "keep">,
): Promise<{ readonly test: Dataset; readonly source: string }> {
  const layout = layoutOf(directory ?? ".");
  const path = layout.test ?? layout.base;
  // In the size of the training the pictures may be in the cache.
  const asTrained = layout.test === null ? (record?.size ?? null) : ([height, width] as const);
  const size = [height, width] as const;
  const found = await readPictures(path, { ...options, keep: false, size: asTrained, name, exactly: size });
  const wanted = `the model takes ${colours(channels)} ones`;
  const named = withClasses(found, { classes, name: path, than: "the model" });
  const test = inChannels(named, { channels, name: path, wanted });
  if (layout.test !== null) return { test, source: `the pictures in ${path}` };
  if (record?.dividedFrom !== fingerprint(found))
    return { test, source: `all pictures in ${path}; the model was not trained on exactly these` };
  const { aside } = setAside(test, { fraction: testFraction, seed, name });
  if (aside === null) throw new BadInput(`${path}: has no pictures to test with; add some`);
  return { test: aside, source: `the test pictures in ${path}, set aside from training by seed ${seed}` };
}
