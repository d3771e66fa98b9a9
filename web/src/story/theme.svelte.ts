// Light or dark colours: those of the system, until the visitor chooses.

const choices = ["as the system", "light", "dark"] as const;
type Choice = (typeof choices)[number];

const storageKey = "chainrule colours";

class Theme {
  choice: Choice = $state("as the system");

  constructor() {
    const before = remembered();
    this.#take(choices.find((choice) => choice === before) ?? "as the system");
  }

  next(): void {
    this.#take(choices[(choices.indexOf(this.choice) + 1) % choices.length]);
    try {
      localStorage.setItem(storageKey, this.choice);
    } catch {
      // Where the browser stores nothing, the choice lasts as long as the page.
    }
  }

  #take(choice: Choice): void {
    this.choice = choice;
    if (choice === "as the system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

export const theme = new Theme();
