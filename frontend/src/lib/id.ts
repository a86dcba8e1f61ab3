import type { Message } from '../bridge/types';

/**
 * The id that was chosen for a message, as it is shown; empty where none was. Quotation marks let
 * control characters, and spaces at its ends, be seen.
 */
export function shownId({ own_id = '' }: Pick<Message, 'own_id'>): string {
  return /\p{Cc}|^\s|\s$/u.test(own_id) ? JSON.stringify(own_id) : own_id;
}
