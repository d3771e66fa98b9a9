// Parte 2: una red de neuronas para puntos del plano.
import type { Texts } from "../en/index.ts";

export const net: Texts["net"] = {
  name: "Red",
  title: "Una red de neuronas",
  lead: "Una red aprende a distinguir los puntos azules de los naranjas. Pulsa Entrenar o cambia algo. Cada imagen pequeña muestra qué responde una neurona. La precisión en prueba cuenta puntos que la red nunca ha visto.",

  train: "Entrenar",
  pause: "Pausa",
  step: "Paso",
  reset: "Reiniciar",
  linkTooShort: (edits: number, all: number, step: string) =>
    `El enlace contiene ${edits} de los ${all} cambios de esta ejecución; los demás no caben. Lleva al paso ${step}.`,
  unread: (parts: string) =>
    `El enlace tiene ajustes que esta página no conoce: ${parts}. En su lugar se usan los valores predeterminados.`,

  figures: { step: "Paso", loss: "Pérdida", accuracy: "Precisión", testAccuracy: "Precisión en prueba" },
  status: {
    ready: "Lista",
    training: "Entrenando",
    paused: "En pausa",
    away: "En pausa mientras no se ve",
    replaying: (step: string, until: string) => `Repitiendo el enlace: paso ${step} de ${until}`,
    pausedAt: (step: string, loss: string) => `En pausa en el paso ${step}, pérdida ${loss}`,
    stopped: "Detenida",
  },
  lost: "La pérdida ya no es un número: la tasa de aprendizaje es demasiado alta. Elige una menor y pulsa Reiniciar.",
  failed: (reason: string) => `La red se detuvo: ${reason}`,
  goOn: "Volver a arrancar",

  replaced: "Una red nueva ha sustituido a la anterior.",
  replacedByLink: "La red del enlace ha sustituido a la anterior.",
  wasReset: "La red ha vuelto al paso 0.",
  pointsRemoved: (count: number) => `${count} puntos eliminados.`,

  data: "Datos",
  dataNames: { moons: "Lunas", circles: "Círculos", xor: "XOR", spirals: "Espirales", yours: "Propios" },
  noise: "Ruido",
  count: "Puntos",
  seed: "Semilla",
  showTest: "Mostrar los puntos de prueba",
  inputs: "Entradas",
  input: (name: string) => `Entrada ${name}`,
  recipe: "Con estos ajustes la red quizá no aprenda estos datos.",
  takeRecipe: "Usar ajustes que funcionan",

  hiddenLayers: "Capas ocultas",
  layerLess: "Una capa menos",
  layerMore: "Una capa más",
  neuronLess: (layer: number) => `Una neurona menos en la capa ${layer}`,
  neuronMore: (layer: number) => `Una neurona más en la capa ${layer}`,
  neuronsIn: (count: number, layer: number) => `${count} neuronas en la capa ${layer}`,
  activation: "Activación",
  learningRate: "Tasa de aprendizaje",
  regularisation: "Regularización",
  inputsColumn: "entradas",
  outputColumn: "salida",
  output: "La salida",
  neuron: (neuron: number, layer: number) => `Neurona ${neuron} de la capa ${layer}`,
  weightsOf: (name: string) => `${name}: pesos`,
  neuronInput: (neuron: number) => `neurona ${neuron}`,
  weightOf: (input: string) => `peso de ${input}`,
  bias: "sesgo",
  gradient: (value: string) => `gradiente ${value}`,
  close: "Cerrar",
  dragWeight:
    "El entrenamiento espera mientras arrastras. El gradiente dice cuán rápido cambia la pérdida con el peso.",

  outputOfNet: "Salida de la red",
  outputOf: (name: string) => `Salida: ${name}`,
  surfaceLabel: "La salida de la red en cada punto del plano: azul por encima de cero, naranja por debajo",
  neuronLabel: "La salida de esta neurona en cada punto del plano",
  newPoints: "Los puntos nuevos son",
  blue: "azules",
  orange: "naranjas",
  removePoints: "Eliminar todos los puntos",
  full: (count: number) => `En un enlace no caben más de ${count} puntos.`,
  addPoints: (count: number, x: string, y: string) =>
    `Añadir puntos: haz clic, o muévete con las flechas y pulsa Intro. ${count} puntos; el cursor está en ${x}; ${y}`,
  clickToAdd: "Haz clic para añadir puntos de ambos colores",

  stepAxis: "paso",
  lossByStep: "Pérdida por paso",
  accuracyByStep: "Precisión en porcentaje por paso",
  loss: "Pérdida",
  accuracyPercent: "Precisión, %",
  training: "entrenamiento",
  test: "prueba",
  forget: "Quitar las ejecuciones anteriores",

  explain: [
    "Cada imagen pequeña muestra la salida de una neurona sobre el plano: azul por encima de cero, naranja por debajo. La primera capa traza fronteras rectas; cada capa siguiente combina las imágenes anteriores.",
    "Una línea es un peso: cuanto más gruesa, mayor; el azul es positivo y el naranja, negativo. El entrenamiento cambia un poco cada peso, en contra de su gradiente, para que la pérdida baje.",
    "Los puntos de prueba no participan en el entrenamiento. Si la red acierta con los puntos de entrenamiento y falla con los de prueba, ha aprendido el ruido.",
  ],
  questions: [
    {
      ask: "Sin capas ocultas, ¿puede la red aprender los círculos?",
      answer:
        "No. Sin capa oculta la salida es una suma ponderada de x e y. Por eso la frontera entre el azul y el naranja es una recta, y medio anillo queda en el lado equivocado.",
    },
    {
      ask: "¿Y con x² e y² como entradas, también sin capa oculta?",
      answer:
        "Sí. La red calcula otra vez una sola suma ponderada, pero de x² e y², y x² + y² = r² es un círculo. Las capas ocultas encuentran esas entradas por sí mismas.",
    },
    {
      ask: "¿Qué ocurre si la tasa de aprendizaje es demasiado alta?",
      answer:
        "Cada paso va demasiado lejos y acaba donde la pérdida es mayor que antes; el siguiente va aún más lejos. El entrenamiento diverge, y el gráfico de la pérdida necesita una escala logarítmica.",
    },
  ],
  tryIt: "Probar",
  answer: "Respuesta",
};
