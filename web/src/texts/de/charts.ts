// Die Wörter, die alle Diagramme gemeinsam haben.
import type { Texts } from "../en/index.ts";

export const charts: Texts["charts"] = {
  logScale: "logarithmische Skala",
  diverging: "divergiert",
  earlier: "frühere Läufe",
  empty: "noch keine Werte",
  value: (name: string, value: string) => `${name}: ${value}`,
  noNumber: "keine Zahl",
};
