package load

import "fmt"

const (
	// mark occurs once in the data of each event and nowhere else in a stream, so
	// counting events means counting one byte.
	mark = '~'
	// stampSize is the length of the time before the mark, in digits: nanoseconds
	// since 1970.
	stampSize = 19
	// payloadSize is the length of the data of each event, in bytes.
	payloadSize = 200
)

// ID returns the id of the nth message, 16 digits. Scattered ids are in no order,
// like UUIDs of version 4. The others ascend, like counters and UUIDs of version 7.
func ID(n uint64, scattered bool) string {
	if scattered {
		n *= 0x9E3779B97F4A7C15
	}
	return fmt.Sprintf("%016x", n)
}

// Payload returns the data of an event: a JSON object of 200 bytes that contains
// a time and the mark.
func Payload(ns int64) []byte {
	const (
		text = `{"order":70012,"customer":"8f14e45f","total":12.5,"currency":"EUR","lines":[{"sku":"A-1001","count":2}],"note":"`
		sent = `","sent":"`
		end  = `"}`
	)
	b := make([]byte, 0, payloadSize)
	b = append(b, text...)
	for len(b) < payloadSize-len(sent)-stampSize-1-len(end) {
		b = append(b, '.')
	}
	b = append(b, sent...)
	b = fmt.Appendf(b, "%0*d%c", stampSize, ns, mark)
	return append(b, end...)
}
