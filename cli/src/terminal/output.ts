// stdout and stderr, which may fail: the reader leaves (`| head -1`), or the disk that the output goes to is full. The first ends the
// command without a message. The second is said once, at the end, with exit code 2; a training goes on, because its result is a file.
import { writeSync } from "node:fs";
import { systemCode, systemReason } from "chainrule/node";

/** A stream for text, which may be a terminal. */
export type Stream = NodeJS.WritableStream & Partial<Pick<NodeJS.WriteStream, "isTTY" | "columns" | "getColorDepth">>;

export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

let streams: Streams = process;
/** The streams of the command that runs. */
export const currentStreams = (): Streams => streams;

let readerGone = false;
/** Whether the command ends early, without a message of its own, because nobody gets its output. */
export const isReaderGone = () => readerGone;

let ignoresFailures = false;
let outcome: string | null = null;
const failed = new Map<Stream, Error>();

/** Begins a command, whose output goes to these streams. Their failures are handled from now on. */
export function useStreams(given: Streams): void {
  streams = given;
  readerGone = false;
  ignoresFailures = false;
  outcome = null;
  failed.clear();
  for (const stream of [given.stdout, given.stderr]) stream.on("error", (error) => see(stream, error));
}

/** The command goes on where its output cannot be written. */
export function goOnWithoutOutput(): void {
  ignoresFailures = true;
}

/** What to say at the end, where the output could not be written: "the model is saved in m.safetensors". */
export function sayWithoutOutput(words: string): void {
  outcome = words;
}

/** Writes text, unless the stream failed earlier or its reader has gone. */
export function write(stream: Stream, text: string): void {
  if (readerGone || failed.has(stream)) return;
  try {
    stream.write(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    see(stream, error);
  }
}

function see(stream: Stream, error: Error): void {
  const code = systemCode(error);
  if (code === "EPIPE") readerGone = true;
  // A stream that failed is destroyed, and gives an error for each write that was on its way.
  else if (!failed.has(stream) && code !== "ERR_STREAM_DESTROYED") failed.set(stream, error);
  if (failed.size > 0 && !ignoresFailures) readerGone = true;
}

/** Says at the end of the process which of its streams failed; the exit code is then 2. */
export function tellFailures(): void {
  if (failed.size === 0) return;
  if (process.exitCode === undefined || process.exitCode === 0) process.exitCode = 2;
  const lines = [...failed].map(([stream, error]) => {
    const name = stream === streams.stderr ? "stderr" : "stdout";
    const reason = systemReason(error);
    const words = reason === null ? systemCode(error) || error.message : `${reason} (${systemCode(error)})`;
    return `error: ${name}: cannot be written: ${words}${outcome === null ? "" : `; ${outcome}`}\n`;
  });
  try {
    writeSync(2, lines.join(""));
  } catch {
    // stderr failed as well: the exit code alone tells it.
  }
}
