package eventstream

import "strings"

// A parserCase is a stream and its events. Section numbers refer to the HTML
// standard; "decode" is UTF-8 decode in the Encoding standard.
type parserCase struct {
	section, name string
	stream        string
	last          string // the last event ID at the beginning
	want          []string
}

const (
	parsing     = "9.2.5"
	interpret   = "9.2.6"
	decodeUTF8  = "decode"
	reconnected = "9.2.3"
)

func wants(s ...string) []string { return s }

var parserCases = []parserCase{
	// Lines.
	{parsing, "nothing at all", "", "", nil},
	{parsing, "LF ends a line", "data: a\n\n", "", wants(`message "a"`)},
	{parsing, "CR ends a line", "data: a\r\r", "", wants(`message "a"`)},
	{parsing, "CRLF ends a line", "data: a\r\n\r\n", "", wants(`message "a"`)},
	{parsing, "CR then LF then LF", "data: a\r\n\n", "", wants(`message "a"`)},
	{parsing, "LF then CRLF", "data: a\n\r\n", "", wants(`message "a"`)},
	{parsing, "LF then CR", "data: a\n\r", "", wants(`message "a"`)},
	{parsing, "LF CR LF is one blank line", "data: a\n\r\ndata: b\n\n", "", wants(`message "a"`, `message "b"`)},
	{parsing, "CR CR LF is one blank line", "data: a\r\r\ndata: b\r\r", "", wants(`message "a"`, `message "b"`)},
	{parsing, "CR LF CR is one blank line", "data: a\r\n\rdata: b\r\n\r", "", wants(`message "a"`, `message "b"`)},
	{parsing, "all three line ends in one event", "data: a\rdata: b\r\ndata: c\n\n", "", wants(`message "a\nb\nc"`)},
	{parsing, "an event ends at CR without waiting for LF", "data: a\r\n\r", "", wants(`message "a"`)},
	{parsing, "blank lines at the beginning", "\n\r\n\rdata: a\n\n", "", wants(`message "a"`)},
	{parsing, "many blank lines between", "data: a\n\n\n\n\ndata: b\n\n", "", wants(`message "a"`, `message "b"`)},
	{parsing, "only line ends", "\n\r\r\n\n\r", "", nil},
	{parsing, "vertical tab and form feed end no line", "data: a\vb\fc\n\n", "", wants(`message "a\vb\fc"`)},
	{parsing, "NEL and the line separators end no line", "data: a\u0085b\u2028c\u2029d\n\n", "", wants(`message "a\u0085b\u2028c\u2029d"`)},
	{parsing, "a line with a space is not blank", "data: a\n \ndata: b\n\n", "", wants(`message "a\nb"`)},
	{parsing, "a line with a tab is not blank", "data: a\n\t\ndata: b\n\n", "", wants(`message "a\nb"`)},
	{parsing, "an unterminated event is dropped", "data: a\n\ndata: b\n", "", wants(`message "a"`)},
	{parsing, "an unterminated line is dropped", "data: a\n\ndata: b", "", wants(`message "a"`)},
	{parsing, "an unterminated id is dropped", "data: a\n\nid: 5\n", "", wants(`message "a"`)},
	{parsing, "an unterminated retry line is dropped", "data: a\n\nretry: 5", "", wants(`message "a"`)},
	{parsing, "a retry line counts before its event ends", "retry: 5\n", "", wants(`retry 5`)},
	{parsing, "a comment counts before its event ends", ":\n", "", wants(`comment`)},
	{parsing, "an unterminated comment is none", ": a", "", nil},

	// The byte order mark and UTF-8.
	{decodeUTF8, "one BOM is left out", "\uFEFFdata: a\n\n", "", wants(`message "a"`)},
	{decodeUTF8, "of two BOMs the second belongs to the name", "\uFEFF\uFEFFdata: a\ndata: b\n\n", "", wants(`message "b"`)},
	{decodeUTF8, "a BOM before a blank line", "\uFEFF\ndata: a\n\n", "", wants(`message "a"`)},
	{decodeUTF8, "a BOM before a comment", "\uFEFF: hi\ndata: a\n\n", "", wants(`comment`, `message "a"`)},
	{decodeUTF8, "a BOM later belongs to the name", "data: a\n\n\uFEFFdata: b\n\n", "", wants(`message "a"`)},
	{decodeUTF8, "a BOM in the data stays", "data: \uFEFFa\n\n", "", wants("message \"\\ufeffa\"")},
	{decodeUTF8, "only a BOM", "\uFEFF", "", nil},
	{decodeUTF8, "half a BOM is the beginning of a name", "\xEF\xBBdata: a\ndata: b\n\n", "", wants(`message "b"`)},
	{decodeUTF8, "a BOM of UTF-16 is none", "\xFE\xFFdata: a\ndata: b\n\n", "", wants(`message "b"`)},
	{decodeUTF8, "two bytes a character", "data: é\n\n", "", wants(`message "é"`)},
	{decodeUTF8, "three bytes a character", "data: 设备\n\n", "", wants(`message "设备"`)},
	{decodeUTF8, "four bytes a character", "data: 😀\n\n", "", wants(`message "😀"`)},
	{decodeUTF8, "a byte that is never UTF-8", "data: a\xFFb\n\n", "", wants(`message "a�b"`)},
	{decodeUTF8, "a lone continuation byte", "data: \x80\n\n", "", wants(`message "�"`)},
	{decodeUTF8, "two lone continuation bytes are two", "data: \x80\x80\n\n", "", wants(`message "��"`)},
	{decodeUTF8, "the beginning of a character at the line's end is one", "data: \xE2\x82\n\n", "", wants(`message "�"`)},
	{decodeUTF8, "three bytes of four are one", "data: \xF0\x9F\x98x\n\n", "", wants(`message "�x"`)},
	{decodeUTF8, "an overlong slash is two", "data: \xC0\xAF\n\n", "", wants(`message "��"`)},
	{decodeUTF8, "an overlong three bytes are three", "data: \xE0\x80\xAF\n\n", "", wants(`message "���"`)},
	{decodeUTF8, "a surrogate is three", "data: \xED\xA0\x80\n\n", "", wants(`message "���"`)},
	{decodeUTF8, "beyond U+10FFFF is four", "data: \xF4\x90\x80\x80\n\n", "", wants(`message "����"`)},
	{decodeUTF8, "the greatest character", "data: \xF4\x8F\xBF\xBF\n\n", "", wants("message \"\\U0010ffff\"")},
	{decodeUTF8, "a broken character does not eat the line end", "data: \xE2\ndata: b\n\n", "", wants(`message "�\nb"`)},
	{decodeUTF8, "a broken character does not eat the colon", "dat\xE2: a\ndata: b\n\n", "", wants(`message "b"`)},
	{decodeUTF8, "a broken character followed by a whole one", "data: \xE2\x82é\n\n", "", wants(`message "�é"`)},
	{decodeUTF8, "a broken type", "event: a\xFF\ndata: b\n\n", "", wants(`a� "b"`)},
	{decodeUTF8, "a broken id", "id: a\xFF\ndata: b\n\n", "", wants(`message "b" id="a�"`)},
	{decodeUTF8, "U+FFFD itself stays", "data: \uFFFD\n\n", "", wants(`message "�"`)},
	{decodeUTF8, "NUL in the data stays", "data: a\x00b\n\n", "", wants(`message "a\x00b"`)},

	// Fields.
	{parsing, "one space after the colon is left out", "data: a\n\n", "", wants(`message "a"`)},
	{parsing, "no space after the colon", "data:a\n\n", "", wants(`message "a"`)},
	{parsing, "of two spaces one is left out", "data:  a\n\n", "", wants(`message " a"`)},
	{parsing, "a tab after the colon stays", "data:\ta\n\n", "", wants(`message "\ta"`)},
	{parsing, "a no-break space after the colon stays", "data:\u00a0a\n\n", "", wants("message \"\\u00a0a\"")},
	{parsing, "spaces at the end stay", "data: a  \n\n", "", wants(`message "a  "`)},
	{parsing, "only the first colon counts", "data: a:b: c\n\n", "", wants(`message "a:b: c"`)},
	{parsing, "a colon as the value", "data::\n\n", "", wants(`message ":"`)},
	{parsing, "a value that begins with a colon", "data: :a\n\n", "", wants(`message ":a"`)},
	{parsing, "a space before the colon makes another name", "data : a\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "a space before the name makes another name", " data: a\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "names are not folded: Data", "Data: a\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "names are not folded: DATA", "DATA: a\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "names are not folded: ID", "ID: 5\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "names are not folded: Event", "Event: x\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "names are not folded: Retry", "Retry: 5\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "a longer name is another name", "datas: a\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "a shorter name is another name", "dat: a\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "an unknown field is ignored", "foo: bar\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "an unknown word is ignored", "justsomething\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "an unknown field alone dispatches nothing", "foo: bar\n\n", "", nil},
	{parsing, "a name with a NUL is another name", "da\x00ta: a\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "a very long name", strings.Repeat("data", 1000) + ": a\ndata: b\n\n", "", wants(`message "b"`)},
	{parsing, "the words of HTTP are unknown fields", "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\ndata: a\n\n", "", wants(`message "a"`)},
	{parsing, "a web page says nothing", "<!doctype html>\n<title>Hi</title>\n\n<p>data: a</p>\n\n", "", nil},

	// Comments.
	{parsing, "a comment is not an event", ": hi\n\n", "", wants(`comment`)},
	{parsing, "an empty comment", ":\n\n", "", wants(`comment`)},
	{parsing, "a comment between data", "data: a\n: hi\ndata: b\n\n", "", wants(`comment`, `message "a\nb"`)},
	{parsing, "a comment that looks like data", ":data: a\n\n", "", wants(`comment`)},
	{parsing, "a comment of colons", "::::\n\n", "", wants(`comment`)},
	{parsing, "a comment without a blank line behind it", ":a\n:b\ndata: c\n\n", "", wants(`comment`, `comment`, `message "c"`)},

	// data.
	{interpret, "lines of data are joined by LF", "data: a\ndata: b\n\n", "", wants(`message "a\nb"`)},
	{interpret, "data without a colon is an empty line", "data\n\n", "", wants(`message ""`)},
	{interpret, "data with an empty value", "data:\n\n", "", wants(`message ""`)},
	{interpret, "data with one space", "data: \n\n", "", wants(`message ""`)},
	{interpret, "two empty lines of data", "data\ndata\n\n", "", wants(`message "\n"`)},
	{interpret, "three empty lines of data", "data:\ndata\ndata: \n\n", "", wants(`message "\n\n"`)},
	{interpret, "an empty line of data at the beginning", "data:\ndata: a\n\n", "", wants(`message "\na"`)},
	{interpret, "an empty line of data at the end", "data: a\ndata:\n\n", "", wants(`message "a\n"`)},
	{interpret, "the standard's stock example", "data: YHOO\ndata: +2\ndata: 10\n\n", "", wants(`message "YHOO\n+2\n10"`)},
	{interpret, "the standard's four blocks", ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n", "", wants(`comment`, `message "first event" id="1"`, `message "second event"`)},
	{interpret, "the standard's empty blocks", "data\n\ndata\ndata\n\ndata:\n", "", wants(`message ""`, `message "\n"`)},
	{interpret, "the standard's two equal events", "data:test\n\ndata: test\n\n", "", wants(`message "test"`, `message "test"`)},
	{interpret, "JSON over several lines", "data: {\ndata: \"a\": 1\ndata: }\n\n", "", wants(`message "{\n\"a\": 1\n}"`)},
	{interpret, "data of one event is not that of the next", "data: a\n\nevent: x\n\ndata: b\n\n", "", wants(`message "a"`, `message "b"`)},

	// event.
	{interpret, "a type", "event: add\ndata: a\n\n", "", wants(`add "a"`)},
	{interpret, "a type after the data", "data: a\nevent: add\n\n", "", wants(`add "a"`)},
	{interpret, "a type holds for one event", "event: add\ndata: a\n\ndata: b\n\n", "", wants(`add "a"`, `message "b"`)},
	{interpret, "the last of two types holds", "event: a\nevent: b\ndata: c\n\n", "", wants(`b "c"`)},
	{interpret, "an empty type is message", "event:\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "a type without a colon is message", "event\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "an empty type takes an earlier one back", "event: a\nevent:\ndata: c\n\n", "", wants(`message "c"`)},
	{interpret, "a type without data dispatches nothing", "event: a\n\n", "", nil},
	{interpret, "a type without data does not stay", "event: a\n\ndata: b\n\n", "", wants(`message "b"`)},
	{interpret, "a type called error", "event: error\ndata: a\n\n", "", wants(`error "a"`)},
	{interpret, "a type called open", "event: open\ndata: a\n\n", "", wants(`open "a"`)},
	{interpret, "a type with spaces", "event:  a b \ndata: c\n\n", "", wants(` a b  "c"`)},
	{interpret, "a type with a NUL", "event: a\x00b\ndata: c\n\n", "", wants("a\x00b \"c\"")},
	{interpret, "a type in another script", "event: 更新\ndata: c\n\n", "", wants(`更新 "c"`)},

	// id.
	{interpret, "an id", "id: 1\ndata: a\n\n", "", wants(`message "a" id="1"`)},
	{interpret, "an id after the data", "data: a\nid: 1\n\n", "", wants(`message "a" id="1"`)},
	{interpret, "an id stays for later events", "id: 1\ndata: a\n\ndata: b\n\n", "", wants(`message "a" id="1"`, `message "b" after="1"`)},
	{interpret, "the last of two ids holds", "id: 1\nid: 2\ndata: a\n\n", "", wants(`message "a" id="2"`)},
	{interpret, "an empty id resets", "id: 1\ndata: a\n\nid:\ndata: b\n\n", "", wants(`message "a" id="1"`, `message "b"`)},
	{interpret, "an id without a colon resets", "id: 1\ndata: a\n\nid\ndata: b\n\n", "", wants(`message "a" id="1"`, `message "b"`)},
	{interpret, "an id with a NUL is ignored", "id: 1\x002\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "an id with a NUL keeps the one before", "id: 1\ndata: a\n\nid: \x00\ndata: b\n\n", "", wants(`message "a" id="1"`, `message "b" after="1"`)},
	{interpret, "an id with a NUL keeps the one of the same event", "id: 1\nid: 2\x00\ndata: a\n\n", "", wants(`message "a" id="1"`)},
	{interpret, "a NUL in one id is not one in the next", "id: \x00\nid: 2\ndata: a\n\n", "", wants(`message "a" id="2"`)},
	{interpret, "an id alone is no event but counts", "id: 1\n\ndata: a\n\n", "", wants(`id "1"`, `message "a" after="1"`)},
	{interpret, "an id alone that changes nothing", "id: 1\n\nid: 1\n\n", "", wants(`id "1"`)},
	{interpret, "an empty id alone resets", "id: 1\ndata: a\n\nid\n\n", "", wants(`message "a" id="1"`, `id ""`)},
	{interpret, "an id with a type alone is no event", "event: x\nid: 1\n\n", "", wants(`id "1"`)},
	{interpret, "an id with spaces", "id:  1 2 \ndata: a\n\n", "", wants(`message "a" id=" 1 2 "`)},
	{interpret, "an id of a colon", "id: :\ndata: a\n\n", "", wants(`message "a" id=":"`)},
	{interpret, "an id beyond numbers", "id: …é😀\ndata: a\n\n", "", wants(`message "a" id="…é😀"`)},
	{interpret, "an id of an unfinished event does not count", "id: 1\ndata: a\n\nid: 2\ndata: b\n", "", wants(`message "a" id="1"`)},

	// retry.
	{interpret, "a reconnection time", "retry: 3000\ndata: a\n\n", "", wants(`retry 3000`, `message "a" retry=3000`)},
	{interpret, "a reconnection time alone", "retry: 3000\n\n", "", wants(`retry 3000`)},
	{interpret, "a reconnection time of nothing", "retry: 0\n\n", "", wants(`retry 0`)},
	{interpret, "leading zeros", "retry: 0003\n\n", "", wants(`retry 3`)},
	{interpret, "very many leading zeros", "retry: " + strings.Repeat("0", 100) + "5\n\n", "", wants(`retry 5`)},
	{interpret, "a minus is no digit", "retry: -1\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "a plus is no digit", "retry: +1\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "a fraction is none", "retry: 1.5\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "an exponent is none", "retry: 1e3\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "letters behind digits", "retry: 3000ms\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "two spaces before digits", "retry:  3\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "a space behind digits", "retry: 3 \ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "digits of other scripts", "retry: ٣\ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "no digits", "retry:\nretry\nretry: \ndata: a\n\n", "", wants(`message "a"`)},
	{interpret, "more than fits into 64 bits", "retry: 99999999999999999999999\n\n", "", wants(`retry 9223372036854775807`)},
	{interpret, "the last of two reconnection times holds", "retry: 1\nretry: 2\ndata: a\n\n", "", wants(`retry 1`, `retry 2`, `message "a" retry=2`)},
	{interpret, "a bad one leaves the good one", "retry: 1\nretry: x\ndata: a\n\n", "", wants(`retry 1`, `message "a" retry=1`)},
	{interpret, "a reconnection time is not that of the next event", "retry: 1\ndata: a\n\ndata: b\n\n", "", wants(`retry 1`, `message "a" retry=1`, `message "b"`)},

	// After a reconnection.
	{reconnected, "the id that was sent stays", "data: a\n\n", "7", wants(`message "a" after="7"`)},
	{reconnected, "a blank line does not reset it", "\n\ndata: a\n\n", "7", wants(`message "a" after="7"`)},
	{reconnected, "an empty id resets it", "id\ndata: a\n\n", "7", wants(`message "a"`)},
	{reconnected, "the same id alone changes nothing", "id: 7\n\n", "7", nil},
	{reconnected, "a new id replaces it", "id: 8\ndata: a\n\n", "7", wants(`message "a" id="8"`)},
}
