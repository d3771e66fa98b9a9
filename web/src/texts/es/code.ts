// Los programas de las partes, y dónde se ejecutan.
import type { Texts } from "../en/index.ts";

export const code: Texts["code"] = {
  show: "Mostrar el código",
  hide: "Ocultar el código",
  loading: "Cargando el editor…",
  notLoaded: "No se pudo cargar el editor. Ciérralo y ábrelo para intentarlo de nuevo.",
  about:
    "Este programa hace lo que ves arriba, con los mismos ajustes. Cámbialo y ejecútalo aquí, o cópialo en un archivo y ejecútalo con Node.",
  aboutPageOnly:
    "Este programa hace lo que ves arriba, con las imágenes que tu navegador ha guardado. Cámbialo y ejecútalo aquí.",
  keys: "Tab sale del editor; Ctrl+Intro ejecuta el programa. Puede leer archivos de este sitio y ningún otro.",
  editor: "Programa",
  output: "Salida",
  run: "Ejecutar",
  stop: "Detener",
  reset: "Volver al programa original",
  wasReset: "Se descartaron tus cambios en el programa.",
  copy: "Copiar",
  copied: "Copiado.",
  copyByHand: "El navegador no permite que este botón copie. El programa está seleccionado: pulsa Ctrl+C.",
  nothingYet: "Aquí aparece lo que el programa escribe.",
  running: "Ejecutando…",
  full: "Ejecutando. Hay demasiada salida: las últimas líneas aparecen al final.",
  ended: (seconds) => `Terminó después de ${seconds} s.`,
  endedSilently: "El programa ha terminado y no ha escrito nada.",
  stopped: (seconds) => `Detenido después de ${seconds} s.`,
  leftOut: (count) => `… aquí no se muestran ${count} salidas …`,
  inLine: (line, what) => `Línea ${line}: ${what}`,
  cannotImport: (name) =>
    name === "chainrule/node"
      ? "chainrule/node lee archivos, y una página no los tiene. Obtén los datos con fetch y léelos con readIdx de chainrule/data."
      : `Aquí no se puede importar «${name}». Un programa en esta página puede importar chainrule, chainrule/scalar, chainrule/data, chainrule/model, chainrule/distributions, chainrule/train y chainrule/io.`,
  computedImport: "import() necesita aquí el nombre de un módulo entre comillas.",
  notStarted: (why) => `El navegador no inició el programa: ${why}`,
};
