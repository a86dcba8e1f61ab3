package main

import "signalbox/backend/live"

// The answers that no struct of the backend stands for: they are encoded by hand,
// because reflection for every message can be measured. A test compares them with
// what is really answered.

// A message is one entry of the journal: an event, a gap or a note.
type message struct {
	Position live.Position `json:"position"`
	Source   string        `json:"source"`
	Kind     string        `json:"kind" ts:"'event' | 'gap' | 'note'"`
	Event    string        `json:"event,omitempty"`
	ID       string        `json:"id,omitempty"`     // on the wire: the chosen one, or the position
	OwnID    string        `json:"own_id,omitempty"` // chosen by the publisher or the remote server
	Data     *string       `json:"data,omitempty"`
	Size     *int          `json:"size,omitempty"` // of the whole data, in bytes
	Cut      bool          `json:"cut,omitempty"`  // a preview shortened data, id or event
	Retry    *int64        `json:"retry,omitempty"`
	// Fields has the JSON of the fields that were asked for, by their paths; null where there is none.
	Fields map[string]*string `json:"fields,omitempty" ts:"Record<string, string | null>"`
	// Hits are what the filter matched, if they were asked for.
	Hits *messageHits `json:"hits,omitempty"`
	Gap  *live.Gap    `json:"gap,omitempty"`
	Note *live.Note   `json:"note,omitempty"`
	// Connection is the number of the feed's connection that received it.
	Connection int64  `json:"connection,omitempty"`
	Received   string `json:"received"`
}

// MessageHits are pairs, of where a hit begins and where it ends, counted as
// JavaScript counts the characters of a text (UTF-16).
type messageHits struct {
	Data  []int `json:"data,omitempty"`
	Event []int `json:"event,omitempty"`
}

// A searchedTo is a position, and when its message was received.
type searchedTo struct {
	Position live.Position `json:"position"`
	Time     string        `json:"time"`
}

// A page is a part of the history.
type page struct {
	Messages []message `json:"messages"`
	// From and To are the range of positions that was examined.
	From live.Position `json:"from"`
	To   live.Position `json:"to"`
	More bool          `json:"more"` // the journal has more messages in that direction
	// SearchedTo is how far the search has looked, if it has ended early.
	SearchedTo *searchedTo `json:"searched_to,omitempty"`
}

// A bookmark marks a message.
type bookmark struct {
	Message message `json:"message"` // with the beginning of its data
	Comment string  `json:"comment"`
	Created string  `json:"created"`
	Changed string  `json:"changed"`        // when the comment was last written
	Gone    bool    `json:"gone,omitempty"` // the message was deleted to save space
}

// A published is the receipt of a message.
type published struct {
	Position live.Position `json:"position"` // for a retry, of the message stored before
	ID       string        `json:"id"`
	Clients  int           `json:"clients"`
	Repeated bool          `json:"repeated,omitempty"` // a retry, which was not stored again
}

// The settings of the program.
type settings struct {
	Theme          string    `json:"theme" ts:"'system' | 'light' | 'dark'"`
	Language       string    `json:"language" ts:"'system' | 'en' | 'zh'"`
	Port           int64     `json:"port"`
	Data           string    `json:"data"` // the data folder
	Keep           live.Keep `json:"keep"`
	CreateChannels bool      `json:"create_channels"`
	MaxChannels    int64     `json:"max_channels"`
	HeartbeatS     int64     `json:"heartbeat_s"`
	RetryMS        int64     `json:"retry_ms"`
	MaxEvent       int64     `json:"max_event"`
	Origins        []string  `json:"origins"`   // of web pages that may publish and subscribe
	Restart        []string  `json:"restart"`   // changed, in force after the next start
	Fixed          []string  `json:"fixed"`     // decided by a flag, the environment or the configuration file
	TokenSet       bool      `json:"token_set"` // the server demands a token
}
