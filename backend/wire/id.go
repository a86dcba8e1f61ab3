package wire

import (
	"strings"

	"signalbox/backend/live"
)

// ChosenID returns the id that the publisher or the remote server chose if the
// message is sent with it. Otherwise it returns "", and the message is sent with its
// position as id.
//
// A client could not resume from a chosen id that looks like a position of this
// journal (such as one from a feed of this server), that no request header can carry,
// or that an older message of the source has. So an id on the wire stands for one
// message of its source, and a client that resumes skips nothing. With an id that
// several messages share, resuming after the first would repeat all later messages at
// each reconnection, and resuming after the newest would skip those between.
func ChosenID(epoch string, m *live.Message) string {
	if chosen(epoch, m) {
		return m.ID
	}
	return ""
}

func chosen(epoch string, m *live.Message) bool {
	return m.ID != "" && !m.DuplicateID && headerSafe(m.ID) && !ownPosition(epoch, m.ID)
}

// ownPosition reports whether an id looks like a position of this epoch.
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
