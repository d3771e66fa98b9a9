// How numbers are written, with a true minus sign; and how far two of them agree, digit by digit.

const minus = (text: string) => text.replace(/-/g, "−");

/** On a card: four decimals, as in the lecture. */
export function onCard(x: number): string {
  if (!Number.isFinite(x)) return notFinite(x);
  const size = Math.abs(x);
  if (size >= 1e5 || (size > 0 && size < 5e-5)) return minus(x.toExponential(2));
  return minus((x === 0 ? 0 : x).toFixed(size < 1000 ? 4 : size < 10_000 ? 2 : 1));
}

/** In a sentence: two decimals where they say all, else four. */
export function inWords(x: number): string {
  const written = onCard(x);
  return /\.\d\d00$/.test(written) ? written.slice(0, -2) : written;
}

/** On the way: two decimals, where they are enough to tell it from 0. */
export const inBrief = (x: number): string =>
  Number.isFinite(x) && Math.abs(x) >= 0.095 && Math.abs(x) < 1000 ? minus(x.toFixed(2)) : inWords(x);

/** To `decimals` places, for comparing. */
export const exactly = (x: number, decimals: number): string =>
  Number.isFinite(x) ? minus((Math.abs(x) < 0.5 * 10 ** -decimals ? 0 : x).toFixed(decimals)) : notFinite(x);

/** What to type to get the same number again. */
export const typed = (x: number): string => String(x);

function notFinite(x: number): string {
  return Number.isNaN(x) ? "none" : x > 0 ? "∞" : "−∞";
}

/** How many characters two written numbers share from the left; 0 unless they share all before the point. */
export function agreement(a: string, b: string): number {
  const point = (text: string) => (text.includes(".") ? text.indexOf(".") : text.length);
  if (point(a) !== point(b)) return 0;
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return same >= point(a) ? same : 0;
}
