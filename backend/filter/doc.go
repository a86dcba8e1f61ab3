// Package filter has the language in which people and programs choose messages:
// in timelines, searches, kept views, streams and on the command line.
//
// # The language
//
// Spaces separate terms, and a message must match all of them. "or" between
// terms means either, and binds looser than spaces and "and". Parentheses group,
// and a minus before a term or a group means that it must not match.
//
//	paid "two words"                   these texts occur in the data or the event type
//	-paid -"two words" -(a or b)       what must not match
//	/time.?out/i                       a regular expression of Go, with the flags i, m and s
//	event:order.*,stock.low            one of these event types
//	id:88405                           this event id
//	$.state = "paid"                   a field inside the data: = != > >= < <= and : for contains
//	$.items[*].sku : A-1840            any element
//	$["any name"][0].total             that has this field
//	source:payments,pay*               one of these sources
//	is:gap is:event,note               kinds of messages
//	is:bookmarked                      messages that have a bookmark, where history is read
//	after:-15m before:14:02            when a message was received
//
// Texts ignore the case of the letters A to Z, as SQLite does; types, ids, names
// and the values of fields count it, except that ":" ignores it. In quotation
// marks, \" is a quotation mark, and every other backslash stands for itself
// unless it precedes a quotation mark. Lists of types, ids, sources and kinds
// that stand in one group, with no "and" between them, are one list: a message
// has only one of each.
//
// A word with an unknown key ("foo:bar") is an error rather than a text to search
// for: the search would find nothing, and the user would conclude that nothing
// happened.
//
// # Fields
//
// A term is true if any value at its path makes it true: of several elements, or
// of several members of the same name. Where there is no such value, each
// comparison is false, also "!=". Data that is not JSON has no fields.
//
// Texts are compared as they are after decoding. A value without quotation marks
// is a text, or a number, true, false or null. Numbers are compared digit by digit
// without rounding, also with texts that are numbers ("12.50"). A text and a number
// have no order. An object or an array differs from every value, and contains
// what a text, a number or a word inside it contains.
//
// # Gaps and notes
//
// A gap stands for events that nobody has, so a condition on events is neither
// true nor false for it: texts, regular expressions, types, ids and fields are
// unknown for a gap or a note. Its kind, its source, its time and its bookmark are
// known. A filter selects a gap unless it is false for it, where
//
//	unknown and false is false     unknown and true is unknown
//	unknown or true is true        unknown or false is unknown
//	not unknown is unknown
//
// So gaps pass "paid", "-paid", "event:a or event:b" and "-(paid is:gap)"; they do
// not pass "is:event paid", "-is:gap" and "-(paid or is:gap)". "source:a or paid"
// selects the gaps of every source, because any may have lost an event with
// "paid".
//
// # One meaning, three uses
//
// Match decides whether a message is selected. Three things only narrow what has to
// be tested: the SQL that sqlite/query makes of the tree, and the Need and the Times,
// the pieces of text that every selected event has and when it was received. Tests
// with random filters and messages hold them to the same answer.
//
// Read filter.go first, then field.go, json.go, need.go and narrow.go. Package syntax
// has the tree.
package filter
