// Where in the story the visitor is: the opening or the part that crosses a line at two fifths of the window's height.
import type { Attachment } from "svelte/attachments";
import { type PartId, partIds } from "../parts.ts";

export type Slide = "top" | PartId;
/** The opening and the parts, in the order of the page. */
export const slides: readonly Slide[] = ["top", ...partIds];

class Place {
  current: Slide = $state("top");

  /** For the element of a slide. */
  readonly watch =
    (slide: Slide): Attachment =>
    (element) => {
      const observer = new IntersectionObserver(
        // A busy page tells several changes at once; the last one holds.
        (entries) => {
          if (entries.at(-1)?.isIntersecting === true) this.current = slide;
        },
        { rootMargin: "-40% 0px -60% 0px" },
      );
      observer.observe(element);
      return () => observer.disconnect();
    };
}

export const place = new Place();
