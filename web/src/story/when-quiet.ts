// Work that must not delay the page's first picture.

/** Calls once the page is loaded and painted, and has nothing else to do. */
export function whenQuiet(call: () => void): void {
  const idle = () =>
    typeof requestIdleCallback === "function" ? requestIdleCallback(call, { timeout: 5000 }) : setTimeout(call, 2000);
  const loaded = () => afterPaint(idle);
  if (document.readyState === "complete") loaded();
  else addEventListener("load", loaded, { once: true });
}

/** Calls after the first paint with content. A page in a hidden tab is painted when the visitor turns to it. */
function afterPaint(call: () => void): void {
  if (!PerformanceObserver.supportedEntryTypes.includes("paint")) {
    // A frame that is requested now has been painted when the one after it begins.
    requestAnimationFrame(() => requestAnimationFrame(call));
    return;
  }
  const observer = new PerformanceObserver((list) => {
    if (list.getEntriesByName("first-contentful-paint").length === 0) return;
    observer.disconnect();
    call();
  });
  observer.observe({ type: "paint", buffered: true });
}
