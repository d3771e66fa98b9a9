// Part 3: the same net computed in three ways.
export const race = {
  name: "Efficiency",
  title: "Everything else is efficiency",
  lead: "The same net three times: number by number, array by array, and compiled to WebAssembly. The mathematics is the same, the speed is not.",
};
