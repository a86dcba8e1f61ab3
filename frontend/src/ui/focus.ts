const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex]';

/** The elements that Tab leads to, in their order. */
export function tabStops(within: Element): HTMLElement[] {
  const all = [...within.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (e) => e.tabIndex >= 0 && !e.matches(':disabled') && e.getClientRects().length > 0,
  );
  // Of radio buttons that belong together, Tab leads to the one that is chosen.
  return all.filter(
    (e) =>
      !(e instanceof HTMLInputElement && e.type === 'radio') ||
      e.checked ||
      !all.some((o) => o instanceof HTMLInputElement && o.name === e.name && o.checked),
  );
}

/**
 * Keeps the focus from falling to the page when the element that has it is removed: it goes to the
 * nearest place around it that can have it, as far as `main`, and then `home` is called. Dialogs see
 * to that themselves. The returned function ends it.
 */
export function keepFocus(home: () => void): () => void {
  /** The element that has the focus, and what is around it. */
  let path: Element[] = [];

  function gained(event: FocusEvent) {
    path = [];
    for (let e = event.target as Element | null; e; e = e.parentElement) path.push(e);
  }
  function lost({ target, relatedTarget }: FocusEvent) {
    if (relatedTarget !== null || !(target instanceof Element)) return;
    // A click on nothing takes the focus away on purpose. An element that is removed is gone by then.
    queueMicrotask(() => {
      if (target.isConnected && !target.matches(':disabled') && document.activeElement === document.body) path = [];
    });
  }
  function changed() {
    if (path.length === 0 || path[0].isConnected || document.activeElement !== document.body) return;
    const near = path.find((e) => e.isConnected);
    path = [];
    if (document.querySelector('dialog[open]')) return;
    const main = document.querySelector('main');
    for (let e = near; e && !(main && e.contains(main)); e = e.parentElement ?? undefined) {
      // What was the one Tab stop of a list may be gone, and the next has not been chosen yet.
      const inside = () => tabStops(e!)[0] ?? e!.querySelector<HTMLElement>('button[tabindex="-1"]:not(:disabled)');
      const stop = e instanceof HTMLElement && e.matches('[tabindex]') ? e : inside();
      if (stop) return stop.focus({ preventScroll: true });
    }
    home();
  }

  const changes = new MutationObserver(changed);
  changes.observe(document.body, { childList: true, subtree: true });
  addEventListener('focusin', gained);
  addEventListener('focusout', lost);
  return () => {
    changes.disconnect();
    removeEventListener('focusin', gained);
    removeEventListener('focusout', lost);
  };
}

/**
 * Makes the buttons of a short list one stop of Tab. The arrows walk through them; in a list with
 * lines, up and down lead to the same button of another line. For use as an attachment.
 */
export function roving(list: HTMLElement): () => void {
  const buttons = () => [...list.querySelectorAll<HTMLElement>('button')];

  function settle(stop?: HTMLElement) {
    const all = buttons();
    const one = stop ?? all.find((b) => b.tabIndex === 0) ?? all[0];
    for (const button of all) button.tabIndex = button === one ? 0 : -1;
  }
  function gained({ target }: FocusEvent) {
    if (target instanceof HTMLButtonElement) settle(target);
  }
  function key(event: KeyboardEvent) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const all = buttons();
    const at = all.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const line = all[at].closest('li');
    const beside = all.filter((b) => b.closest('li') === line);
    const other = event.key === 'ArrowDown' ? line?.nextElementSibling : line?.previousElementSibling;
    const across = other?.querySelectorAll<HTMLElement>('button');
    const to = {
      ArrowRight: all[at + 1],
      ArrowLeft: all[at - 1],
      ArrowDown: line ? across?.[Math.min(beside.indexOf(all[at]), across.length - 1)] : all[at + 1],
      ArrowUp: line ? across?.[Math.min(beside.indexOf(all[at]), across.length - 1)] : all[at - 1],
      Home: all[0],
      End: all.at(-1),
    }[event.key];
    if (!/^(Arrow|Home|End)/.test(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    to?.focus();
  }

  const changes = new MutationObserver(() => settle());
  changes.observe(list, { childList: true, subtree: true });
  list.addEventListener('focusin', gained);
  list.addEventListener('keydown', key);
  settle();
  return () => {
    changes.disconnect();
    list.removeEventListener('focusin', gained);
    list.removeEventListener('keydown', key);
  };
}
