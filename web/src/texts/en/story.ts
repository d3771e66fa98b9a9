// The page around its parts: header, opening, messages that belong to no part.
export const story = {
  skip: "Skip to the first part",
  parts: "Parts",
  undo: "Undo",
  close: "Close",
};
