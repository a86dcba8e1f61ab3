import { api } from '../bridge/api';
import type { Bookmark, Message, Position, State } from '../bridge/types';
import { epochOf, numberOf } from '../lib/position';
import { m } from '../paraglide/messages';
import { attempt } from './feedactions';
import { Loader } from './loader.svelte';
import { toasts } from './toasts.svelte';

/** The number of bookmarks in one request. There are at most ten times as many. */
const PAGE = 1000;

const byNumber = (a: Bookmark, b: Bookmark) => numberOf(a.message.position) - numberOf(b.message.position);

/** Bookmarks are the marked messages and the comments on them, in the order of the messages. */
export class Bookmarks {
  list = $state.raw<readonly Bookmark[]>([]);
  /** Incremented when the inspector should take a comment. */
  asked = $state(0);
  readonly #byPosition = $derived(new Map(this.list.map((b) => [b.message.position, b])));
  readonly #loader = new Loader();
  #read = '';

  constructor(
    readonly calls: Pick<typeof api, 'bookmarks' | 'bookmark' | 'removeBookmark' | 'restoreBookmark'> = api,
  ) {}

  get fault() {
    return this.#loader.fault;
  }

  of(position: Position): Bookmark | undefined {
    return this.#byPosition.get(position);
  }

  /** The bookmarks of messages between two positions of one history, both inclusive. */
  between(from: Position, to: Position): readonly Bookmark[] {
    const { list } = this;
    if (list.length === 0 || !from) return [];
    const at = (number: number) => {
      let [low, high] = [0, list.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (numberOf(list[middle].message.position) < number) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    return list.slice(at(numberOf(from)), at(numberOf(to) + 1));
  }

  /** Reads the bookmarks again if somebody has changed them since they were read. Call it with every state. */
  follow({ epoch, bookmarks, sources }: Pick<State, 'epoch' | 'bookmarks' | 'sources'>): void {
    // Those of a removed source go with it, and come back with it.
    const now = `${epoch}.${bookmarks} ${sources.reduce((sum, s) => sum + s.id, 0)}`;
    if (now === this.#read) return;
    this.#read = now;
    void this.load();
  }

  /** Reads all bookmarks. */
  async load(): Promise<void> {
    await this.#loader.run(
      async (signal) => {
        const list: Bookmark[] = [];
        for (let after = '0'; ;) {
          const page = await this.calls.bookmarks({ after, limit: PAGE }, signal);
          list.push(...page.bookmarks);
          if (!page.more || !page.to) return list;
          after = page.to;
        }
      },
      (list) => (this.list = list),
      { retry: true },
    );
  }

  /** Marks a message, or removes the mark. */
  toggle(message: Pick<Message, 'position'>): Promise<void> {
    return this.of(message.position) ? this.remove(message.position) : this.put(message.position, '');
  }

  /** Marks a message, or replaces the comment. */
  put(position: Position, comment: string): Promise<void> {
    return attempt(async () => this.#take(await this.calls.bookmark(position, comment)));
  }

  /** Removes a mark, and offers to undo that. */
  remove(position: Position): Promise<void> {
    return attempt(async () => {
      await this.calls.removeBookmark(position);
      const comment = this.of(position)?.comment;
      this.list = this.list.filter((b) => b.message.position !== position);
      toasts.add(comment ? m.bookmarks_removed_comment : m.bookmarks_removed, {
        action: {
          label: m.common_undo(),
          act: async () => this.#take(await this.calls.restoreBookmark(position)),
        },
      });
    });
  }

  #take(bookmark: Bookmark): void {
    const { position } = bookmark.message;
    const others = this.list.filter(
      ({ message }) => message.position !== position && epochOf(message.position) === epochOf(position),
    );
    this.list = [...others, bookmark].sort(byNumber);
  }
}

export const bookmarks = new Bookmarks();
