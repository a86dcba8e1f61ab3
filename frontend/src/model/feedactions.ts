import { toasts } from './toasts.svelte';

/** Runs an action, and shows its error if it fails. */
export async function attempt(act: () => Promise<unknown>, done?: string | (() => string)): Promise<void> {
  try {
    await act();
    if (done) toasts.add(done);
  } catch (error) {
    toasts.fail(error);
  }
}
