// Inflates a gzip stream up to a bound that the caller gives. A stream contains no reliable statement of its inflated size: a few kilobytes
// may inflate to gigabytes. DecompressionStream exists in Node and in pages.

/** The inflated data, at most the bytes asked for; whether there are more; and the reason why the stream is damaged, or null. */
export interface Inflated {
  readonly data: Uint8Array;
  readonly more: boolean;
  readonly failure: string | null;
}

/** A slice inflates to at most about 1032 times its size, which bounds the memory between the writer and the reader. */
const sliceBytes = 1 << 14;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Inflates the beginning of a gzip stream, up to `maxBytes`. A damaged stream does not throw: `failure` says what is wrong with it. */
export async function gunzip(bytes: Uint8Array, maxBytes: number): Promise<Inflated> {
  const stream = new DecompressionStream("gzip");
  const fed = feed(stream.writable.getWriter(), bytes);
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let failure: string | null = null;
  try {
    while (length <= maxBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
    }
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  await reader.cancel().catch(() => {});
  await fed;
  return { data: join(chunks, Math.min(length, maxBytes)), more: length > maxBytes, failure };
}

/** Writes the bytes. Ends without an error when the reader stops or the stream is damaged, because the reader gets this error itself. */
async function feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array): Promise<void> {
  writer.closed.catch(() => {});
  try {
    for (let at = 0; at < bytes.length; at += sliceBytes) {
      await writer.ready;
      await writer.write(bytes.slice(at, at + sliceBytes));
    }
    await writer.close();
  } catch {}
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, length - at);
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
