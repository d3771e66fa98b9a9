// A net of the hub: from the folder of caches if it is there, else fetched. The record beside a file has its checksum, which is compared each
// time the file is used.
//
//   <cache>/nets/resnet18.a1_in1k.safetensors
//   <cache>/nets/resnet18.a1_in1k.json         {"address": …, "sha256": …, "bytes": …}
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readBytes, writeWhole } from "chainrule/node";
import type { SingleBar } from "cli-progress";
import { BadInput, reading } from "../failure.ts";
import { cacheFolder } from "../pictures/cache-folder.ts";
import { isRecord } from "../records.ts";
import { startBar } from "../terminal/bars.ts";
import type { Screen } from "../terminal/screen.ts";
import { type Downloaded, DownloadFailed, download } from "./download.ts";
import { addressOf, fileName, type HubNet, licenceOf } from "./nets.ts";

export interface Fetching {
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** Whether nothing may be fetched. */
  readonly offline: boolean;
  readonly stallMs?: number | undefined;
  /** The environment, which names the hub and the folder of caches. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
}

/** The bytes of the net's file. Throws BadInput where they cannot be had, and GaveUp after the signal. */
export async function hubBytes(net: HubNet, fetching: Fetching): Promise<Uint8Array> {
  const file = join(cacheFolder(fetching.env), "nets", `${fileName(net.repository)}.safetensors`);
  const found = existsSync(file) ? await readChecked(file, net, fetching) : null;
  return found ?? (await fetchNet(file, net, fetching));
}

const recordOf = (file: string): string => file.replace(/\.safetensors$/, ".json");
const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The bytes of a file that is there; null where it is not what was fetched. A file that was put there by hand has no record. */
async function readChecked(
  file: string,
  { architecture, sha256 }: HubNet,
  { screen }: Fetching,
): Promise<Uint8Array | null> {
  const bytes = await reading(() => readBytes(file));
  const digest = digestOf(bytes);
  const recorded = recordedDigest(recordOf(file));
  if (recorded === digest) return bytes;
  if (recorded !== null) {
    screen.say(`${file}: has changed since it was fetched, so it is not used`);
    return null;
  }
  if (sha256 !== null && digest !== sha256)
    throw new BadInput(
      `${file}: has the checksum sha256 ${digest}, not ${sha256}; remove it, or use it as --from ${architecture}=${file}`,
    );
  return bytes;
}

function recordedDigest(record: string): string | null {
  try {
    const value: unknown = JSON.parse(readFileSync(record, "utf8"));
    return isRecord(value) && typeof value.sha256 === "string" ? value.sha256 : null;
  } catch {
    return null;
  }
}

async function fetchNet(
  file: string,
  net: HubNet,
  { screen, signal, offline, stallMs, env }: Fetching,
): Promise<Uint8Array> {
  const { architecture, repository, megabytes, licence, sha256 } = net;
  const address = addressOf(net, env);
  const byHand = `fetch ${address} in another way, and put it there as ${file}`;
  if (offline)
    throw new BadInput(`--offline: ${repository} (about ${megabytes} MB) is not in the cache folder; ${byHand}`);
  screen.say(`fetching ${repository}, about ${megabytes} MB, ${licenceOf(net)}, from ${address}`);
  const progress = new FetchProgress(screen);
  let found: Downloaded;
  try {
    found = await download({
      address,
      file,
      sha256,
      signal,
      stallMs,
      onProgress: (done, total) => progress.show(done, total),
    });
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error;
    throw new BadInput(`--from ${architecture}: ${address}: ${error.message}\nelse ${byHand}`, { cause: error });
  } finally {
    progress.stop();
  }
  const record = { address, sha256: found.sha256, bytes: found.bytes };
  await reading(() => writeWhole(recordOf(file), new TextEncoder().encode(`${JSON.stringify(record)}\n`)));
  const check = found.isVerified
    ? "its checksum is right"
    : `no checksum of it is known; it has sha256 ${found.sha256}`;
  screen.say(`fetched ${(found.bytes / 1e6).toFixed(1)} MB into ${file}; ${check}`);
  screen.event("fetched", { net: architecture, repository, licence, ...record, file, verified: found.isVerified });
  return reading(() => readBytes(file));
}

class FetchProgress {
  readonly #screen: Screen;
  #bar: SingleBar | null = null;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  show(done: number, total: number | null): void {
    if (!this.#screen.redrawn || total === null) return;
    const [value, whole] = [done, total].map((bytes) => (bytes / 1e6).toFixed(1));
    this.#bar ??= startBar(this.#screen, {
      format: "fetching {bar} {done} of {whole} MB",
      total,
      clear: true,
      payload: { done: value, whole },
    });
    this.#bar.update(done, { done: value, whole });
  }

  stop(): void {
    this.#bar?.stop();
  }
}
