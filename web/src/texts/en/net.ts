// Part 2: a net of neurons on points of a plane.
export const net = {
  name: "Net",
  title: "A net of neurons",
  lead: "A few dozen such neurons learn to tell blue points from orange ones. Change the net while it learns.",
};
