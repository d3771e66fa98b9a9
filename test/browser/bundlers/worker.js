// The page's worker. It writes down which workers the library starts, and reads in the memory that they share whether they take part.
import { train } from "./train.js";

const pool = [];

globalThis.Worker = class extends Worker {
  constructor(url, options) {
    super(url, options);
    this.url = String(url);
  }
  postMessage(place) {
    pool.push({ url: this.url, place });
    super.postMessage(place);
  }
};

/** How many workers joined the program that ran last. */
function joined() {
  if (pool.length === 0) return 0;
  const { memory, block, offsets } = pool[0].place;
  return new Int32Array(memory.buffer)[(block + offsets.control.entered) / 4];
}

addEventListener("message", async ({ data: { threads } }) => {
  try {
    const outcome = await train({ threads, joined });
    postMessage({ ...outcome, workers: pool.map(({ url }) => url) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
