package wire

import (
	"strings"

	"signalbox/backend/live"
)

// ID returns the id of a message on the wire: the one that its publisher or
// the remote server chose, else its position.
//
// It is also the position where a client could not resume from the chosen one:
// a position of this journal (a feed that follows the local server brings
// those), what no request header can carry, and an id that an older message of
// the same source has. So an id on the wire stands for one message of a source,
// and whoever resumes from it skips nothing, whatever ids publishers choose.
// To send such an id again would lead to the first message that had it, and
// replay all that came since at each reconnection, or to the newest, and skip
// what lies between.
func ID(epoch string, m *live.Message) string {
	if chosen(epoch, m) {
		return m.ID
	}
	return live.Position{Epoch: epoch, Number: m.Number}.String()
}

func chosen(epoch string, m *live.Message) bool {
	return m.ID != "" && !m.Again && headerSafe(m.ID) && !ownPosition(epoch, m.ID)
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
