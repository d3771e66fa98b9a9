// The parts of the story, in order: their names in links, headings and the address.

export interface Part {
  readonly id: string;
  readonly number: number;
  /** The name in the navigation. */
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
    lead: "A neuron multiplies its inputs by weights, adds them up and squashes the sum. Drag any number: everything computed from it changes. The backward pass tells how much each number matters.",
  },
  net: {
    id: "net",
    number: 2,
    name: "Net",
    title: "A net of neurons",
    lead: "A few dozen such neurons learn to tell blue points from orange ones. Change the net while it learns.",
  },
  race: {
    id: "race",
    number: 3,
    name: "Efficiency",
    title: "Everything else is efficiency",
    lead: "The same net three times: number by number, array by array, and compiled to WebAssembly. The mathematics is the same, the speed is not.",
  },
  images: {
    id: "images",
    number: 4,
    name: "Images",
    title: "A net that recognises images",
    lead: "Train it on handwritten digits, here in the page. Draw a digit yourself at any time, even while the net learns.",
  },
} as const satisfies Record<string, Part>;
