// Fetches one file over HTTP(S): whole and with the right checksum, or not at all. It is written under another name, checked, and renamed at
// the end, so that a broken download never stays.
import { createHash } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { systemReason } from "chainrule/node";
import { GaveUp } from "../failure.ts";
import { makeFolder } from "../make-folder.ts";
import { networkReason, statusReason } from "./reasons.ts";

export interface Download {
  readonly address: string;
  /** Where the file is put. */
  readonly file: string;
  /** The checksum that the file must have; null: the one that the server sends, if it does. */
  readonly sha256: string | null;
  readonly signal: AbortSignal;
  /** The bytes so far; the total is null where the server does not say it. */
  readonly onProgress: (done: number, total: number | null) => void;
  /** A server that sends nothing for this long has stalled. */
  readonly stallMs?: number | undefined;
}

export interface Downloaded {
  readonly sha256: string;
  readonly bytes: number;
  /** Whether the checksum was compared with one that was known before. */
  readonly isVerified: boolean;
}

/** Thrown where the file cannot be had. The message says why, in words that follow the address. */
export class DownloadFailed extends Error {}

const defaultStallMs = 30_000;
const maxRedirects = 5;
/** No backbone is larger. */
const maxBytes = 2 ** 30;

/** Throws DownloadFailed where the file cannot be had, and GaveUp after the signal. */
export async function download(wanted: Download): Promise<Downloaded> {
  const { address, file, signal, stallMs = defaultStallMs } = wanted;
  const stall = new Stall(stallMs);
  const partial = `${file}.${process.pid}.partial`;
  let handle: FileHandle | null = null;
  try {
    const opened = await follow(address, AbortSignal.any([signal, stall.signal]), stall);
    makeFolder(dirname(file));
    handle = await open(partial, "w");
    const found = await receive(opened, { ...wanted, handle, stall });
    await handle.sync();
    await handle.close();
    handle = null;
    renameSync(partial, file);
    return found;
  } catch (error) {
    if (signal.aborted) throw new GaveUp();
    if (error instanceof DownloadFailed) throw error;
    if (stall.signal.aborted) throw new DownloadFailed(`nothing came for ${stallMs / 1000} s`);
    const reason = systemReason(error);
    throw new DownloadFailed(reason === null ? networkReason(error) : `${partial}: ${reason}`, { cause: error });
  } finally {
    stall.stop();
    await handle?.close();
    rmSync(partial, { force: true });
  }
}

/** Aborts its signal where `progress` is not called for some time. */
class Stall {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.progress();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  progress(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

interface Opened {
  readonly response: Response;
  /** The checksum and the length that a server on the way has told about the file. */
  readonly sha256: string | null;
  readonly bytes: number | null;
}

/**
 * Follows redirects one by one, because the hub tells the checksum of a file, X-Linked-ETag, beside the redirect to the server that has it.
 * An address with https leads to no other.
 */
async function follow(address: string, signal: AbortSignal, stall: Stall): Promise<Opened> {
  let at = addressOf(address);
  let [sha256, bytes]: [string | null, number | null] = [null, null];
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await fetch(at, { redirect: "manual", signal, headers: { "accept-encoding": "identity" } });
    stall.progress();
    sha256 ??=
      /^(?:W\/)?"?([0-9a-f]{64})"?$/i.exec(response.headers.get("x-linked-etag") ?? "")?.[1].toLowerCase() ?? null;
    bytes ??= lengthOf(response.headers.get("x-linked-size"));
    if (response.ok) return { response, sha256, bytes };
    const location = response.headers.get("location");
    await response.body?.cancel();
    if (response.status < 300 || response.status >= 400 || location === null)
      throw new DownloadFailed(statusReason(response));
    const next = addressOf(location, at);
    if (at.protocol === "https:" && next.protocol !== "https:")
      throw new DownloadFailed(`leads from https to ${next.protocol}//${next.host}, which is not safe`);
    at = next;
  }
  throw new DownloadFailed(`leads to more than ${maxRedirects} other addresses in a row`);
}

function addressOf(text: string, base?: URL): URL {
  let address: URL;
  try {
    address = new URL(text, base);
  } catch {
    throw new DownloadFailed("is no address; it begins with https:// or http://");
  }
  if (address.protocol === "https:" || address.protocol === "http:") return address;
  if (base === undefined) throw new DownloadFailed("is no address with https:// or http://");
  throw new DownloadFailed(`leads to ${address.protocol}, which is neither https nor http`);
}

const lengthOf = (text: string | null): number | null => (text !== null && /^\d+$/.test(text) ? Number(text) : null);

interface Receiving extends Download {
  readonly handle: FileHandle;
  readonly stall: Stall;
}

async function receive({ response, sha256: told, bytes }: Opened, wanted: Receiving): Promise<Downloaded> {
  const { handle, stall, onProgress } = wanted;
  const total = bytes ?? lengthOf(response.headers.get("content-length"));
  if (total !== null && total > maxBytes) throw tooLarge(total);
  const hash = createHash("sha256");
  let done = 0;
  onProgress(0, total);
  for await (const chunk of response.body ?? []) {
    stall.progress();
    done += chunk.length;
    if (done > maxBytes) throw tooLarge(done);
    hash.update(chunk);
    await handle.write(chunk);
    onProgress(done, total);
  }
  if (total !== null && done !== total)
    throw new DownloadFailed(`sent ${done} bytes, but the file has ${total}; try again`);
  const sha256 = hash.digest("hex");
  const expected = wanted.sha256 ?? told;
  if (expected !== null && sha256 !== expected)
    throw new DownloadFailed(`sent a file with another checksum, sha256 ${sha256}, not ${expected}; nothing was kept`);
  return { sha256, bytes: done, isVerified: expected !== null };
}

const tooLarge = (bytes: number) => new DownloadFailed(`has a file of ${bytes} bytes; no backbone is so large`);
