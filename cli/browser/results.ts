// The pictures that were shown to the page, the newest first, each with its answer.
import type { Answer } from "./answer.ts";
import { named, showBars } from "./bars.ts";
import { make } from "./elements.ts";

/** The most pictures that stay on the page. */
const maxShown = 200;

export class Results {
  readonly #list: HTMLElement;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  /** Adds cards for pictures in front of the others. */
  add(pictures: readonly (readonly [name: string, picture: Blob])[]): Card[] {
    const cards = pictures.map(([name, picture]) => new Card(name, picture));
    this.#list.prepend(...cards.map(({ element }) => element));
    while (this.#list.children.length > maxShown) this.#list.lastElementChild?.remove();
    return cards;
  }
}

/** A picture and what is said of it. */
export class Card {
  readonly element: HTMLElement;
  readonly #heading = make("h2", {}, "…");
  readonly #bars = make("ul", { className: "bars" });

  constructor(name: string, picture: Blob) {
    const source = URL.createObjectURL(picture);
    const image = make("img", { src: source, alt: name });
    const release = () => URL.revokeObjectURL(source);
    image.addEventListener("load", release);
    image.addEventListener("error", () => {
      release();
      // The browser does not show every format that can be recognised.
      image.replaceWith(make("span", { className: "no-image", ariaHidden: "true" }, "no preview"));
    });
    const text = make("div", {}, this.#heading, make("p", { className: "file" }, named(name)), this.#bars);
    this.element = make("li", { className: "card" }, make("div", { className: "picture" }, image), text);
    this.element.setAttribute("aria-busy", "true");
  }

  /** Shows the answer, and returns it in a few words. */
  answer(answer: Answer): string {
    const [{ class: best }] = answer;
    this.#end(named(best));
    showBars(this.#bars, answer);
    return best;
  }

  fail(words: string): void {
    this.#end("not recognised");
    this.element.classList.add("failed");
    this.#bars.replaceWith(make("p", { className: "problem" }, words));
  }

  #end(heading: Node | string): void {
    this.#heading.replaceChildren(heading);
    this.element.removeAttribute("aria-busy");
  }
}
