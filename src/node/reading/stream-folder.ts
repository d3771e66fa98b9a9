import { StreamedPictures } from "../../data/streamed.ts";
import { checkWhole } from "../../errors/numbers.ts";
import { tensor } from "../../tensor/create.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { withinAsync } from "../../tensor/within.ts";
import { ShardCache } from "../cache/shard-cache.ts";
import { decoderVersions } from "../decoders/versions.ts";
import type { PictureFile } from "../folder/list.ts";
import type { Form } from "../form.ts";
import { runJob } from "./decode-job.ts";
import { inChannels } from "./framed-file.ts";
import { checkClassesRead, checkReading, type ImageFolderOptions, unreadable } from "./image-folder.ts";
import { type ImageSurvey, type Skipped, surveyImageFolder } from "./image-survey.ts";
import { fingerprintOf, mixed } from "./mixed-files.ts";
import { commonestSize } from "./picture-size.ts";
import { readAhead } from "./read-ahead.ts";
import { ShardLoader } from "./shard-loader.ts";

/** The options of streamImageFolder: form of the pictures, unreadable pictures, cache, threads and shards. */
export interface StreamFolderOptions extends Pick<ImageFolderOptions, "size" | "maxSide" | "framing" | "threads"> {
  /** 3: red, green, blue. 1: grey. Without it: 1 where each of the first 256 pictures in the mixed order is grey, else 3; then all become grey. */
  channels?: 1 | 3 | undefined;
  /**
   * Leave out pictures whose header cannot be read, rather than throw. If a picture proves unreadable when it is decoded, another one of its class
   * takes its place. Both are listed in `skipped`.
   */
  skipBroken?: boolean | undefined;
  /** A file for the decoded pictures, which grows while they are read for the first time; later epochs read it part by part. */
  cache?: string | undefined;
  /** The file becomes no larger than this; the other pictures are decoded anew each time. Default: no bound. */
  maxCacheBytes?: number | undefined;
  /** The number of pictures in a shard. Default: as many as have 4 MB, at most 256. */
  shardPictures?: number | undefined;
  /** The number of shards whose pictures are mixed; twice as many are in memory. Default: as many as have 4,096 pictures, at most 32. */
  windowShards?: number | undefined;
}

const names: OptionNames<StreamFolderOptions> = {
  size: true,
  maxSide: true,
  channels: true,
  framing: true,
  skipBroken: true,
  cache: true,
  maxCacheBytes: true,
  threads: true,
  shardPictures: true,
  windowShards: true,
};

/** How far the reading of a stream is. */
export interface StreamReading {
  /** The number of pictures that were decoded, and the seconds in which some were being decoded. */
  readonly decoded: number;
  readonly decodeSeconds: number;
  /** The number of pictures that were taken from the cache. */
  readonly cached: number;
  /** The seconds for which a loop over the pictures waited for them. */
  readonly waitedSeconds: number;
}

/** The defaults of the options of shards. */
const shardBytes = 2 ** 22;
const maxShardPictures = 256;
const windowPictures = 4096;
const maxWindowShards = 32;
/** The number of pictures that decide about the channels. */
const channelSample = 256;

interface Parts {
  readonly survey: ImageSurvey;
  /** The files in their mixed order. */
  readonly files: readonly PictureFile[];
  readonly form: Form;
  readonly channels: 1 | 3;
  readonly shards: { readonly shardPictures: number; readonly windowShards: number };
  readonly loader: ShardLoader;
  readonly cache: ShardCache | null;
}

/** A folder's pictures, streamed. Their order is mixed, by a hash of the files' names, so that a shard has pictures of all classes. */
export class ImageFolderStream extends StreamedPictures {
  /** The path of each picture, in the order of the data set. */
  readonly files: readonly string[];
  /** The number of files of each extension (".heic", ".txt", "" for none) that are no pictures or are in a format that is not read. */
  readonly passedOver: ReadonlyMap<string, number>;
  readonly #parts: Parts;
  readonly #waited: { seconds: number };

  /** @internal streamImageFolder makes streams. */
  constructor(parts: Parts) {
    const { survey, files, form, channels, shards, loader } = parts;
    const shape = [files.length, channels, ...form.size] as const;
    const shardStarts = Int32Array.from(
      { length: Math.ceil(files.length / shards.shardPictures) },
      (_, k) => k * shards.shardPictures,
    );
    const waited = { seconds: 0 };
    const ahead = {
      shardStarts,
      maxShards: 2 * shards.windowShards,
      load: (numbers: readonly number[]) => loader.load(numbers),
      onWait: (seconds: number) => void (waited.seconds += seconds),
    };
    super({
      ...{ shape, shardStarts, windowShards: shards.windowShards, classes: survey.classes },
      labels: tensor(Int32Array.from(files, ({ label }) => label)),
      fingerprint: fingerprintOf(parts),
      async *read(indices) {
        for await (const picture of readAhead(indices, ahead)) yield inChannels(picture, channels);
      },
    });
    this.files = files.map(({ path }) => path);
    this.passedOver = survey.passedOver;
    this.#parts = parts;
    this.#waited = waited;
  }

