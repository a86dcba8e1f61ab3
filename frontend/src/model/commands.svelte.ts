import { printed } from '../lib/keys';
import { m } from '../paraglide/messages';

/** Where a command's keys work: everywhere, or only while the focus is in that part of the page. */
export type Scope = 'everywhere' | 'timeline' | 'sidebar';

/** The headings under which the help and the palette show commands. */
export type Group = 'moving' | 'messages' | 'sources' | 'go' | 'window' | 'server' | 'samples';

/** A Command is something that the user can do: from the palette, a menu, a button or with keys. */
export interface Command {
  /** Never changes: buttons and tests name it. */
  id: string;
  /** What it does, in the language that is shown. */
  words: () => string;
  group: Group;
  /** Its keys, as tinykeys writes them: "j", "$mod+k", "g t" for two in a row. Each of them works. */
  keys?: readonly string[];
  scope?: Scope;
  /** Whether it can be used now. */
  when?: () => boolean;
  /** True if the palette leaves it out: a movement that means nothing there. */
  silent?: boolean;
  act: () => unknown;
}

/** Commands are all commands of the program, each defined once. */
export class Commands {
  #lists = $state.raw<readonly (readonly Command[])[]>([]);
  readonly all = $derived(this.#lists.flat());
  readonly #byId = $derived(new Map(this.all.map((c) => [c.id, c])));

  /** Adds commands. The returned function removes them. */
  add(list: readonly Command[]): () => void {
    this.#lists = [...this.#lists, list];
    return () => {
      this.#lists = this.#lists.filter((l) => l !== list);
    };
  }

  get(id: string): Command | undefined {
    return this.#byId.get(id);
  }

  /** The first keys of a command, for a tooltip or a menu; undefined if it has none. */
  keysOf(id: string): string | undefined {
    return this.get(id)?.keys?.[0];
  }

  /** The first keys of a command in words, for a tooltip: "Space", "g then t"; undefined if it has none. */
  hint(id: string): string | undefined {
    const [first, second] = printed(this.keysOf(id) ?? '');
    return (second ? m.common_keys_then({ first, second }) : first) || undefined;
  }

  /** Runs a command if it can be used now. */
  run(id: string): void {
    const command = this.get(id);
    if (command && (command.when?.() ?? true)) command.act();
  }
}

export const commands = new Commands();
