// Messages between Node and the runner, over pipes. A frame is
//   u32 (little-endian)  length of the header in bytes
//   u64 (little-endian)  length of the payload in bytes
//   header               JSON, UTF-8
//   payload              bytes, such as the contents of arrays one after the other
// python/chainrule_xla/frames.py is the other end.

const lengthBytes = 12;

export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  /** An array with a buffer of its own. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** The parts of a frame, to be written one after the other: the lengths and the header, then the parts of the payload. */
export function frameOf(header: object, payload: readonly Uint8Array[] = []): Uint8Array[] {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(lengthBytes + text.length);
  const view = new DataView(start.buffer);
  view.setUint32(0, text.length, true);
  view.setBigUint64(4, BigInt(payload.reduce((sum, { length }) => sum + length, 0)), true);
  start.set(text, lengthBytes);
  return [start, ...payload];
}

/** Puts frames together from the chunks in which a pipe gives them. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** The length of the frame that has begun; null before all of its lengths are there. */
  #wanted: number | null = null;

  /** Takes a chunk, and returns the frames that it completes. */
  take(chunk: Uint8Array): Frame[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== null; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | null {
    if (this.#wanted === null) {
      if (this.#length < lengthBytes) return null;
      const { header, payload } = lengthsOf(this.#joined());
      this.#wanted = lengthBytes + header + payload;
    }
    if (this.#length < this.#wanted) return null;
    const bytes = this.#joined();
    const { header } = lengthsOf(bytes);
    const frame: Frame = {
      header: JSON.parse(new TextDecoder().decode(bytes.subarray(lengthBytes, lengthBytes + header))),
      // A copy: slice() of the Buffers that pipes give is a view.
      payload: new Uint8Array(bytes.subarray(lengthBytes + header, this.#wanted)),
    };
    const rest = bytes.subarray(this.#wanted);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    this.#wanted = null;
    return frame;
  }

  #joined(): Uint8Array {
    if (this.#chunks.length === 1) return this.#chunks[0];
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [bytes];
    return bytes;
  }
}

function lengthsOf(bytes: Uint8Array): { readonly header: number; readonly payload: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes);
  return { header: view.getUint32(0, true), payload: Number(view.getBigUint64(4, true)) };
}