  /** The pictures that skipBroken left out, and those whose place was taken by others so far. */
  get skipped(): readonly Skipped[] {
    return [...this.#parts.survey.problems, ...this.#parts.loader.skipped];
  }

  get reading(): StreamReading {
    const { decoded, decodeSeconds, cached } = this.#parts.loader;
    return { decoded, decodeSeconds, cached, waitedSeconds: this.#waited.seconds };
  }

  /** Whether decoded pictures are kept in a cache. */
  get isCached(): boolean {
    return this.#parts.cache !== null && this.cacheProblem === null;
  }

  /** The reason why decoded pictures are not in the cache; null where they are, or where there is no cache. */
  get cacheProblem(): string | null {
    return this.#parts.cache?.problem ?? null;
  }

  /** The number of parts of the cache that were damaged, and whose pictures were decoded again. */
  get damagedParts(): number {
    return this.#parts.cache?.damaged ?? 0;
  }

  /** Ends the threads and closes the cache. The pictures cannot be read afterwards. */
  close(): Promise<void> {
    return this.#parts.loader.close();
  }
}

/**
 * Streams a folder of pictures with a subfolder for each class, which loadImageFolder would load into memory. fit, evaluate, batches and split
 * take the result where they take a data set. Headers are read first; pictures are decoded in threads while they are used, some shards ahead, and
 * kept in the `cache` for the next epoch. Pixels are those of loadImageFolder, bit for bit; the order is another one, which follows from the
 * names of the files. A survey of surveyImageFolder can be given instead of the folder's path.
 *
 * Throws an error that names the folder or the file where there are fewer than two classes, a class without pictures, or a picture whose
 * header cannot be read. A picture that proves unreadable when it is decoded ends the loop that reads it with such an error.
 */
export function streamImageFolder(
  folder: string | ImageSurvey,
  options: StreamFolderOptions = {},
): Promise<ImageFolderStream> {
  return withinAsync("streamImageFolder", () => stream(folder, options));
}

async function stream(folder: string | ImageSurvey, options: StreamFolderOptions): Promise<ImageFolderStream> {
  checkOptions("streamImageFolder", options, names);
  checkReading("streamImageFolder", options);
  for (const name of ["shardPictures", "windowShards"] as const)
    if (options[name] !== undefined) checkWhole("streamImageFolder", name, options[name], { from: 1 });
  const { maxSide, framing = "plain", skipBroken = false, threads, maxCacheBytes } = options;
  const survey = typeof folder === "string" ? await surveyImageFolder(folder, { maxSide }) : folder;
  if (survey.problems.length > 0 && !skipBroken)
    throw unreadable(survey.problems, survey.files.length, "streamImageFolder");
  const { directory } = survey;
  const files = mixed(survey);
  checkClassesRead("streamImageFolder", survey, files);
  const sizes = survey.sizes.filter((size) => size !== null);
  const size = options.size ?? (maxSide === undefined ? survey.size : commonestSize(sizes, maxSide));
  const wanted = framing === "digit" ? 1 : (options.channels ?? (await channelsOf(files)));
  const form: Form = { size, framing, channels: wanted === 1 ? 1 : null };
  const maxBytes = maxCacheBytes ?? Number.POSITIVE_INFINITY;
  const cache =
    options.cache === undefined
      ? null
      : await ShardCache.open(options.cache, { directory, files, form, decoder: decoderVersions(), maxBytes });
  const loader = new ShardLoader({ files, form, cache, threads, skipBroken });
  const shards = shardsOf(wanted * size[0] * size[1], options);
  return new ImageFolderStream({ survey, files, form, channels: wanted, shards, loader, cache });
}

/** 1 where each of the first pictures that can be read is grey, else 3. */
async function channelsOf(files: readonly PictureFile[]): Promise<1 | 3> {
  const paths = files.slice(0, channelSample).map(({ path }) => path);
  const { planes } = await runJob({ paths, form: { size: [1, 1], framing: "plain", channels: null } });
  return planes.includes(3) ? 3 : 1;
}

function shardsOf(pictureBytes: number, options: StreamFolderOptions): Parts["shards"] {
  const most = Math.max(1, Math.min(maxShardPictures, Math.floor(shardBytes / pictureBytes)));
  const { shardPictures = most } = options;
  const { windowShards = Math.min(maxWindowShards, Math.ceil(windowPictures / shardPictures)) } = options;
  return { shardPictures, windowShards };
}
