package publish

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"signalbox/backend/live"
)

const (
	recentCount = 50  // the length of the list
	recentText  = 200 // the greatest length of a text in it, in bytes, so that large refused messages use little memory
)

// A Publication is one message that was published or refused.
type Publication struct {
	At       time.Time `json:"at"`
	Channel  string    `json:"channel"`
	Event    string    `json:"event"`
	ID       string    `json:"id"`       // on the wire; the publisher's if the message was refused
	Position string    `json:"position"` // "" if the message was refused
	Clients  int       `json:"clients"`
	Repeated bool      `json:"repeated,omitempty"` // a retried publish, which was not stored again

	// Why it was refused: a sentence in English, and its code and parameters as
	// in live.Error. Line is the number of its line in a request of JSON lines.
	Error  string      `json:"error"`
	Code   string      `json:"code,omitempty"`
	Text   string      `json:"text,omitempty"`
	Params live.Params `json:"params,omitempty"`
	Line   int         `json:"line,omitempty"`

	position live.Position // the same as Position; zero if the message was refused
}

// publication returns the entry of a message that was published. complete sets its
// other fields.
func publication(channel string, d *live.Draft, r *Receipt) Publication {
	return Publication{Channel: channel, Event: d.Type, ID: r.ID, position: r.Position, Clients: r.Clients, Repeated: r.Repeated}
}

// complete sets the fields that an entry needs only when the list is read. Most
// entries are replaced by newer ones before that.
func (p *Publication) complete() {
	p.At = p.At.UTC().Truncate(time.Microsecond) // as the API writes it
	if p.Event == "" {
		p.Event = "message"
	}
	if p.position != (live.Position{}) {
		p.Position = p.position.String()
		if p.ID == "" {
			p.ID = p.Position
		}
	}
}

// recentPublications is the list of the newest publications.
type recentPublications struct {
	mu   sync.Mutex
	ring [recentCount]Publication
	n    int // the number of all publications ever added
}

// add adds publications, oldest first, with the current time.
func (r *recentPublications) add(list ...Publication) {
	now := time.Now()
	for i := range list {
		p := &list[i]
		p.At = now
		p.Channel, p.Event, p.ID, p.Error = shorten(p.Channel), shorten(p.Event), shorten(p.ID), shorten(p.Error)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range list {
		r.ring[r.n%recentCount] = list[i]
		r.n++
	}
}

// addLines adds the last recentCount messages of a request of JSON lines.
func (r *recentPublications) addLines(channel string, drafts []live.Draft, receipts []Receipt) {
	first := max(0, len(drafts)-recentCount)
	list := make([]Publication, 0, recentCount)
	for i := first; i < len(drafts); i++ {
		p := publication(channel, &drafts[i], &receipts[i])
		// The texts of a request are parts of one string. Without copies, that string
		// would stay in memory.
		p.Event, p.ID = strings.Clone(p.Event), strings.Clone(p.ID)
		list = append(list, p)
	}
	r.add(list...)
}

// addRefused adds a message that was refused.
func (r *recentPublications) addRefused(channel string, d *live.Draft, err error) {
	e, ok := errors.AsType[*live.Error](err)
	if !ok {
		e = live.Errorf("not_committed", "It could not be committed.")
	}
	p := Publication{
		Channel: channel, Event: d.Type, ID: strings.Clone(d.ID),
		Error: e.Message, Code: e.Code, Text: e.Text, Params: e.Params, Line: e.Line,
	}
	if e.Line > 0 {
		p.Error = fmt.Sprintf("Line %d: %s", e.Line, e.Message)
	}
	r.add(p)
}

func (r *recentPublications) list() []Publication {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Publication, 0, recentCount)
	for i := max(0, r.n-recentCount); i < r.n; i++ {
		p := r.ring[i%recentCount]
		p.complete()
		list = append(list, p)
	}
	slices.Reverse(list)
	return list
}

// shorten returns a short text unchanged, and a copy of the beginning of a long one:
// without the copy, all of the long text would stay in memory.
func shorten(s string) string {
	if len(s) <= recentText {
		return s
	}
	n := recentText - len("…")
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
