// The parts of the story, in order. Their names, titles and first sentences are in the texts of the language.

export const partIds = ["neuron", "net", "race", "images", "classes"] as const;
export type PartId = (typeof partIds)[number];

export const numberOf = (part: PartId): number => partIds.indexOf(part) + 1;
