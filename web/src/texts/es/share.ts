// Enlaces, marcos e imágenes de una parte.
import type { Texts } from "../en/index.ts";

export const share: Texts["share"] = {
  share: "Compartir",
  sharePart: (title) => `Compartir: ${title}`,
  close: "Cerrar",
  loading: "Cargando…",
  notLoaded: "No se pudo cargar. Cierra la ventana y ábrela para intentarlo de nuevo.",
  link: "Enlace a esta parte con sus ajustes",
  copyLink: "Copiar enlace",
  linkCopied: "El enlace está copiado.",
  frame: "HTML que muestra esta parte en otra página",
  copyFrame: "Copiar HTML",
  frameCopied: "El HTML está copiado.",
  copyByHand: "El navegador no permite que este botón copie. El texto está seleccionado: pulsa Ctrl+C.",
  pictures: "Guardar como PNG",
  drawing: "Dibujando la imagen…",
  saved: (file) => `Guardado como ${file}.`,
  notSaved: (why) => `No se pudo dibujar la imagen: ${why}`,
  wholePage: "Abrir la página completa",
};
