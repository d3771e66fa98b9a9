// The presentation: one slide on the screen (the opening or a part), in larger type, in full screen where the browser allows it. Arrow
// keys and page keys go on and back unless a control uses them, as presenters' remote controls send page keys. Escape ends it.
import { tick } from "svelte";
import { place, type Slide, slides } from "./place.svelte.ts";

/** Elements that use arrow keys or page keys themselves. */
const keyed =
  "input, select, textarea, [contenteditable], [role=application], [role=slider], [role=spinbutton], [role=tablist], [role=radiogroup], [role=grid], [role=listbox], [role=menu], [role=tree], [role=toolbar]";

const steps: ReadonlyMap<string, number> = new Map([
  ["ArrowRight", 1],
  ["PageDown", 1],
  ["ArrowLeft", -1],
  ["PageUp", -1],
]);

class Presentation {
  on = $state(false);
  slide: Slide = $state("top");

  get number(): number {
    return slides.indexOf(this.slide);
  }

  /** Starts at the slide in view. A link with ?present starts at the part that it names, without full screen, which a page may not ask for unasked. */
  start({ at = place.current, full = true }: { readonly at?: Slide; readonly full?: boolean } = {}): void {
    this.on = true;
    document.documentElement.dataset.presenting = "";
    if (full) void document.documentElement.requestFullscreen?.().catch(() => undefined);
    this.show(at);
  }

  leave(): void {
    if (!this.on) return;
    this.on = false;
    delete document.documentElement.dataset.presenting;
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
    const address = new URL(location.href);
    if (address.searchParams.has("present")) {
      address.searchParams.delete("present");
      history.replaceState(history.state, "", address);
    }
    void this.#arrive();
  }

  go(by: number): void {
    const next = slides[this.number + by];
    if (next !== undefined) this.show(next);
  }

  show(slide: Slide): void {
    this.slide = slide;
    void this.#arrive();
  }

  press(event: KeyboardEvent): void {
    if (!this.on || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Escape") this.leave();
    const by = steps.get(event.key);
    if (by === undefined || (event.target instanceof Element && event.target.closest(keyed) !== null)) return;
    event.preventDefault();
    this.go(by);
  }

  /** Leaving full screen, which Escape does in every browser, ends the presentation. */
  fullscreenChanged(): void {
    if (document.fullscreenElement === null) this.leave();
  }

  /** The slide that is gone and the header keep no focus: it moves to the one that is shown, unless a button of the presentation has it. */
  async #arrive(): Promise<void> {
    await tick();
    const element = document.getElementById(this.slide);
    element?.scrollIntoView({ behavior: "instant" });
    const focused = document.activeElement;
    if (focused === null || focused === document.body || focused.closest("main, header") !== null)
      element?.focus({ preventScroll: true });
  }
}

export const presentation = new Presentation();

/** The slide that the address names. */
export const slideOf = (part: string | undefined): Slide => slides.find((slide) => slide === part) ?? "top";
