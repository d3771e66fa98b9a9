// Lets timers, signals and clicks through during training, and while programs for a GPU are made. JavaScript has one thread, and a loop that
// only awaits promises lets no macrotask run. So every few milliseconds the loop waits for one macrotask: a message to itself, because
// browsers delay nested timers by 4 ms.

/** How long the loop may occupy the thread, in milliseconds: a frame at 120 Hz takes 8. */
const maxBusyMs = 5;

let last = 0;

/** Lets macrotasks run if the last call that did so is more than maxBusyMs ago; otherwise returns at once. */
export async function breathe(): Promise<void> {
  if (performance.now() - last < maxBusyMs) return;
  await macrotask();
  last = performance.now();
}

function macrotask(): Promise<void> {
  if (typeof setImmediate === "function")
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
