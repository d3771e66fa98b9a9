// Precision, recall, F1 and support of each class, as a table for the terminal.
import { printable } from "chainrule/node";
import { brief, counted, percent, thousands } from "../wording.ts";
import type { ClassMetrics } from "./metrics.ts";

/** Of more classes the weakest are shown, which have the lowest F1. */
const maxClasses = 20;

/** The table with its heading; of many classes the weakest ones, and the number of all others. */
export function classLines(classes: readonly ClassMetrics[]): string[] {
  const isLong = classes.length > maxClasses;
  const ranked = [...classes.entries()].sort(([m, a], [n, b]) => a.f1 - b.f1 || b.support - a.support || m - n);
  // A class without pictures, which the net never answers, has no F1 to be low.
  const weakest = ranked.filter(([, own]) => own.support > 0 || own.precision + own.f1 > 0).map(([, own]) => own);
  const shown = isLong ? weakest.slice(0, maxClasses) : classes;
  const rows = shown.map(({ class: name, precision, recall, f1, support }) => [
    brief(printable(name)),
    ...[precision, recall, f1].map(percent),
    thousands(support),
  ]);
  const table = [["class", "precision", "recall", "F1", "pictures"], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) => row.map((text, column) => text.padStart(widths[column])).join("  "));
  const rest = classes.length - shown.length;
  return [
    isLong ? `the ${counted(shown.length, "class", "classes")} with the lowest F1:` : "class by class:",
    ...lines,
    ...(rest > 0 ? [`and ${counted(rest, "more class", "more classes")}; --json has all`] : []),
  ];
}
