// Lo que dice la página cuando al navegador le falta algo.
import type { Texts } from "../en/index.ts";

export const engine: Texts["engine"] = {
  workers:
    "Este navegador no tiene module workers, así que aquí no se pueden entrenar redes. La neurona del principio de la página funciona igualmente.",
  vectors:
    "Este navegador no tiene WebAssembly SIMD (todos lo tienen desde 2023). La neurona y la red escalar funcionan; las redes compiladas, no.",
};
