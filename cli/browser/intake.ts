// How pictures come to the page: they are dropped anywhere on it, chosen, or pasted.
import { byId } from "./elements.ts";

export interface Taking {
  readonly take: (files: readonly File[]) => void;
  /** Says that what came is no file. */
  readonly refuse: (words: string) => void;
}

export function listen({ take, refuse }: Taking): void {
  const input = byId("file", "input");
  byId("choose", "button").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
    // The same file may be chosen again.
    input.value = "";
  });
  document.addEventListener("paste", ({ clipboardData }) => {
    const files = [...(clipboardData?.files ?? [])];
    if (files.length > 0) take(files);
    else refuse("There is no picture in the clipboard.");
  });
  listenForDrops({ take, refuse });
}

function listenForDrops({ take, refuse }: Taking): void {
  const mark = (isOver: boolean) => document.body.classList.toggle("over", isOver);
  document.addEventListener("dragover", (event) => {
    // Otherwise the browser would open the file instead of the page.
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) mark(false);
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) take(files);
    else refuse("That is no file. Save the picture first, then drop its file.");
  });
}
