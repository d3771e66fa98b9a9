// Work that must not delay the page's first picture.

/** Calls once the page is loaded and painted, and has nothing else to do. */
export function whenQuiet(call: () => void): void {
  const idle = () =>
    typeof requestIdleCallback === "function" ? requestIdleCallback(call, { timeout: 5000 }) : setTimeout(call, 2000);
  // A frame that is requested after the load event has been painted when the one after it begins.
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(idle));
  if (document.readyState === "complete") painted();
  else addEventListener("load", painted, { once: true });
}
