import type { Message } from '../bridge/types';

/**
 * The id that was chosen for a message, as it is shown; empty where none was. An id that cannot be
 * served has spaces at its ends or control characters, or reads as a position: quotation marks set it apart.
 */
export function shownId(message: Pick<Message, 'id' | 'own_id'>): string {
  const { id, own_id = '' } = message;
  return own_id === '' || own_id === id ? own_id : JSON.stringify(own_id);
}
