/** Whether the page cannot be seen: its tab is in the background, or the window is minimised. */
export const pageHidden = (): boolean => typeof document !== 'undefined' && document.hidden;

/** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal?.aborted) done();
    else signal?.addEventListener('abort', done);
  });
}

/** Resolves when the page can be seen, or as soon as `signal` is aborted. */
export function untilVisible(signal?: AbortSignal): Promise<void> {
  if (!pageHidden()) return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (pageHidden() && !signal?.aborted) return;
      document.removeEventListener('visibilitychange', check);
      signal?.removeEventListener('abort', check);
      resolve();
    };
    document.addEventListener('visibilitychange', check);
    signal?.addEventListener('abort', check);
    if (signal?.aborted) check();
  });
}

/** While the page is hidden, waits `ms` milliseconds, or until it can be seen. Returns at once if it can. */
export async function restWhileHidden(ms: number, signal: AbortSignal): Promise<void> {
  if (!pageHidden()) return;
  const over = new AbortController();
  const either = AbortSignal.any([over.signal, signal]);
  await Promise.race([sleep(ms, either), untilVisible(either)]);
  over.abort();
}
