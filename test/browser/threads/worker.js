// A worker of the page that trains.
import { train } from "./train.js";

addEventListener("message", async ({ data }) => {
  try {
    postMessage(await train(data));
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
