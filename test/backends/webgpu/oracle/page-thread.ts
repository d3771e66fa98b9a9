// The script of the oracle's thread in a page: a worker that opens the GPU when it is told how, and says when it is open.
import type { Question } from "./oracle.ts";
import { answering, type Start } from "./thread.ts";

addEventListener(
  "message",
  async ({ data }: MessageEvent<Start>) => {
    try {
      const answer = await answering(data);
      addEventListener("message", ({ data: question }: MessageEvent<Question>) => void answer(question));
      postMessage(null);
    } catch (error) {
      postMessage(String(error));
    }
  },
  { once: true },
);
