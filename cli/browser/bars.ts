// The likeliest classes of an answer, each with its probability as a bar and as a number.
import { type Answer, percent } from "./answer.ts";
import { make } from "./elements.ts";

/** Fills a list with an answer. */
export function showBars(list: HTMLElement, answer: Answer): void {
  list.replaceChildren(
    ...answer.map(({ class: name, probability }) => {
      const bar = make("span", { className: "bar", ariaHidden: "true" }, make("span"));
      // The page's security policy forbids style attributes, and allows this.
      (bar.firstChild as HTMLElement).style.width = `${100 * probability}%`;
      return make("li", {}, named(name), bar, make("data", { value: String(probability) }, percent(probability)));
    }),
  );
}

/** A name that may be in any script, with its own direction. */
export const named = (name: string): HTMLElement => make("bdi", { title: name }, name);
