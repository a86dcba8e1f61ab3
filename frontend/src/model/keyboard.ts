import { createKeybindingsHandler } from 'tinykeys';
import { composing, pressable, pressed, typing } from '../lib/keys';
import type { Command, Scope } from './commands.svelte';

/** The Keyboard runs the commands whose keys are pressed: those of the part that has the focus, and those that work everywhere. */
export class Keyboard {
  #handlers: Record<Exclude<Scope, 'everywhere'>, EventListener>;
  #event: KeyboardEvent | null = null;

  constructor(commands: readonly Command[]) {
    const handler = (scope: Scope) => {
      const here = commands.filter(
        (c) => (c.scope ?? 'everywhere') === scope || (c.scope ?? 'everywhere') === 'everywhere',
      );
      const bound = here.flatMap((c) => (c.keys ?? []).map((keys) => ({ keys, run: () => this.#run(c) })));
      // The second of two keys in a row is not also a command of its own: the first to run wins.
      bound.sort((a, b) => b.keys.split(' ').length - a.keys.split(' ').length);
      return createKeybindingsHandler(Object.fromEntries(bound.map(({ keys, run }) => [keys, run])), { timeout: 1200 });
    };
    this.#handlers = { timeline: handler('timeline'), sidebar: handler('sidebar') };
  }

  /** Handles a key press, unless an input method, a field or a button uses it. */
  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || composing(event)) return;
    const command = event.ctrlKey || event.metaKey;
    // Ctrl+Z in a field is about its text.
    const own = !command || event.key.toLowerCase() === 'z';
    if (own && event.key !== 'Escape' && typing(event.target)) return;
    if (!command && (event.key === ' ' || event.key === 'Enter') && pressable(event.target)) return;
    this.#event = event;
    this.#handlers[scopeOf(event.target)](pressed(event));
    this.#event = null;
  }

  #run(command: Command): void {
    if (!this.#event || this.#event.defaultPrevented || !(command.when?.() ?? true)) return;
    this.#event.preventDefault();
    command.act();
  }
}

/** The part of the page that has the focus: the attribute data-scope names it. Without one it is the timeline. */
function scopeOf(target: EventTarget | null): Exclude<Scope, 'everywhere'> {
  const scope = target instanceof Element ? target.closest<HTMLElement>('[data-scope]')?.dataset.scope : undefined;
  return scope === 'sidebar' ? 'sidebar' : 'timeline';
}
