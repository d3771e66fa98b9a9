// Teil 3: dasselbe Netz, auf drei Arten berechnet.
import type { Texts } from "../en/index.ts";
import { reasonOf } from "./gpu.ts";

export const race: Texts["race"] = {
  name: "Effizienz",
  title: "Alles andere ist Effizienz",
  lead: "Dreimal dasselbe Netz: Zahl für Zahl, Array für Array und kompiliert. Nur das Tempo ist anders.",

  start: "Rennen starten",
  pause: "Pause",
  goOn: "Fortsetzen",
  again: "Noch ein Rennen",
  restart: "Neu starten",
  size: "Neuronen in jeder der zwei verborgenen Schichten",
  failed: (reason: string) => `Das Rennen wurde angehalten: ${reason}`,
  away: "Pausiert, solange nicht zu sehen",
  time: (now: string, all: string) => `${now} von ${all} s für jedes Netz`,
  timeLabel: "Zeit, die jedes Netz hatte",

  lanes: {
    scalars: {
      name: "Zahl für Zahl",
      what: "Jede Zahl ist ein Objekt, das sich merkt, wie es berechnet wurde. Das ist die ganze Idee, in hundert Zeilen.",
    },
    arrays: {
      name: "Array für Array",
      what: "Jeder Tensor merkt sich, wie er berechnet wurde. Eine Operation berechnet Tausende Zahlen.",
    },
    compiled: {
      name: "Kompiliert",
      what: "Der ganze Trainingsschritt, vorwärts, rückwärts und Update, wird ein einziges WebAssembly-Programm.",
    },
    gpu: {
      name: "Für die GPU kompiliert",
      what: "Derselbe Schritt wird zu Programmen für den Grafikprozessor, die gemeinsam dorthin gehen. Ein so kleines Netz wartet auf den Weg hin und zurück.",
    },
  },
  surface: (name: string) => `Die Ausgabe des Netzes „${name}“ in jedem Punkt der Ebene`,
  perSecond: "Schritte pro Sekunde",
  times: (factor: string) => `${factor}-mal so schnell`,
  stepsOf: (name: string) => `Schritte von „${name}“, verglichen mit dem schnellsten Netz`,
  steps: (count: string) => (count === "1" ? "1 Schritt" : `${count} Schritte`),
  compiling: (seconds: string) => `${seconds} s davon kostete das Kompilieren`,
  loss: (loss: string) => `Loss ${loss}`,

  gpuIs: (adapter: string) => `Es läuft auf: ${adapter}.`,
  softwareGpu: (adapter: string) => `Es läuft auf: ${adapter}, einer GPU in Software, die auf dem Prozessor rechnet.`,
  refusedGpu: (adapter, refusal) => `Die GPU ${adapter} nimmt nicht am Rennen teil. ${reasonOf(refusal)}`,

  rules: (seconds: string) =>
    `Alle drei beginnen mit denselben Gewichten und lernen aus denselben hundert Punkten. Sie wechseln sich auf einem Prozessor ab, bis jedes Netz ${seconds} Sekunden hatte. Die Quadrate zeigen, wie im Teil davor, was jedes Netz an jedem Punkt der Ebene antwortet.`,
  rulesGpu: (seconds: string) =>
    `Alle vier beginnen mit denselben Gewichten und lernen aus denselben hundert Punkten. Sie wechseln sich ab, bis jedes Netz ${seconds} Sekunden hatte; die Zeit auf der GPU dauert, bis ihre Zahlen zurück sind. Die Quadrate zeigen, wie im Teil davor, was jedes Netz an jedem Punkt der Ebene antwortet.`,
  result: (seconds: string, slow: string, middle: string, fast: string) =>
    `In denselben ${seconds} Sekunden: ${slow} Zahl für Zahl, ${middle} Array für Array, ${fast} kompiliert.`,
  resultGpu: (seconds: string, slow: string, middle: string, fast: string, gpu: string) =>
    `In denselben ${seconds} Sekunden: ${slow} Zahl für Zahl, ${middle} Array für Array, ${fast} kompiliert, ${gpu} auf der GPU.`,
  same: (step: string, loss: string, nets: number) =>
    `Nach ${step === "1" ? "1 Schritt" : `${step} Schritten`} haben alle ${nets === 4 ? "vier" : "drei"} denselben Loss, ${loss}: Sie berechnen dasselbe.`,
  rounded: (step: string, losses: string) =>
    `Nach ${step === "1" ? "1 Schritt" : `${step} Schritten`} sind ihre Losses ${losses}. Sie berechnen dasselbe, gerundet wird verschieden: float64 bei einzelnen Zahlen, float32 bei Arrays.`,
  chart: "Loss",
  chartLabel: "Loss nach der Zeit, die jedes Netz hatte",
  seconds: "s",

  compilerMade: "Was der Compiler daraus gemacht hat",
  chapterAs: (name: string) => `${name}, wie explain() es ausgibt`,
  chapters: {
    graph: {
      name: "Graph",
      what: "Jede Operation eines ganzen Trainingsschritts: vorwärts, rückwärts und Update, jeder Wert mit seiner Form.",
    },
    kernels: {
      name: "Kernel",
      what: "Derselbe Schritt als Schleifen. Operationen auf denselben Zahlen teilen sich eine Schleife, damit die Zahlen in Registern bleiben und nicht durch den Speicher gehen.",
    },
    functions: {
      name: "Funktionen",
      what: "Wie jede Schleife für den Prozessor aufgeteilt ist: vier Zahlen auf einmal, in Kacheln, die in Registern bleiben.",
    },
    loops: {
      name: "Schleifen",
      what: "Jede Funktion der Kernel, wie sie läuft: wie viele Zahlen auf einmal, was in Registern bleibt, welche Schleifen ausgeschrieben sind.",
    },
    threads: {
      name: "Threads",
      what: "Welcher Thread welchen Teil berechnet, wenn mehrere sich den Schritt teilen.",
    },
    memory: {
      name: "Speicher",
      what: "Wann jeder Wert gebraucht wird. Werte, die nie gleichzeitig gebraucht werden, teilen sich einen Platz im Speicher.",
    },
    module: {
      name: "Modul",
      what: "Was ein anderer Compiler bekommt, der den Schritt außerhalb des Browsers ausführt.",
    },
  },
  ask: "Warum ist der kompilierte Schritt so viel schneller, wenn er dasselbe rechnet?",
  answer:
    "Zahl für Zahl legt jede Addition ein Objekt an, merkt sich ihre Eingaben und wird auf dem Rückweg noch einmal besucht. Im kompilierten Programm gibt es das nicht mehr: Es kennt jede Schleife, bevor es beginnt, berechnet vier Zahlen auf einmal und verwendet seinen Speicher in jedem Schritt wieder.",
};
