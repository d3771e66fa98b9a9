// How long something takes where nothing disturbs it: the least of some runs, in ms. Tests run side by side, so that a single run says little.

export function leastTime(run: () => void, runs = 5): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}
