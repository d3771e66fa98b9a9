// La página alrededor de sus partes: cabecera, comienzo, presentación y mensajes que no son de ninguna parte.
import type { Texts } from "../en/index.ts";

export const story: Texts["story"] = {
  title: "Así aprenden las redes neuronales – chainrule",
  description:
    "Dibuja una cifra y una red neuronal la lee. Después observa cómo aprende una neurona, entrena una red y un clasificador de imágenes, todo en tu navegador. No se envía nada.",
  heading: "Así aprenden las redes neuronales",
  lead: (parts: number) =>
    `Dibuja una cifra: una red neuronal la lee mientras dibujas. Es una larga fórmula de productos y sumas que ha aprendido sus números de ejemplos. En ${parts} partes descubres cómo funciona, desde una sola neurona hasta un clasificador que entrenas tú.`,
  local:
    "Todo se calcula en tu navegador con chainrule, una biblioteca de redes neuronales para TypeScript. Nada de lo que dibujas o cargas se envía.",
  begin: "Empezar con una neurona",
  trainOwn: "Ahora entrena la tuya",
  pad: "Dibujar una cifra",
  answer: (digit: string, share: string) => `Leo un ${digit} (${share})`,
  unsure: (digit: string, share: string) => `Quizá un ${digit} (${share})`,
  over: (share: string) => `más del ${share}`,
  empty: "Todavía no hay ningún dibujo.",
  loading: "La red se está cargando …",
  cannot: (reason: string) => `No se pudo cargar la red: ${reason}.`,
  answered: (status: number) => `el servidor respondió ${status}`,
  chances: "Lo que la red ve en el dibujo",
  record: (accuracy: string, test: string, train: string) =>
    `La red ha aprendido de ${train} cifras manuscritas y lee bien el ${accuracy} de otras ${test}. Solo conoce cifras: para ella, una letra también es una cifra.`,
  source: "Código fuente",
  guide: "Guía",
  install: "El paquete contiene el código fuente, la guía y ejemplos:",
  skip: "Ir a la primera parte",
  parts: "Partes",
  language: "Idioma",
  languageMissing: (name: string) => `No se pudo cargar: ${name}. ¿Estás sin conexión?`,
  useDark: "Usar colores oscuros",
  useLight: "Usar colores claros",
  present: "Presentar a pantalla completa",
  presentation: "Presentación",
  slideBack: "Anterior",
  slideOn: "Siguiente",
  slide: (number: number, of: number) => `${number} de ${of}`,
  leave: "Salir",
  partMissing: "No se pudo cargar esta parte. ¿Estás sin conexión?",
  again: "Intentar de nuevo",
  reload: "Recargar la página",
  newVersion: "Hay una versión nueva de esta página.",
  takeVersion: "Cargarla",
  undo: "Deshacer",
  close: "Cerrar",
};
