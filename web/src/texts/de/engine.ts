// Was die Seite sagt, wo dem Browser etwas fehlt.
import type { Texts } from "../en/index.ts";

export const engine: Texts["engine"] = {
  workers:
    "Dieser Browser hat keine Modul-Worker, deshalb lassen sich hier keine Netze trainieren. Das Neuron oben auf der Seite funktioniert trotzdem.",
  vectors:
    "Dieser Browser hat kein WebAssembly SIMD (jeder Browser seit 2023 hat es). Das Neuron und das skalare Netz funktionieren, kompilierte Netze nicht.",
};
