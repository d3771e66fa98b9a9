// The page: what comes in is recognised, a few pictures at a time, and each gets a card.
import { Problem, percent, type Recognise, shownClasses } from "./answer.ts";
import { offerCamera } from "./camera.ts";
import { byId } from "./elements.ts";
import { listen } from "./intake.ts";
import { type Card, Results } from "./results.ts";

export interface PageOptions {
  readonly recognise: Recognise;
  /** The number of pictures that are recognised at the same time. */
  readonly together: number;
}

export function openPage({ recognise, together }: PageOptions): void {
  const status = byId("status", "p");
  const say = (words: string) => {
    status.textContent = words;
  };
  const results = new Results(byId("results", "ol"));
  const waiting: (readonly [card: Card, name: string, picture: Blob])[] = [];
  let running = 0;

  const run = async () => {
    running++;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [card, name, picture] = next;
      try {
        const answer = (await recognise(picture)).slice(0, shownClasses);
        const best = card.answer(answer);
        const more = waiting.length > 0 ? `; ${waiting.length} more to go` : "";
        say(`${isolated(name)}: ${isolated(best)}, ${percent(answer[0].probability)}${more}`);
      } catch (error) {
        const words = error instanceof Problem ? error.message : `this is a bug in chainrule: ${error}`;
        card.fail(words);
        say(`${isolated(name)}: ${words}`);
      }
    }
    running--;
  };
  const take = (pictures: readonly (readonly [name: string, picture: Blob])[]) => {
    const cards = results.add(pictures);
    for (const [n, [name, picture]] of pictures.entries()) waiting.push([cards[n], name, picture]);
    while (running < Math.min(together, waiting.length + running)) void run();
  };
  listen({ take: (files) => take(files.map((file) => [file.name, file])), refuse: say });
  offerCamera({ recognise, keep: (name, picture) => take([[name, picture]]), say });
  say("");
}

/** A name within a sentence, whose direction it does not change. */
const isolated = (name: string) => `\u2068${name}\u2069`;
