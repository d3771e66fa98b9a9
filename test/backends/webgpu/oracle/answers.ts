// What the thread with the GPU answers, in memory that it shares with who asks: so the asker can wait for it, in Node as in a page. The answer
// follows the signal and the length of its head: the head as JSON, then the arrays, each at a multiple of 8 bytes.
import type { NDArray } from "../../../../src/tensor/dtype.ts";

export interface Arrays {
  readonly results: readonly NDArray["data"][];
  readonly states: readonly NDArray["data"][];
}
export interface Failure {
  readonly error: string;
  readonly code: string | null;
}
export type Answer = Arrays | Failure;

type View = (memory: SharedArrayBuffer, offset: number, length: number) => NDArray["data"];
const views = {
  Float32Array: (memory, offset, length) => new Float32Array(memory, offset, length),
  Float64Array: (memory, offset, length) => new Float64Array(memory, offset, length),
  Int32Array: (memory, offset, length) => new Int32Array(memory, offset, length),
  Uint8Array: (memory, offset, length) => new Uint8Array(memory, offset, length),
} satisfies Record<string, View>;
type Kind = keyof typeof views;

interface Head {
  readonly failure: Failure | null;
  readonly results: readonly Place[];
  readonly states: readonly Place[];
}
interface Place {
  readonly kind: Kind;
  readonly length: number;
  readonly offset: number;
}

const headAt = 8;
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** Memory for answers of up to so many bytes. */
export const answerMemory = (bytes: number = 2 ** 26): SharedArrayBuffer => new SharedArrayBuffer(bytes);

/** Has to be called before a question is sent. */
export const expectAnswer = (memory: SharedArrayBuffer): void => void Atomics.store(new Int32Array(memory), 0, 0);

/** Waits for the answer. Throws where none comes in time. */
export function waitForAnswer(memory: SharedArrayBuffer, milliseconds: number): Answer {
  const words = new Int32Array(memory, 0, 2);
  if (Atomics.wait(words, 0, 0, milliseconds) === "timed-out")
    throw new Error("the thread with the GPU gave no answer");
  const text = new TextDecoder().decode(new Uint8Array(memory, headAt, words[1]).slice());
  const { failure, results, states }: Head = JSON.parse(text);
  if (failure !== null) return failure;
  const first = aligned(headAt + words[1]);
  const read = ({ kind, length, offset }: Place) => views[kind](memory, first + offset, length).slice();
  return { results: results.map(read), states: states.map(read) };
}

/** Writes the answer and wakes the asker. */
export function giveAnswer(memory: SharedArrayBuffer, answer: Answer): void {
  let bytes = 0;
  const placed: [Place, NDArray["data"]][] = [];
  const place = (data: NDArray["data"]): Place => {
    const own: Place = { kind: data.constructor.name as Kind, length: data.length, offset: bytes };
    bytes += aligned(data.byteLength);
    placed.push([own, data]);
    return own;
  };
  const head: Head =
    "error" in answer
      ? { failure: answer, results: [], states: [] }
      : { failure: null, results: answer.results.map(place), states: answer.states.map(place) };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const first = aligned(headAt + text.length);
  if (first + bytes > memory.byteLength) {
    giveAnswer(memory, { error: `the answer has ${bytes} bytes, more than its memory`, code: null });
    return;
  }
  new Uint8Array(memory, headAt).set(text);
  for (const [{ kind, length, offset }, data] of placed) views[kind](memory, first + offset, length).set(data);
  const words = new Int32Array(memory, 0, 2);
  words[1] = text.length;
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
}
