// The undo of a step that throws work away. The part that takes the step offers how to take it back; the newest offer is shown at the
// bottom of the page until it is used, closed, or replaced.

export interface Offer {
  /** What happened: "The trained net was replaced." */
  readonly words: string;
  readonly takeBack: () => void;
}

class Undo {
  offered: Offer | null = $state.raw(null);

  offer(words: string, takeBack: () => void): void {
    this.offered = { words, takeBack };
  }

  use(): void {
    const offer = this.offered;
    this.offered = null;
    offer?.takeBack();
  }

  close(): void {
    this.offered = null;
  }
}

export const undo = new Undo();
