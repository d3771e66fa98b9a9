// Part 4: a net that recognises images.
export const images = {
  name: "Images",
  title: "A net that recognises images",
  lead: "Train it on handwritten digits, here in the page. Draw a digit yourself at any time, even while the net learns.",
};
