package wire

import (
	"strings"

	"signalbox/backend/live"
)

// ChosenID returns the id that the publisher or the remote server chose, where
// the message has it on the wire. Otherwise it returns "", and the id on the
// wire is the position.
//
// A chosen id gives way to the position where a client could not resume from
// it: the id reads as a position of this journal (a feed that follows this
// server brings such ids), no request header can carry it, or an older message
// of the source has it. So an id on the wire stands for one message of its
// source, and a client that resumes skips nothing. With an id that several
// messages share it could not: to go on after the first would repeat all that
// came since at each reconnection, and to go on after the newest would skip
// what lies between.
func ChosenID(epoch string, m *live.Message) string {
	if chosen(epoch, m) {
		return m.ID
	}
	return ""
}

func chosen(epoch string, m *live.Message) bool {
	return m.ID != "" && !m.DuplicateID && headerSafe(m.ID) && !ownPosition(epoch, m.ID)
}

// ownPosition reports whether an id reads as a position of this epoch.
func ownPosition(epoch, id string) bool {
	if !strings.HasPrefix(id, epoch) {
		return false
	}
	p, ok := live.ParsePosition(id)
	return ok && p.Epoch == epoch
}

// headerSafe reports whether an id survives the header Last-Event-ID. Servers
// refuse control characters in a header and trim its ends.
func headerSafe(id string) bool {
	for i := range len(id) {
		if c := id[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return id == "" || !blank(id[0]) && !blank(id[len(id)-1])
}

func blank(c byte) bool { return c == ' ' || c == '\t' }
