// A gzip stream says nothing trustworthy about how much it inflates to: a few kilobytes may hide gigabytes. This inflates up to a
// bound that the caller knows from elsewhere, and stops there. DecompressionStream is the web's own, so pages have it too.

/** What came out of a gzip stream: at most the bytes asked for, whether there was more, and what broke the stream, if anything did. */
export interface Inflated {
  readonly data: Uint8Array;
  readonly more: boolean;
  readonly failure: string | null;
}

// One slice inflates to at most about 1032 times its size, which bounds what waits between the writer and the reader.
const sliceBytes = 1 << 14;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Inflates the beginning of a gzip stream, up to `most` bytes. A damaged stream does not throw: `failure` says what is wrong with it. */
export async function gunzip(bytes: Uint8Array, most: number): Promise<Inflated> {
  const stream = new DecompressionStream("gzip");
  const fed = feed(stream.writable.getWriter(), bytes);
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let failure: string | null = null;
  try {
    while (length <= most) {
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
  return { data: join(chunks, Math.min(length, most)), more: length > most, failure };
}

/** Ends quietly when the other side stops reading or the stream breaks: the reader learns of it by itself. */
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
