// Parte 3: la misma red calculada de tres maneras.
import type { Texts } from "../en/index.ts";
import { reasonOf } from "./gpu.ts";

export const race: Texts["race"] = {
  name: "Eficiencia",
  title: "Todo lo demás es eficiencia",
  lead: "Tres veces la misma red: número a número, array a array y compilada. Solo cambia la velocidad.",

  start: "Empezar la carrera",
  pause: "Pausa",
  goOn: "Continuar",
  again: "Otra carrera",
  restart: "Volver a empezar",
  size: "Neuronas en cada una de las dos capas ocultas",
  failed: (reason: string) => `La carrera se detuvo: ${reason}`,
  away: "En pausa mientras no se ve",
  time: (now: string, all: string) => `${now} de ${all} s para cada red`,
  timeLabel: "Tiempo que ha tenido cada red",

  lanes: {
    scalars: {
      name: "Número a número",
      what: "Cada número es un objeto que recuerda cómo se calculó. Es toda la idea, en cien líneas.",
    },
    arrays: {
      name: "Array a array",
      what: "Cada tensor recuerda cómo se calculó. Una operación calcula miles de números.",
    },
    compiled: {
      name: "Compilada",
      what: "El paso entero de entrenamiento, hacia delante, hacia atrás y la actualización, se convierte en un solo programa WebAssembly.",
    },
    gpu: {
      name: "Compilada para la GPU",
      what: "El mismo paso se convierte en programas para el procesador gráfico, enviados juntos. Una red tan pequeña espera el viaje de ida y vuelta.",
    },
  },
  surface: (name: string) => `La salida de la red «${name}» en cada punto del plano`,
  perSecond: "pasos por segundo",
  times: (factor: string) => `${factor} veces más rápida`,
  stepsOf: (name: string) => `Pasos de «${name}», comparados con los de la más rápida`,
  steps: (count: string) => (count === "1" ? "1 paso" : `${count} pasos`),
  compiling: (seconds: string) => `${seconds} s de su tiempo se fueron en compilar`,
  loss: (loss: string) => `pérdida ${loss}`,

  gpuIs: (adapter: string) => `Se ejecuta en: ${adapter}.`,
  softwareGpu: (adapter: string) => `Se ejecuta en: ${adapter}, una GPU por software, que calcula en el procesador.`,
  refusedGpu: (adapter, refusal) => `La GPU ${adapter} no participa en la carrera. ${reasonOf(refusal)}`,

  rules: (seconds: string) =>
    `Las tres empiezan con los mismos pesos y aprenden de los mismos cien puntos. Se turnan en un procesador hasta que cada una ha tenido ${seconds} segundos. Los cuadrados muestran, como en la parte anterior, qué responde cada red en cada punto del plano.`,
  rulesGpu: (seconds: string) =>
    `Las cuatro empiezan con los mismos pesos y aprenden de los mismos cien puntos. Se turnan hasta que cada una ha tenido ${seconds} segundos; el tiempo en la GPU dura hasta que sus números han vuelto. Los cuadrados muestran, como en la parte anterior, qué responde cada red en cada punto del plano.`,
  result: (seconds: string, slow: string, middle: string, fast: string) =>
    `En los mismos ${seconds} segundos: ${slow} número a número, ${middle} array a array, ${fast} compilada.`,
  resultGpu: (seconds: string, slow: string, middle: string, fast: string, gpu: string) =>
    `En los mismos ${seconds} segundos: ${slow} número a número, ${middle} array a array, ${fast} compilada, ${gpu} en la GPU.`,
  same: (step: string, loss: string, nets: number) =>
    `Tras ${step === "1" ? "1 paso" : `${step} pasos`}, las ${nets === 4 ? "cuatro" : "tres"} tienen la misma pérdida, ${loss}: calculan lo mismo.`,
  rounded: (step: string, losses: string) =>
    `Tras ${step === "1" ? "1 paso" : `${step} pasos`}, sus pérdidas son ${losses}. Calculan lo mismo con distinto redondeo: float64 para números sueltos, float32 para arrays.`,
  chart: "Pérdida",
  chartLabel: "Pérdida según el tiempo que ha tenido cada red",
  seconds: "s",

  compilerMade: "Lo que ha hecho el compilador",
  chapterAs: (name: string) => `${name}, como lo imprime explain()`,
  chapters: {
    graph: {
      name: "grafo",
      what: "Cada operación de un paso entero de entrenamiento: hacia delante, hacia atrás y la actualización, cada valor con su forma.",
    },
    kernels: {
      name: "kernels",
      what: "El mismo paso como bucles. Las operaciones sobre los mismos números comparten un bucle, para que los números se queden en registros y no pasen por la memoria.",
    },
    functions: {
      name: "funciones",
      what: "Cómo se divide cada bucle para el procesador: cuatro números a la vez, en bloques que se quedan en registros.",
    },
    loops: {
      name: "bucles",
      what: "Cada función de los kernels tal como se ejecuta: cuántos números a la vez, qué se queda en registros y qué bucles están desenrollados.",
    },
    threads: {
      name: "hilos",
      what: "Qué hilo calcula qué parte, cuando varios hilos comparten el paso.",
    },
    memory: {
      name: "memoria",
      what: "Cuándo se necesita cada valor. Los valores que nunca se necesitan a la vez comparten un lugar en la memoria.",
    },
    module: {
      name: "módulo",
      what: "Lo que recibe otro compilador, que ejecuta el paso fuera del navegador.",
    },
  },
  ask: "¿Por qué es tanto más rápido el paso compilado, si hace las mismas cuentas?",
  answer:
    "Número a número, cada suma crea un objeto, recuerda sus entradas y se visita otra vez al volver. En el programa compilado ya no queda nada de eso: conoce cada bucle antes de empezar, calcula cuatro números a la vez y reutiliza su memoria en cada paso.",
};
