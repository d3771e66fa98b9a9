// Part 1: one neuron.
export const neuron = {
  name: "Neuron",
  title: "One neuron",
  lead: "A neuron multiplies its inputs by weights, adds them up and squashes the sum. Drag any number: everything computed from it changes. The backward pass tells how much each number matters.",
};
