// A choice of the visitor that must be known before the page is first painted, such as its colours or its language: a word in localStorage.
// Where the browser stores nothing, the choice lasts as long as the page.

export interface Choice {
  read(): string | null;
  /** null removes the choice. */
  write(word: string | null): void;
}

export function choice(name: string): Choice {
  const key = `chainrule ${name}`;
  return {
    read() {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    write(word) {
      try {
        if (word === null) localStorage.removeItem(key);
        else localStorage.setItem(key, word);
      } catch {
        // As said above: the choice lasts as long as the page.
      }
    },
  };
}
