// Files that the visitor drops or pastes anywhere on the page: they are for the part with images, wherever the visitor is. Without this, a
// file that is dropped beside a drop zone would replace the page. A zone that takes a file itself prevents the default, and nothing
// arrives here.

class Arrivals {
  /** Files that the part has not taken yet. */
  #waiting: File[] = [];
  #take: ((files: readonly File[]) => void) | null = null;
  /** Whether files are being dragged over the page. */
  over = $state(false);

  /** Listens to the page; returns the function that ends it. */
  listen(): () => void {
    const drag = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      this.over = true;
      // Without this the browser opens the file.
      event.preventDefault();
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) this.over = false;
    };
    const drop = (event: DragEvent) => {
      this.over = false;
      if (!hasFiles(event.dataTransfer) || event.defaultPrevented) return;
      event.preventDefault();
      this.#arrive([...(event.dataTransfer?.files ?? [])]);
    };
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || event.defaultPrevented) return;
      event.preventDefault();
      this.#arrive(files);
    };
    addEventListener("dragover", drag);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    addEventListener("paste", paste);
    return () => {
      removeEventListener("dragover", drag);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
      removeEventListener("paste", paste);
    };
  }

  /** Gives all files, those that have come before included, to the part; returns the function that ends it. */
  give(take: (files: readonly File[]) => void): () => void {
    this.#take = take;
    const before = this.#waiting.splice(0);
    if (before.length > 0) take(before);
    return () => {
      if (this.#take === take) this.#take = null;
    };
  }

  #arrive(files: readonly File[]): void {
    if (files.length === 0) return;
    if (this.#take === null) this.#waiting.push(...files);
    else this.#take(files);
    // The part is loaded when it comes near.
    if (location.hash.replace(/^#/, "").split("?")[0] === "images") document.getElementById("images")?.scrollIntoView();
    else location.hash = "images";
  }
}

const hasFiles = (data: DataTransfer | null): boolean => data?.types.includes("Files") ?? false;

export const arrivals = new Arrivals();
