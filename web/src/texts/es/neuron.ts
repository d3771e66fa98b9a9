// Part 1: one neuron.
import type { Texts } from "../en/index.ts";

/** "w", "w y b", "w1, w2 y b". */
const list = (names: readonly string[]) => new Intl.ListFormat("es").format(names);
/** "el error" for a word that says so, "L" for a letter. */
const named = (root: string) =>
  /^(?:error|loss|cost)$/.test(root) ? `el error${root === "error" ? "" : ` (${root})`}` : root;
const begun = (words: string) => words.replace(/^el /, "El ");

export const neuron: Texts["neuron"] = {
  name: "Neurona",
  title: "Una neurona",
  lead: "Una neurona multiplica su entrada por un peso, suma un sesgo y comprime la suma. El error dice a qué distancia está su respuesta del objetivo. Aprender significa hacer pequeño el error.",
  formula: {
    label: "Fórmula",
    hint: "Cada caja es un número. Arrastra uno azul hacia un lado y cambian todos los números que se calculan con él.",
    wrong: (fault) => `Esta fórmula no se puede dibujar: ${fault}.`,
    shown: "La imagen muestra la última fórmula que se pudo dibujar.",
    examples: "Ejemplo",
    own: "fórmula propia",
    reset: "Restablecer",
    wasReset: "Se restablecieron la fórmula y sus números.",
    wasReplaced: "Se eligió otra fórmula.",
  },
  presets: {
    neuron: "Una neurona",
    examples: "Aprender dos ejemplos",
    net: "Una red de tres neuronas",
    micrograd: "La neurona de micrograd",
    twice: "Un número usado dos veces",
    product: "Un producto",
  },
  roles: { input: "entrada", weight: "peso", bias: "sesgo", target: "objetivo" },
  faults: {
    at: (fault, line, column) => `${fault} (${line === null ? "" : `línea ${line}, `}columna ${column})`,
    nothing: "todavía no hay nada escrito, por ejemplo L = x*y",
    functionAsName: (name) => `${name} es una función; el resultado necesita otro nombre`,
    closingAlone: "a este ) le falta su (",
    closingMissing: "aquí falta un )",
    oneName: "delante del = solo puede haber un nombre",
    operatorMissing: (before, after) => `entre ${before} y ${after} falta + - * / o **, como en ${before}*${after}`,
    valueMissing: "aquí falta un número, un nombre o un (",
    openingMissing: (name) => `después de ${name} falta un (, como en ${name}(x)`,
    noFunction: (name, functions) => `no existe la función ${name}, solo ${functions.join(", ")}`,
    noMeaning: (sign) => `${sign} no significa nada aquí`,
    tooLarge: (number) => `${number} es demasiado grande`,
    valueAlready: (name) => `${name} ya tiene un valor; el resultado necesita otro nombre`,
    usedBefore: (name) => `${name} se usa antes de tener un valor; el resultado necesita otro nombre`,
    tooMany: (nodes, max) =>
      `esto da ${nodes} números, y la imagen puede mostrar ${max} como máximo; la fórmula debe ser más corta`,
  },
  graph: {
    region: (root) => `Grafo de ${root}`,
    constant: (label) => `el número ${label}`,
    value: (label, value) => `${label}: valor ${value}`,
    unknown: (label) => `${label}: sin calcular todavía`,
    gradient: (gradient) => `gradiente ${gradient}`,
    noGradient: "sin gradiente todavía",
    leaf: (value, gradient, root, result) =>
      `${value}${gradient === null ? "" : `, gradiente ${gradient}`}; ${root} es ${result}`,
    edit: (label) => `Valor de ${label}`,
    legend: { leaf: "número que se arrastra", value: "valor calculado", gradient: "gradiente" },
    zoomIn: "Acercar",
    zoomOut: "Alejar",
    fit: "Mostrar el grafo entero",
  },
  phases: { label: "Una ronda de aprendizaje", values: "Calcular", gradients: "Culpa", update: "Corregir" },
  controls: {
    label: "Paso a paso",
    compute: "Calcular",
    blame: "¿Quién es culpable?",
    matter: "¿Qué importa?",
    fix: "Corregir",
    pause: "Pausa",
    goOn: "Seguir",
    learn: "Aprender",
    stop: "Parar",
    start: "Al principio",
    back: "Un paso atrás",
    forward: "Un paso adelante",
    end: "Todos los pasos de esta ronda",
    count: (round, step, steps) => `ronda ${round}, paso ${step} de ${steps}`,
  },
  tell: {
    heading: "Qué ocurre",
    given: "Las entradas y los pesos están dados. Calcula el resto, una operación tras otra.",
    computed: (label, how) => `${label}: ${how}.`,
    error: (root, value) => `${begun(named(root))} es ${value}. Debería ser 0.`,
    blame: (learners) => `¿Qué número es culpable, y cuánto? Solo se puede cambiar ${list(learners)}.`,
    result: (root, value) => `${root} es ${value}.`,
    matter: (root) => `Si un número cambia un poco, ¿cuánto cambia ${root}? Pregunta a cada número.`,
    fell: (root, before, after) => `${begun(named(root))} bajó de ${before} a ${after}.`,
    rose: (root, before, after) =>
      `${begun(named(root))} subió de ${before} a ${after}: el paso fue demasiado grande. Elige una tasa de aprendizaje menor.`,
    stayed: (root, value) => `${begun(named(root))} sigue en ${value}.`,
    again: "Entonces, otra vez: ¿quién es culpable ahora?",
    seed: (label) =>
      `Empieza por el final. Si ${label} cambia un poco, ${label} cambia exactamente lo mismo: su gradiente es 1.`,
    sum: (what, products) => `${what}: ${products}.`,
    each: (product, label) => `${product} para ${label}`,
    incomplete: (label, times) =>
      `${label} se usa ${times === 2 ? "dos" : times} veces: su gradiente aún no está completo.`,
    meeting: (label, before, share, after) =>
      `${label} se usa más de una vez, así que sus gradientes se suman: ${before} + ${share} = ${after}.`,
    complete: (root) =>
      `Cada número tiene ya su gradiente: cuánto cambia ${named(root)} si el número cambia un poco. Este camino de vuelta desde el resultado se llama propagación hacia atrás (backward pass).`,
    directions: (root, raise, lower) => {
      const parts = [
        ...(raise.length > 0 ? [`sube ${list(raise)}`] : []),
        ...(lower.length > 0 ? [`baja ${list(lower)}`] : []),
      ];
      return `Para que ${named(root)} sea menor, ${parts.join(" y ")}.`;
    },
    noEffect: "Ningún número que aprende tiene efecto en este momento.",
    running: (round, root, value) => `Ronda ${round}: ${named(root)} es ${value}.`,
    noLearner: "Ningún número de esta fórmula aprende. Da a uno el papel de peso, y se podrá corregir.",
    notation: "Lo mismo en la notación de las matemáticas: ∂ significa un cambio muy pequeño.",
    update: "Cada peso se mueve un poco en contra de su gradiente: nuevo = viejo − tasa de aprendizaje × gradiente.",
  },
  does: {
    "+": "Una suma pasa el gradiente a los dos números, sin cambiarlo",
    "-": "Una resta pasa el gradiente, al segundo número con el signo contrario",
    "*": "Un producto da a cada factor el gradiente por el otro factor",
    "/": "Las pendientes de u/v son 1/v y −u/v²",
    "**": "La pendiente de uⁿ es n · uⁿ⁻¹",
    neg: "Un signo menos cambia el signo del gradiente",
    tanh: "tanh es empinada cerca de 0 y plana lejos de 0",
    sigmoid: "sigmoid es empinada cerca de 0 y plana lejos de 0",
    relu: "relu deja pasar el gradiente donde su entrada es mayor que 0, y lo detiene en lo demás",
    exp: "La pendiente de exp es su propio valor",
    log: "La pendiente de log es 1 dividido por su entrada",
  },
  table: {
    to: "a",
    slope: "pendiente",
    above: "× de arriba",
    adds: "= aporta",
    old: "viejo",
    step: "tasa × gradiente",
    fresh: "nuevo",
  },
  trouble: {
    divided: (label, number) => `${label} no tiene valor: ${number} se divide entre 0.`,
    zeroByZero: (label) => `${label} no tiene valor: 0 se divide entre 0.`,
    logOfZero: (label) => `${label} no tiene valor: el logaritmo de 0 es infinito.`,
    logOfNegative: (label, number) => `${label} no tiene valor: el logaritmo de ${number} no existe.`,
    powerOfNegative: (label, number, exponent) =>
      `${label} no tiene valor: ${number} elevado a ${exponent} no es un número real.`,
    powerOfZero: (label, exponent) => `${label} no tiene valor: 0 elevado a ${exponent} divide entre 0.`,
    overflow: (label) => `${label} es mayor que el mayor número que guarda un ordenador, unos 1,8 · 10³⁰⁸.`,
    infiniteSlope: (label, of) => `${label} tiene un valor, pero su pendiente a lo largo de ${of} es infinita.`,
    noSlope: (label, of) => `${label} tiene un valor, pero no tiene pendiente a lo largo de ${of}.`,
    cure: "Elige otros números.",
  },
  learn: {
    errors: (root) => `${begun(named(root))}, ronda a ronda`,
    round: "ronda",
    rate: "Tasa de aprendizaje η",
    hint: "Si es muy pequeña, aprender lleva mucho tiempo. Si es muy grande, salta por encima de la meta. Pruébalo.",
    ends: {
      diverged: (root) =>
        `${begun(named(root))} crece sin límite: los pasos son demasiado grandes. Elige una tasa de aprendizaje menor y restablece.`,
      "nothing learns": () => "Ningún número de esta fórmula aprende: da a uno el papel de peso.",
      solved: (root, rounds) =>
        `Después de ${rounds} rondas ${named(root)} es 0 con cuatro decimales: no queda nada que corregir.`,
      flat: (root) => `Los gradientes son casi 0: aquí el paisaje es plano, y ningún paso hace menor ${named(root)}.`,
      rounds: (_root, rounds) => `Han pasado ${rounds} rondas. «Aprender» continúa.`,
    },
    roles: "¿Qué números aprenden?",
    rolesHint: "Los pesos y los sesgos aprenden. Las entradas y los objetivos están dados.",
    roleOf: (label) => `Papel de ${label}`,
  },
  landscape: {
    heading: (root) => (named(root) === root ? `Paisaje de ${root}` : "Paisaje del error"),
    label: (root, across, up, low, high) =>
      `${root} sobre ${across} y ${up}: de ${low} en el valle a ${high} en lo alto. El camino muestra las rondas hasta ahora.`,
    none: "Un paisaje necesita dos números que puedan cambiar.",
    across: "horizontal",
    up: "vertical",
    low: "bajo",
    high: "alto",
    at: (root, value) => `${root} ${value}`,
    hint: "Haz clic en cualquier punto: los dos números van allí.",
    moved: "Se movieron los dos números.",
    noValue: "sin valor",
  },
  nudge: {
    show: "¿Es correcto el gradiente? Compruébalo sin cálculo",
    hide: "Cerrar la comprobación",
    heading: "Comprobar un gradiente sin cálculo",
    none: "Esta fórmula no tiene ningún nombre cuyo valor pueda cambiar. Escribe una con un nombre, como L = x*x.",
    lead: (root) =>
      `Suma una h pequeña a un número. ¿Cuánto se mueve ${root}? Divide eso entre h. Esta pendiente debería acercarse al gradiente.`,
    pick: "Número",
    shrink: "Reducir h",
    stop: "Parar",
    again: "Otra vez desde h = 1",
    h: "h, de 1 a 0,000001",
    at: (leaf, x) => `en ${leaf} = ${x}`,
    atH: (leaf) => `en ${leaf} + h`,
    slope: "pendiente",
    gradient: "gradiente",
    of: (leaf) => `de ${leaf}`,
    shrinking: "h se reduce…",
    verdicts: {
      noValue: "Aquí no hay pendiente que comparar, porque el resultado no tiene un valor finito. Elige otro número.",
      noGradient: "Aquí no hay gradiente que comparar. Elige otro número.",
      corner: (leaf, left, right, gradient) =>
        `La curva tiene un pico en este ${leaf}: su pendiente es ${left} a la izquierda y ${right} a la derecha, así que ningún gradiente único es correcto. La propagación hacia atrás toma ${gradient}.`,
      same: "La pendiente y el gradiente son iguales, con toda la exactitud del ordenador.",
      apart: (difference) => `Se diferencian en ${difference}. Cuanto menor es h, más se acercan.`,
      rounding: (difference) => `Se diferencian en ${difference}: es el redondeo al dividir entre una h tan pequeña.`,
    },
    picture: (root, leaf, slope, gradient) =>
      `${root} a lo largo de ${leaf}: la recta por los dos puntos tiene pendiente ${slope}, el gradiente es ${gradient}`,
  },
};
