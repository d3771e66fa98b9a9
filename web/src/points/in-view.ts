// Tells elements when they come into view and leave it. One observer serves all: a part of the page has up to a hundred small pictures.

type Hear = (isInView: boolean) => void;

const listeners = new WeakMap<Element, Hear>();
let observer: IntersectionObserver | null = null;

/** Calls `hear` now and at each change; returns the function that ends this. */
export function watchView(element: Element, hear: Hear): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) listeners.get(target)?.(isIntersecting);
    },
    { rootMargin: "100px" },
  );
  listeners.set(element, hear);
  observer.observe(element);
  return () => {
    listeners.delete(element);
    observer?.unobserve(element);
  };
}
