// The words that all charts have in common.
export const charts = {
  logScale: "log scale",
  diverging: "diverging",
  earlier: "earlier runs",
  empty: "no values yet",
  /** One value of a read-out: "loss 0.012". */
  value: (name: string, value: string) => `${name} ${value}`,
  noNumber: "not a number",
};
