// Por qué no se usa una GPU.
import type { Texts } from "../en/index.ts";
import { reasonIn } from "../reason.ts";

export const gpu: Texts["gpu"] = {
  wrong: (op) =>
    `En una prueba calculó mal «${op}». Una versión nueva del navegador o del controlador gráfico puede ayudar.`,
  lost: "El sistema se la ha quitado a esta página, como hace cuando se actualiza un controlador o cuando tiene demasiado trabajo.",
  memory: "Tiene muy poca memoria para esta red.",
  failed: "Se detuvo con un error.",
};

export const reasonOf = reasonIn(gpu);
