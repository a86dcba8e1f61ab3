/**
 * TopLayer knows the modal dialogs that are open. Everything outside the topmost one can be neither
 * clicked nor read by a screen reader, so what must be reached above a dialog moves into it.
 */
class TopLayer {
  #dialogs = $state.raw<HTMLElement[]>([]);
  readonly top = $derived(this.#dialogs.at(-1) ?? null);

  /** Adds a dialog that was opened. The returned function removes it. */
  open(dialog: HTMLElement): () => void {
    this.#dialogs = [...this.#dialogs, dialog];
    return () => {
      this.#dialogs = this.#dialogs.filter((d) => d !== dialog);
    };
  }
}

export const topLayer = new TopLayer();
