import type { Message } from '../bridge/types';
import { valuesAt } from './field';

const known = new WeakMap<Message, Map<string, string | null>>();

/**
 * The JSON of the value at a path of an event: as the server found it, or in data that is not
 * shortened. null if there is none, undefined while it is not known.
 */
export function valueOf(message: Message, path: string): string | null | undefined {
  const found = message.fields?.[path];
  if (found !== undefined) return found;
  if (message.cut) return undefined;
  let values = known.get(message);
  if (!values) known.set(message, (values = new Map()));
  let value = values.get(path);
  if (value === undefined) values.set(path, (value = valuesAt(message.data ?? '', [path])[0]));
  return value;
}
