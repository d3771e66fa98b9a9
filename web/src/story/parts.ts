// The parts of the story, in order: what links, headings and the address call them.

export interface Part {
  readonly id: string;
  readonly number: number;
  /** In the navigation. */
  readonly name: string;
  readonly title: string;
  readonly lead: string;
}

export const parts = {
  neuron: {
    id: "neuron",
    number: 1,
    name: "Neuron",
    title: "One neuron",
    lead: "Inputs times weights, added up, squashed. Pull any number: all that follows moves. Backward tells how much each one matters.",
  },
  net: {
    id: "net",
    number: 2,
    name: "Net",
    title: "A net of neurons",
    lead: "Some dozens of such neurons learn to tell blue points from orange ones. Change the net while it learns.",
  },
  race: {
    id: "race",
    number: 3,
    name: "Efficiency",
    title: "Everything else is efficiency",
    lead: "The same net three times: number by number, array by array, and compiled to WebAssembly. Same mathematics, another speed.",
  },
  images: {
    id: "images",
    number: 4,
    name: "Images",
    title: "A net that recognises images",
    lead: "Train it on handwritten digits, here in the page. Draw one yourself, at any time, also while it learns.",
  },
} as const satisfies Record<string, Part>;
