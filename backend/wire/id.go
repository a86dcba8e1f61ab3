package wire

import (
	"strings"

	"signalbox/backend/live"
)

// ID returns the id of a message on the wire: the one that its publisher or
// the remote server chose, else its position.
//
// It is also the position where the chosen one would lead a client astray
// that resumes from it: a position of this very journal (a feed that follows
// the local server brings those) or what no request header can carry.
func ID(epoch string, m *live.Message) string {
	if chosen(epoch, m.ID) {
		return m.ID
	}
	return live.Position{Epoch: epoch, Number: m.Number}.String()
}

// AppendID appends what ID returns to b.
func AppendID(b []byte, epoch string, m *live.Message) []byte {
	if chosen(epoch, m.ID) {
		return append(b, m.ID...)
	}
	return live.Position{Epoch: epoch, Number: m.Number}.AppendTo(b)
}

func chosen(epoch, id string) bool {
	return id != "" && headerSafe(id) && !ownPosition(epoch, id)
}

// ownPosition reports whether an id reads as a position of this epoch.
func ownPosition(epoch, id string) bool {
	if !strings.HasPrefix(id, epoch) {
		return false
	}
	p, ok := live.ParsePosition(id)
	return ok && p.Epoch == epoch
}

// headerSafe reports whether an id comes back unchanged in Last-Event-ID:
// servers refuse control characters in a header, and trim its ends.
func headerSafe(id string) bool {
	for i := range len(id) {
		if c := id[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return id == "" || !blank(id[0]) && !blank(id[len(id)-1])
}

func blank(c byte) bool { return c == ' ' || c == '\t' }
