// Loads a folder of pictures that does not fit into memory: it is surveyed and divided as a smaller one, and its pictures are streamed.
import { type ImageFolderStream, type ImageSurvey, streamImageFolder } from "chainrule/node";
import type { Source } from "../data-set.ts";
import { withClasses } from "../pictures/adapt.ts";
import { countsOf, type Part } from "../pictures/aside.ts";
import { amount } from "../pictures/cache-folder.ts";
import { divide } from "../pictures/divide.ts";
import { folderRecord, notesOnLack } from "../pictures/folder.ts";
import { classNote } from "../pictures/notes.ts";
import type { Loading } from "../pictures/options.ts";
import type { Surveyed } from "../pictures/surveyed.ts";
import { countOf, decodedBytes } from "../pictures/surveyed.ts";
import { thousands } from "../wording.ts";
import { type Budget, defaultMemory, shardsFor } from "./budget.ts";
import { labelsOf, streamedPart } from "./parts.ts";
import { storeFor } from "./store.ts";
import { asking, type LargeData, type Parts, Streams } from "./streams.ts";

export type LargeLoading = Loading & { readonly budget: Budget };

interface Opened {
  readonly stream: ImageFolderStream;
  readonly part: Part;
}

export async function loadLarge({ name }: Source, surveyed: Surveyed, options: LargeLoading): Promise<LargeData> {
  const { layout, surveys, framing } = surveyed;
  const { classes } = surveys.base;
  const bytes = decodedBytes(surveyed, options.size);
  options.screen.say(
    `decoded, the ${thousands(countOf(surveyed))} pictures take ${amount(bytes)}, so they are read while the net learns from others`,
  );
  const base = { stream: await open(surveys.base, surveyed, options), part: labelsOf(surveys.base) };
  const channels = base.stream.shape[1] === 1 ? 1 : 3;
  const own = async (survey: ImageSurvey | null): Promise<Opened | null> => {
    if (survey === null) return null;
    const stream = await open(survey, surveyed, { ...options, budget: { ...options.budget, channels } });
    const { data, files } = labelsOf(survey);
    const known = { classes, name: survey.directory, than: layout.base };
    return { stream, part: { data: withClasses(data, known), files } };
  };
  const [ownTest, ownValidation] = [await own(surveys.test), await own(surveys.validation)];
  const divided = divide(base.part, options, {
    ownTest: ownTest?.part ?? null,
    ownValidation: ownValidation?.part ?? null,
    name: layout.base,
  });
  const { train, test, validation } = divided;
  const parts: Parts = {
    train: streamedPart(base.stream, train),
    test: streamedPart(ownTest?.stream ?? base.stream, test),
    validation: validation === null ? null : streamedPart(ownValidation?.stream ?? base.stream, validation),
  };
  const { shardStarts, shape, windowShards } = base.stream;
  const opened = [base, ownTest, ownValidation].flatMap((one) => one?.stream ?? []);
  const streams = new Streams(opened, parts, options.budget.memory ?? defaultMemory);
  return {
    name,
    train: parts.train.hashed.pictures,
    validation: parts.validation?.hashed.pictures ?? null,
    test: parts.test.hashed.pictures,
    files: { train: parts.train.files, validation: parts.validation?.files ?? null, test: parts.test.files },
    framing,
    notes: [classNote(classes, countsOf(base.part.data)), ...divided.notes, ...notesOnLack(classes, divided)],
    folder: {
      ...folderRecord(surveyed, options, base.part.files ?? []),
      shards: { pictures: shardStarts[1] ?? shape[0], window: windowShards },
    },
    streams,
  };
}

/** Opens the stream of a folder, with the place where its decoded pictures are kept. */
async function open(
  survey: ImageSurvey,
  { surveys, framing }: Surveyed,
  { size: asked, skipBroken, screen, cache, budget }: LargeLoading,
): Promise<ImageFolderStream> {
  const { channels, cacheLimit } = budget;
  const size = asked ?? surveys.base.size;
  const [height, width] = size;
  const shards = shardsFor(3 * height * width, budget);
  const form = [size, framing, "shards"];
  const bytes = 3 * height * width * survey.files.length;
  const { directory } = survey;
  const file = budget.keeps ? storeFor({ screen, directory, bytes, form, cache, cacheLimit }) : undefined;
  return asking(() =>
    streamImageFolder(survey, {
      ...{ size, framing, skipBroken, channels },
      cache: file,
      shardPictures: shards.pictures,
      windowShards: shards.window,
    }),
  );
}
