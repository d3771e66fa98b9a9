// Parts are loaded as they come near, and grow. A part to which a link leads stays at the top of the window while what stands above it
// grows, until the visitor scrolls, points or presses a key, or for three seconds.

const inputs = ["wheel", "touchstart", "pointerdown", "keydown"] as const;
let release: (() => void) | null = null;

export function holdAtTop(element: Element): void {
  release?.();
  const observer = new ResizeObserver(() => {
    const wanted = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
    if (Math.abs(element.getBoundingClientRect().top - wanted) > 2) element.scrollIntoView({ behavior: "instant" });
  });
  observer.observe(document.body);
  const timer = setTimeout(() => release?.(), 3000);
  const end = () => release?.();
  for (const input of inputs) addEventListener(input, end, { passive: true });
  release = () => {
    release = null;
    observer.disconnect();
    clearTimeout(timer);
    for (const input of inputs) removeEventListener(input, end);
  };
}
