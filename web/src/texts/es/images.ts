// Parte 4: una red que reconoce imágenes.
import type { Texts } from "../en/index.ts";
import { reasonOf } from "./gpu.ts";

const count = (x: number) => x.toLocaleString("es");
const listed = (names: readonly string[]) =>
  names.length > 4 ? `${names.slice(0, 3).join(", ")}, …` : names.join(", ");

export const images: Texts["images"] = {
  name: "Imágenes",
  title: "Una red que reconoce imágenes",
  lead: "Dibuja una cifra. La red aún no sabe nada. Pulsa «Entrenar»: en pocos segundos aprende de 10.000 cifras manuscritas, aquí en tu navegador.",

  engineStopped: (reason) => `El cálculo se ha interrumpido: ${reason}.`,
  notInLink:
    "El enlace no contiene imágenes ni dibujos de más de unos 780 puntos. Contiene la elección de red y de imágenes.",
  startAgain: "Empezar de nuevo",
  tryAgain: "Intentar otra vez",
  offline: "¿Está este equipo en línea?",
  replaced: {
    net: "La red entrenada fue reemplazada.",
    data: "Tus datos y sus redes fueron reemplazados.",
  },

  pad: {
    label: "Área de dibujo",
    hint: "Dibuja aquí una cifra",
    keys: "Con el teclado: las flechas mueven el lápiz, la barra espaciadora lo baja o lo levanta, retroceso deshace.",
    clear: "Borrar",
    undo: "Deshacer",
  },

  verdict: {
    figure: "La respuesta de la red",
    nothing: "Aún no hay nada dibujado.",
    waiting: "…",
    untrained: "La red aún no está entrenada.",
    strange: "Distinto de todo lo que aprendió.",
    sure: (name, share) => `Parece ${name}, ${share}`,
    unsure: (name, share) => `Quizás ${name}, ${share}`,
    caption: "La probabilidad que la red da a cada clase. Elige una clase para ver qué píxeles importan para ella.",
    classHead: "Clase",
    barHead: "Barra",
    shareHead: "Probabilidad",
    whichPixels: (name) => `¿Qué píxeles importan para ${name}?`,
  },

  reads: {
    title: "Lo que lee la red",
    words: "Tu dibujo, centrado y reducido a 28 × 28 píxeles, como las imágenes de entrenamiento.",
    plainWords: (size) => `Tu imagen, reducida a ${size} píxeles.`,
    label: (width, height) => `La imagen que lee la red, ${width} por ${height} píxeles`,
    saliency: "Qué píxeles importan",
    saliencyFor: (name) => `Qué píxeles importan para ${name}`,
    above: "Azul",
    raises: (name) => `: más tinta aquí sube el valor de ${name}.`,
    below: "Naranja",
    lowers: ": más tinta aquí lo baja. Es el gradiente del valor respecto a cada píxel.",
    draw: "Dibuja algo para verlo.",
  },

  pictures: {
    choose: "Elegir imágenes",
    words: "O suelta imágenes en cualquier lugar de esta página, o pega una. No salen de este navegador.",
    label: "Tus imágenes",
    clear: "Quitar las imágenes",
    put: (name, verdict) => `${name}: ${verdict} Ponerla en el área de dibujo.`,
    strange: "distinta",
    refused: "no leída",
    untrained: "–",
    reading: "Leyendo los archivos …",
    dropHere: "Suéltala en cualquier lugar: la red la mirará.",
  },

  training: {
    figure: "El entrenamiento",
    net: "Red",
    mlp: "MLP",
    cnn: "Red convolucional",
    own: (name) => (name === "" ? "De un archivo" : name),
    amount: "Imágenes de entrenamiento",
    some: "10.000",
    all: (isMnist) => (isMnist ? "las 60.000" : "todas"),
    device: "Se entrena en",
    processor: "Procesador",
    gpu: "GPU",
    gpuIs: (adapter) => `GPU: ${adapter}`,
    softwareGpu: (adapter) => `${adapter}: una GPU por software, que calcula en el procesador`,
    refusedGpu: (adapter, refusal) =>
      `La GPU ${adapter} no se usa; el entrenamiento va en el procesador. ${reasonOf(refusal)}`,
    train: "Entrenar",
    pause: "Pausar",
    resume: "Continuar",
    more: "Entrenar más",
    reset: "Reiniciar",
    test: "Probar",
    fetching: "Descargando imágenes",
    waiting: "El entrenamiento espera mientras esta parte no está a la vista.",
    accuracy: "exactitud en la prueba",
    accuracyBefore: "¿Cuántas de 10.000 cifras que nunca ha visto reconocerá? Al azar se acierta el 10 %.",
    accuracyOf: (number, guessing) =>
      `de ${number} imágenes de prueba reconocidas; al azar, ${guessing}. La red nunca aprende de ellas.`,
    aloudTraining: "Entrenando",
    aloudTested: (share) => `Exactitud en la prueba ${share}`,
    epoch: "Época",
    epochOf: (epoch, epochs) => `${epoch} de ${epochs}`,
    testing: "prueba",
    speed: "Imágenes/s",
    threads: "Hilos",
    seconds: "Segundos",
    pictures: "Imágenes",
    oneThread:
      "Un hilo: esta página llegó sin las dos cabeceras que le dan memoria compartida. Todo funciona, pero más despacio.",
    layers: (layers, weights) => `${layers}: ${weights} pesos`,
    fromFile: (name, rest) => `${name}: ${rest}`,
    accuracyName: "Exactitud, %",
    accuracyLabel: "Exactitud durante el entrenamiento",
    lossName: "Pérdida",
    lossLabel: "Pérdida durante el entrenamiento",
    training: "entrenamiento",
    testLine: "prueba",
    loss: "pérdida",
    xName: "miles de imágenes",
    epochMark: (epoch) => `época ${epoch}`,
  },

  layers: {
    Conv2d: ([, filters, side]) => `${filters} filtros de ${side}×${side}`,
    Linear: ([, neurons]) => (neurons === 1 ? "1 neurona" : `${neurons} neuronas`),
    MaxPool2d: ([side]) => `max pooling ${side}×${side}`,
    AvgPool2d: ([side]) => `average pooling ${side}×${side}`,
    BatchNorm2d: () => "batch norm",
    Flatten: () => "aplanar",
    ReLU: () => "ReLU",
  },

  inside: {
    title: "Dentro de la red",
    question:
      "¿Cómo pasa de píxeles a una cifra? Señala un número, o ve a él con las flechas, y mira cómo se calcula. Un clic amplía un mapa.",
    empty: "Dibuja algo: aquí se verá la salida de cada capa.",
    picture: "la imagen",
    scores: "valores de las clases",
    softmax: "softmax",
    maps: (number, width, height) => `${number} ${number === 1 ? "mapa" : "mapas"} de ${width}×${height}`,
    numbers: (number) => `${number} números`,
    layer: (title, size) => `${title}: ${size}. Las flechas la recorren.`,
    map: (number) => `mapa ${number}`,
    neuron: (number) => `número ${number}`,
    at: (x, y) => `columna ${x}, fila ${y}`,
    window: "ventana",
    filter: "filtro",
    weights: "pesos",
    channel: (number) => `mapa ${number}`,
    sum: "suma de los productos",
    bias: "sesgo",
    total: "en total",
    after: { ReLU: "tras ReLU: cero si es negativo", BatchNorm2d: "tras batch norm" },
    largest: "El mayor de estos números sigue adelante.",
    mean: "La media de estos números sigue adelante.",
    closed: (layer) => `${layer} tiene muchas capas propias, que aquí no se muestran.`,
    convolution:
      "Cada número de la ventana por el número del filtro en el mismo lugar. La suma de todos los productos y el sesgo dan el número del mapa.",
    linear: "Cada número de la capa anterior por su peso. La suma de todos los productos y el sesgo dan este número.",
    input: "La imagen como números: el brillo menos su media, dividido por su dispersión.",
    scoresToShares: "e elevado a cada valor, dividido por la suma de todos.",
    score: "valor",
    power: "e^valor",
    share: "parte",
    hint: "Señala un número de un mapa para ver cómo se calcula.",
  },

  weights: {
    title: "Lo que busca la primera capa",
    filters: (number, side, trained) =>
      `${number} filtros de ${side} pesos, ${trained ? "según lo aprendido hasta ahora" : "aún aleatorios"}. La tinta bajo el `,
    neurons: (number, side, trained) =>
      `${number} neuronas con ${side} pesos cada una, ${trained ? "según lo aprendido hasta ahora" : "aún aleatorios"}. La tinta bajo el `,
    above: "azul",
    raises: " sube la salida, la tinta bajo el ",
    below: "naranja",
    lowers: " la baja.",
    label: (number, side) => `Los pesos de la primera capa: ${number} imágenes de ${side}`,
  },

  confusion: {
    title: "Matriz de confusión",
    before:
      "Tras cada época, una pasada por las imágenes de entrenamiento, la red se prueba con imágenes que nunca ha visto.",
    tooMany: (number) => `Una tabla de ${number} clases sería demasiado grande para esta página.`,
    words: (number) =>
      `Filas: la clase verdadera. Columnas: la respuesta de la red. Cada número cuenta imágenes de prueba, ${number} en total.`,
  },

  mistakes: {
    title: "Errores",
    before: "Aquí aparecerán las imágenes de prueba que la red no reconoce.",
    none: "No hay ninguno: la red reconoció todas las imágenes de prueba.",
    words:
      "Las respuestas falsas con la mayor probabilidad: la clase verdadera, y la respuesta, tachada. ¿La habrías sabido? Elige una para ponerla en el área de dibujo.",
    takenFor: "tomada por",
    sure: (share) => `, con ${share} de certeza. Ponerla en el área de dibujo`,
  },

  files: {
    title: "Guardar y abrir redes, o entrenar con tus propios datos",
    words: "Abre una red (.safetensors) de esta página o de ",
    words2:
      ", o un conjunto de datos: archivos IDX como los de Fashion-MNIST, imágenes y etiquetas juntas, con o sin .gz. Nada se envía.",
    choose: "Abrir archivos",
    save: "Guardar la red",
    saveOnnx: "Guardar como ONNX",
    mnist: "Volver a MNIST",
  },

  told: {
    loaded: ({ name }) => `${name} está cargada: dibuja algo.`,
    data: ({ name, width, height, train, test }) =>
      `${name === "fashion-mnist" ? "Fashion-MNIST" : "Tus datos"}: ${count(train)} imágenes de ${width}×${height} para aprender, ${count(test)} para probar. Pulsa «Entrenar».`,
    scaledDown: ({ name, width, height }) =>
      `${name} tiene más de 50 millones de píxeles. Se redujo a ${width}×${height}.`,
    severalKinds: () => "Estos archivos son de varios tipos. Suelta imágenes, o una red, o un conjunto de datos.",
    empty: ({ name }) => `${name} está vacío. Elige otro archivo.`,
    format: ({ name, format }) =>
      `${name} es un archivo ${format}, que este navegador no puede leer. Guárdalo como JPEG o PNG, o pega una captura de pantalla.`,
    unreadable: ({ name }) =>
      `${name} no se puede leer: está dañado, es demasiado grande para este navegador, o no es una imagen. Ábrelo en otro programa y guárdalo como JPEG o PNG.`,
    noInk: ({ name }) => `En ${name} no hay nada dibujado. Elige la imagen de una cifra.`,
    damagedIdx: ({ name, words }) => `${name} está dañado o no es un archivo IDX: ${words}.`,
    damagedModel: ({ name, words }) => `${name}: ${words}.`,
    idxType: ({ name, type }) =>
      `${name} tiene números de la forma ${type}. Las imágenes son uint8[N, H, W], las etiquetas uint8[N].`,
    idxPairs: ({ names }) =>
      `${names.join(" y ")}: suelta un archivo de imágenes y uno de etiquetas, para entrenar y para probar.`,
    noLabels: ({ name }) => `${name} tiene imágenes sin etiquetas. Suelta también el archivo de etiquetas.`,
    noPictures: ({ name }) => `${name} tiene etiquetas sin imágenes. Suelta también el archivo de imágenes.`,
    counts: ({ name, count: number, other, otherCount }) =>
      `${name} tiene ${number} imágenes, pero ${other} tiene ${otherCount} etiquetas. Suelta dos archivos que vayan juntos.`,
    tooFew: ({ name, count: number, least }) =>
      `${name} tiene ${number} imágenes. Para entrenar hacen falta al menos ${least}.`,
    pictureSize: ({ name, width, height, most }) =>
      `${name} tiene imágenes de ${width}×${height}. Esta página entrena con imágenes de hasta ${most}×${most}.`,
    unequalSizes: () => "Las imágenes de entrenamiento y las de prueba son de distinto tamaño.",
    misfit: ({ input, classes, data, dataInput, dataClasses }) =>
      `Esta red toma imágenes de ${input} y conoce ${classes.length} clases (${listed(classes)}). Las imágenes de ${data} son de ${dataInput}, en ${dataClasses.length} clases (${listed(dataClasses)}). Puedes dibujar para esta red. Para entrenar, elige otra red arriba.`,
    fetch: ({ file, words }) => `No se pudo descargar ${file}: ${words}.`,
    arrivedDamaged: ({ file, words }) => `${file} llegó dañado: ${words}.`,
    gpuFailed: ({ refusal }) =>
      `El entrenamiento ha dejado la GPU y sigue en el procesador, desde el último informe. ${reasonOf(refusal)}`,
  },
};
