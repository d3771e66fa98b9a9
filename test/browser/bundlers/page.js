// A page that trains in a worker of its own, and then on its main thread. Bundlers know this form of starting a worker.
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => finish(data);
worker.onerror = ({ message }) => finish({ error: `the page's worker: ${message}` });
worker.postMessage({ threads: 2 });

async function finish(inWorker) {
  worker.terminate();
  globalThis.outcome = { isolated: crossOriginIsolated, inWorker, here: await trainHere() };
}

async function trainHere() {
  try {
    const { train } = await import("./train.js");
    return await train({ threads: 2 });
  } catch (error) {
    return { error: String(error) };
  }
}
