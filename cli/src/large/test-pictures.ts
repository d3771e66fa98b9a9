// The test pictures of a folder that does not fit into memory, for evaluate: those of its test folder, or those that the training set aside.
import { type ImageSurvey, streamImageFolder } from "chainrule/node";
import type { Pictures } from "../data-set.ts";
import type { Part } from "../pictures/aside.ts";
import type { Trained } from "../pictures/options.ts";
import { defaultMemory, shardsFor } from "./budget.ts";
import { streamedPart } from "./parts.ts";
import { asking } from "./streams.ts";

export interface StreamedTest {
  readonly data: Pictures;
  readonly files: readonly string[];
  readonly close: () => Promise<void>;
}

/** Whether the pictures of the folder are streamed: as they were in the training, or where they take too much memory. */
export function isLargeTest({ files }: ImageSurvey, { input, record }: Trained): boolean {
  const bytes = input.reduce((product, size) => product * size, files.length);
  return record?.shards !== undefined || bytes > defaultMemory;
}

/** Streams a part of the folder's pictures. They are decoded once, so none are kept. */
export async function streamTest(
  survey: ImageSurvey,
  { input: [channels, height, width], framing, record }: Trained,
  { skipBroken, part }: { readonly skipBroken: boolean; readonly part: Part },
): Promise<StreamedTest> {
  const budget = {
    memory: undefined,
    cacheLimit: undefined,
    shards: record?.shards,
    channels: undefined,
    keeps: false,
  };
  const { pictures, window } = shardsFor(channels * height * width, budget);
  const stream = await asking(() =>
    streamImageFolder(survey, {
      ...{ size: [height, width], framing, skipBroken, channels: channels === 1 ? 1 : 3 },
      ...{ shardPictures: pictures, windowShards: window },
    }),
  );
  const { hashed, files } = streamedPart(stream, part);
  return { data: hashed.pictures, files, close: () => stream.close() };
}
