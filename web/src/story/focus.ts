// Keeps the keyboard's focus in the page: where the element that has it is removed, hidden or switched off (the button that removes a row,
// the last step of an undo), the focus goes to the nearest control beside it and not to the document, from whose top Tab would begin again.

const controls = "button, a[href], input, select, textarea, summary, [tabindex='0']";
/** Where a focus that finds no control goes: the part, or the opening. */
const places = "main section, dialog";

const isUsable = (element: Element): boolean =>
  element.isConnected && !element.matches(":disabled") && element.checkVisibility({ visibilityProperty: true });

/** Watches the focus; returns the function that ends this. */
export function keepFocus(): () => void {
  let last: HTMLElement | null = null;
  let place: HTMLElement | null = null;
  /** The controls of the place, the nearest ones after the focused one first, then those before it. */
  let beside: readonly HTMLElement[] = [];

  const entered = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement)) return;
    last = target;
    place = target.closest(places);
    const all = [...(place?.querySelectorAll<HTMLElement>(controls) ?? [])];
    const at = all.indexOf(target);
    beside = at < 0 ? [] : [...all.slice(at + 1), ...all.slice(0, at).reverse()];
  };
  // A press beside all controls gives the focus up.
  const pressed = ({ target }: PointerEvent) => {
    if (target instanceof Element && target.closest(`${controls}, label, [tabindex]`) === null) last = null;
  };
  const check = () => {
    if (last === null || isUsable(last)) return;
    const { activeElement } = document;
    if (activeElement !== null && activeElement !== document.body && activeElement !== last) return;
    const lost = last;
    last = null;
    // A field of text would open the keyboard of a phone.
    const next = beside.filter(isUsable).find((one) => one.tagName === lost.tagName) ?? place;
    next?.focus({ preventScroll: true });
  };
  const observer = new MutationObserver(check);
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled", "hidden"] });
  document.addEventListener("focusin", entered);
  document.addEventListener("pointerdown", pressed);
  return () => {
    observer.disconnect();
    document.removeEventListener("focusin", entered);
    document.removeEventListener("pointerdown", pressed);
  };
}
