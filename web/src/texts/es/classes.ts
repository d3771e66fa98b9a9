// Parte 5: clases propias, a partir de imágenes.
import type { Texts } from "../en/index.ts";

export const classes: Texts["classes"] = {
  name: "Tus clases",
  title: "Enseña a una red tus propias clases",
  lead: "Una clase es un tipo de cosas, como tazas o cucharas. Pon nombre a dos o más, da algunas imágenes de cada una y entrena. Tus imágenes se quedan en este navegador: no se sube nada.",

  withoutWorkers:
    "Este navegador no tiene workers de módulos, así que aquí no se pueden entrenar clases. La neurona del principio de la página funciona igualmente.",
  withoutVectors:
    "Este navegador no tiene WebAssembly SIMD, que tienen todos desde 2023, así que aquí no se pueden entrenar clases. La neurona del principio de la página funciona igualmente.",
  stopped: (reason: string) => `El cálculo se ha interrumpido: ${reason}. Tus imágenes están guardadas.`,
  startAgain: "Empezar de nuevo",
  opening: "Buscando clases guardadas…",

  classes: "Clases",
  defaultName: (place: number) => `Clase ${place}`,
  className: (place: number) => `Nombre de la clase ${place}`,
  addClass: "Añadir una clase",
  removeClass: (name: string) => `Quitar la clase ${name}`,
  classRemoved: (name: string) => `Se ha quitado la clase ${name} con sus imágenes.`,
  pictures: (count: number) => (count === 1 ? "1 imagen" : `${count} imágenes`),
  picturesOf: (name: string) => `Imágenes de ${name}. La tecla Supr quita la imagen seleccionada.`,
  picture: (place: number, count: number) => `Imagen ${place} de ${count}`,
  remove: (place: number) => `Quitar la imagen ${place}`,
  picturesRemoved: (count: number, name: string) =>
    count === 1 ? `Se ha quitado una imagen de ${name}.` : `Se han quitado ${count} imágenes de ${name}.`,
  camera: "Cámara",
  files: "Archivos",
  draw: "Dibujar",
  cameraFor: (name: string) => `Cámara para ${name}`,
  filesFor: (name: string) => `Elegir archivos de imagen para ${name}`,
  drawFor: (name: string) => `Dibujar imágenes para ${name}`,
  hint: "También puedes soltar imágenes sobre una clase o pegarlas. Una carpeta que sueltes será una clase.",
  reading: (count: number) => (count === 1 ? "Leyendo una imagen…" : `Leyendo ${count} imágenes…`),
  lost: (count: number) =>
    count === 1
      ? "El navegador ha borrado una imagen guardada."
      : `El navegador ha borrado ${count} imágenes guardadas.`,
  noFile: "Eso no es un archivo. Guarda primero la imagen y suelta después su archivo.",

  startCamera: "Encender la cámara",
  stopCamera: "Apagar la cámara",
  otherCamera: "Otra cámara",
  startingCamera: "El navegador pregunta si esta página puede usar la cámara…",
  hold: "Mantener para grabar",
  recorded: (count: number) => `${count} grabadas`,
  viewfinder: "Lo que ve la cámara",
  cameraProblems: {
    refused: "La cámara no está permitida aquí. Puedes permitirla en los ajustes del navegador para esta página.",
    none: "No hay ninguna cámara. Los archivos, las imágenes pegadas y los dibujos funcionan.",
    busy: "La cámara no arranca. Quizá la esté usando otro programa.",
    insecure:
      "Los navegadores dan la cámara solo a páginas que llegan por https. Los archivos, las imágenes pegadas y los dibujos funcionan.",
    other: "La cámara no arranca. Los archivos, las imágenes pegadas y los dibujos funcionan.",
  },

  pad: "Zona de dibujo",
  padHint: "Dibuja aquí",
  padKeys:
    "Las flechas mueven el lápiz, la barra espaciadora lo baja o lo levanta, la tecla de retroceso quita la última línea.",
  addDrawing: "Añadir el dibujo",
  clear: "Borrar",

  training: "Entrenamiento",
  method: "Empezar con",
  features: "una red preentrenada",
  conv: "pesos aleatorios",
  featuresWords:
    "La red EfficientNet-Lite0 se entrenó con un millón de fotografías. Convierte cada una de tus imágenes en 1280 números, y un pequeño clasificador aprende de ellos. Lo mejor para fotografías y para la cámara.",
  convWords: "Una pequeña red convolucional aprende solo de tus imágenes. Necesita más. Buena para dibujos.",
  train: "Entrenar",
  trainAfterFetching: (size: string) => `Entrenar (descarga ${size} una vez)`,
  stop: "Parar",
  stages: {
    fetching: "Descargando la red preentrenada",
    features: "Calculando las características de las imágenes",
    fitting: "Entrenando",
    testing: "Probando con imágenes apartadas",
  },
  missing: {
    classes: "Para entrenar hacen falta al menos dos clases.",
    name: (place: number) => `La clase ${place} necesita un nombre.`,
    same: (name: string) => `Dos clases se llaman ${name}.`,
    pictures: (name: string) => `${name} no tiene imágenes todavía.`,
  },
  stale: "Las clases han cambiado desde el entrenamiento. Entrena de nuevo para incluir los cambios.",
  few: (least: number) =>
    least === 1
      ? "Una clase tiene una sola imagen. Con diez o más por clase la red mejora y esta cifra es más segura."
      : `Una clase tiene solo ${least} imágenes. Con diez o más por clase la red mejora y esta cifra es más segura.`,

  accuracy: "de aciertos en imágenes de las que no había aprendido",
  judged: (right: string, count: string) => `${right} de ${count} imágenes`,
  range: (low: string, high: string) => `Con imágenes nuevas del mismo tipo cabe esperar entre ${low} y ${high}.`,
  folds: (folds: number) =>
    `Validación cruzada: ${folds} veces se apartó una parte de las imágenes del entrenamiento para probar con ella.`,
  alike: "Las imágenes de una grabación se parecen mucho, así que las nuevas pueden ser más difíciles.",
  notJudged: "Con una imagen por clase no se puede apartar ninguna, así que no se sabe lo buena que es la red.",
  mistakes: "Se equivocó con estas:",
  mistake: (truth: string, answer: string) => `${truth}, tomada por ${answer}`,
  takenFor: (answer: string) => `tomada por ${answer}`,
  more: (count: number) => `y ${count} más`,
  fromFile: (name: string) => `Este modelo viene de ${name}.`,
  untrained: "Todavía no se ha entrenado nada.",

  save: "Guardar el modelo",
  saveOnnx: "Guardar como ONNX",
  openModel: "Abrir un modelo",
  saveWords: (file: string) => `${file} sirve también para la línea de órdenes:`,
  modelReplaced: (name: string) => `El modelo entrenado se ha sustituido por ${name}.`,

  answer: "Respuesta",
  answerTo: "Respuesta a",
  liveCamera: "cámara",
  liveFile: "archivo",
  liveDrawing: "dibujo",
  chooseFile: "Elegir una imagen",
  dropFile: "Suelta aquí una imagen o elígela.",
  looking: "Mirando…",
  noModel: "Entrena primero. Después la red responde aquí al instante.",
  nothingShown: "Enséñale algo.",
  says: (name: string, share: string) => `${name}, ${share}`,
  unlike: "No se parece a ninguna imagen de las que aprendió, así que la respuesta puede no significar nada.",
  probabilities: "La probabilidad de cada clase",

  problems: {
    fetch: (details: string) =>
      `No se pudo descargar la red preentrenada (${details}). Pulsa Entrenar para intentarlo de nuevo o empieza con pesos aleatorios.`,
    storage: "El navegador no guarda más imágenes, así que las nuevas se perderán al recargar la página.",
  },
  notInLink:
    "Un enlace no contiene tus imágenes ni el modelo entrenado. Guarda el modelo para dárselo a otras personas.",
  figureJudged: "exactitud",
  figureAnswer: "respuesta",
};
