// JavaScript has one thread: a loop that only awaits promises lets no timer, signal or click through. So every few milliseconds
// it stands back for one macrotask. A timer would do, but browsers make nested timers wait 4 ms; a message to oneself does not wait.

/** How long the loop may keep the thread, in milliseconds: a frame at 120 Hz has 8. */
const longest = 5;

let last = 0;

/** Lets macrotasks run, if that is some milliseconds ago; else returns at once. */
export async function breathe(): Promise<void> {
  if (performance.now() - last < longest) return;
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
