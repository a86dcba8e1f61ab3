package live

import "time"

// An Attempt is one attempt to connect a feed, with its result.
type Attempt struct {
	Source     int64         `json:"-"`
	Connection int64         `json:"connection"` // counts the attempts of its feed, from 1
	Started    time.Time     `json:"started"`
	Opened     time.Time     `json:"opened,omitzero"` // when the headers of a good response were read
	Ended      time.Time     `json:"ended,omitzero"`  // zero while it lasts
	DNS        time.Duration `json:"dns"`             // the duration of each step; 0 for a step that was not needed
	Connect    time.Duration `json:"connect"`
	TLS        time.Duration `json:"tls"`
	FirstByte  time.Duration `json:"first_byte"`        // from the request to the first byte of the response
	Status     int           `json:"status,omitempty"`  // of HTTP; 0 if no response came
	Address    string        `json:"address,omitempty"` // the IP address and port connected to
	Messages   int64         `json:"messages"`
	Bytes      int64         `json:"bytes"` // of the response's body
	// Code is the reason of the end, and never changes: "closed", "dns", "tls",
	// "refused", "status", "type", "timeout", "removed"…
	Code   string `json:"code,omitempty"`
	Reason string `json:"reason,omitempty"` // one or two sentences in English
	// Text and Params make Reason in another language, as in Error.
	Text   string `json:"text,omitempty"`
	Params Params `json:"params,omitempty"`
}

// A State is the state of a feed's connection.
type State string

// The five states of a feed.
const (
	Connecting State = "connecting"
	Open       State = "open"
	Quiet      State = "quiet"   // open, but silent for longer than is usual for it
	Waiting    State = "waiting" // until the next attempt
	Stopped    State = "stopped" // paused by the user, or ended for good by the server (HTML, 9.2.3)
)

// A Health is the state and the statistics of one feed's connection.
type Health struct {
	State State     `json:"state"`
	Since time.Time `json:"since"` // when the state began
	// Code and Reason explain why the state is not Open, as in Attempt, or which
	// problem an Open feed has.
	Code   string `json:"code,omitempty"`
	Reason string `json:"reason,omitempty"`
	Hint   string `json:"hint,omitempty"` // advice to the user
	// Text and Params make Reason and Hint in another language, as in Error.
	Text   string `json:"text,omitempty"`
	Params Params `json:"params,omitempty"`
	// Certificate is the SHA-256, in hex, of the server's certificate if it is not
	// trusted. The user can accept it.
	Certificate string    `json:"certificate,omitempty"`
	RetryAt     time.Time `json:"retry_at,omitzero"` // when the next attempt begins
	Attempt     int       `json:"attempt"`           // attempts since the feed was last open
	Connection  int64     `json:"connection"`        // the number of the newest attempt
	Rate        float64   `json:"rate"`              // messages a second
	Messages    int64     `json:"messages"`          // received since the program started
	Duplicates  int64     `json:"home,omitempty"`    // how many of Messages were in the journal already
	LastMessage time.Time `json:"last_message,omitzero"`
	LastByte    time.Time `json:"last_byte,omitzero"`
	// Heartbeat is the usual time between comments and UsualSilence the longest
	// usual silence, both in milliseconds; 0 until they are known.
	Heartbeat      int64   `json:"heartbeat_ms"`
	UsualSilence   int64   `json:"rhythm_ms"`
	LongestSilence int64   `json:"longest_silence_ms"` // of the last 24 hours
	Reconnects     int64   `json:"reconnects"`         // in the last 24 hours
	Up             float64 `json:"up"`                 // the share of the last 24 hours, or since it was added: 0 to 1
	ConnectP50     int64   `json:"connect_p50_us"`     // the median time to connect, in microseconds
	// Bars are the last 24 hours as 48 half hours, the oldest first: "open",
	// "warn" or "down", or "" before the feed was added.
	Bars []string `json:"bars,omitempty" ts:"Bar[]"`
	// RetryMS is the reconnection time in force, in milliseconds (HTML, 9.2.2).
	RetryMS int64 `json:"retry_ms"`
	// LastEventID is the Last-Event-ID header of the next attempt.
	LastEventID string `json:"last_event_id,omitempty"`
}

// A FeedStatus is a feed with the health of its connection.
type FeedStatus struct {
	Feed
	Health     Health
	HasSecrets []string // which secrets are stored: "token", "password", and the names of secret headers
}

// A FeedCheck is the result of trying the settings of a feed once.
type FeedCheck struct {
	OK          bool   // the server answered with a stream
	Status      int    // of HTTP; 0 if no response came
	Code        string // as in Attempt, or the code of the Error about a setting
	Field       string // the setting that is wrong; empty if none is
	Reason      string // one or two sentences in English
	Hint        string // advice to the user
	Text        string // with Params, makes Reason and Hint in another language, as in Error
	Params      Params
	Certificate string // as in Health
	DNS         time.Duration
	Connect     time.Duration
	TLS         time.Duration
	FirstByte   time.Duration
	Messages    int // received while the feed was tried
}
