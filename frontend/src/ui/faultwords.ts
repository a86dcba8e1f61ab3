import type { FaultCode, JSONFault } from '../lib/jsonfault';
import { m } from '../paraglide/messages';

type Place = { line: string; column: string; word: string };

const sentences: Record<FaultCode, (place: Place) => string> = {
  after_end: m.data_fault_after_end,
  too_deep: m.data_fault_too_deep,
  single_quotes: m.data_fault_single_quotes,
  no_value_at_end: m.data_fault_no_value_at_end,
  no_value: m.data_fault_no_value,
  list_open: m.data_fault_list_open,
  object_open: m.data_fault_object_open,
  no_comma: m.data_fault_no_comma,
  comma_before_end: m.data_fault_comma_before_end,
  no_name: m.data_fault_no_name,
  no_colon: m.data_fault_no_colon,
  string_open: m.data_fault_string_open,
  string_open_on_line: m.data_fault_string_open_on_line,
  control: m.data_fault_control,
  hexadecimal: m.data_fault_hexadecimal,
  backslash: m.data_fault_backslash,
  leading_zero: m.data_fault_leading_zero,
  not_a_number: m.data_fault_not_a_number,
  not_a_value: m.data_fault_not_a_value,
};

/** Says where a text stops being JSON, and why. */
export const faultWords = ({ code, line, column, word = '' }: JSONFault): string =>
  sentences[code]({ line: String(line), column: String(column), word });
