// Las palabras comunes a todos los gráficos.
import type { Texts } from "../en/index.ts";

export const charts: Texts["charts"] = {
  logScale: "escala logarítmica",
  diverging: "diverge",
  earlier: "ejecuciones anteriores",
  empty: "aún sin valores",
  value: (name: string, value: string) => `${name}: ${value}`,
  noNumber: "no es un número",
};
