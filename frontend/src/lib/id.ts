import type { Message } from '../bridge/types';

/**
 * The chosen id of a message, as it is shown; empty if it has none. Quotation marks make control
 * characters, and spaces at the ends, visible.
 */
export function shownId({ own_id = '' }: Pick<Message, 'own_id'>): string {
  return /\p{Cc}|^\s|\s$/u.test(own_id) ? JSON.stringify(own_id) : own_id;
}
