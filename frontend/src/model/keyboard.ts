import { pressable, typing } from '../lib/keys';

/** Shortcuts and their actions: "j", "Space", "Ctrl+k", or "g t" for two keys in a row. */
export type Bindings = Record<string, (event: KeyboardEvent) => void>;

/** The longest time between the two keys of a shortcut, in milliseconds. */
const PATIENCE = 1200;

/** The Keyboard dispatches key presses to the bindings of what is on screen, those added last first. */
export class Keyboard {
  #bindings: Bindings[] = [];
  #first = '';
  #at = 0;

  /** Adds bindings. The returned function removes them. */
  on(bindings: Bindings): () => void {
    this.#bindings.unshift(bindings);
    return () => {
      this.#bindings = this.#bindings.filter((b) => b !== bindings);
    };
  }

  /** Handles a key press, unless a field or a button uses it. */
  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const name = nameOf(event);
    if (!command && name !== 'Escape' && typing(event.target)) return;
    if (!command && (name === 'Space' || name === 'Enter') && pressable(event.target)) return;
    const two = !command && this.#first && event.timeStamp - this.#at < PATIENCE ? `${this.#first} ${name}` : '';
    this.#first = '';
    const act = (two && this.#find(two)) || this.#find(name);
    if (act) {
      event.preventDefault();
      act(event);
    } else if (this.#begins(name)) {
      this.#first = name;
      this.#at = event.timeStamp;
    }
  }

  #find(name: string) {
    return this.#bindings.find((b) => name in b)?.[name];
  }

  #begins(name: string): boolean {
    return this.#bindings.some((b) => Object.keys(b).some((keys) => keys.startsWith(`${name} `)));
  }
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key;
  return event.ctrlKey || event.metaKey ? `Ctrl+${key.toLowerCase()}` : key;
}

export const keyboard = new Keyboard();
