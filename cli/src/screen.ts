// Where words go and where data goes. Without --json a person reads stdout; with it stdout carries one JSON object a line for a
// program, and the words go to stderr.

export type Stream = NodeJS.WriteStream;

/** Set once whoever read our output has gone (`chainrule train mnist | head -1`): time to end, quietly. */
let readerGone = false;
export const isReaderGone = () => readerGone;

export function watchReaders(streams: readonly Stream[]): void {
  for (const stream of streams)
    stream.on("error", (error: Error & { code?: string }) => {
      if (error.code !== "EPIPE") throw error;
      readerGone = true;
    });
}

export class Screen {
  readonly #json: boolean;
  readonly words: Stream;

  constructor(json: boolean) {
    this.#json = json;
    this.words = json ? process.stderr : process.stdout;
  }

  say(text = ""): void {
    if (!readerGone) this.words.write(`${text}\n`);
  }

  event(event: string, fields: Record<string, unknown>): void {
    if (this.#json && !readerGone) process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
  }
}

export const percent = (fraction: number) => `${(100 * fraction).toFixed(2)} %`;
export const thousands = (count: number) => Math.round(count).toLocaleString("en-US");

/** How a person would type this command again. */
export function commandLine(words: readonly string[]): string {
  const start = process.env.npm_command === undefined ? "chainrule" : "npx chainrule";
  return [
    start,
    ...words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)),
  ].join(" ");
}
