package live

import "time"

// A Feed is a remote SSE stream that Signalbox follows, as the user set it
// up. Secrets are not in it.
type Feed struct {
	Source
	URL     string   `json:"url"`    // http or https
	Method  string   `json:"method"` // GET or POST
	Body    string   `json:"body,omitempty"`
	Headers []Header `json:"headers,omitempty"`
	Auth    string   `json:"auth,omitempty"` // "", "bearer" or "basic"
	User    string   `json:"user,omitempty"` // of basic sign-in
	// CA is extra certificate authorities in PEM.
	CA string `json:"ca,omitempty"`
	// Certificate is the SHA-256 of the one server certificate, in hex, that
	// the user accepted although it cannot be verified.
	Certificate string `json:"certificate,omitempty"`
	// Proxy is a proxy's URL, "direct" for none, or empty for what the
	// environment says.
	Proxy string `json:"proxy,omitempty"`
	// MaxRate is how many messages a second are taken; the others are counted
	// in a gap. 0 takes all.
	MaxRate int  `json:"max_rate,omitempty"`
	Paused  bool `json:"paused"`
	// Fault says why the stored settings cannot be read. Then only the Source
	// is known, and the feed waits to be edited or removed.
	Fault string `json:"-"`
}

// A Header is one header of a feed's request. The value of a secret one lies
// in Secrets under its name and is empty here.
type Header struct {
	Name   string `json:"name"`
	Value  string `json:"value,omitempty"`
	Secret bool   `json:"secret,omitempty"`
}

// Secrets are what must not be seen of a feed: they lie in the system's
// keyring, or in a file that only the user can read.
type Secrets struct {
	Token    string            `json:"token,omitempty"`    // of bearer sign-in
	Password string            `json:"password,omitempty"` // of basic sign-in
	Headers  map[string]string `json:"headers,omitempty"`  // values of secret headers, by name
}

// An Attempt is one try to connect a feed, and what came of it.
type Attempt struct {
	Source     int64         `json:"-"`
	Connection int64         `json:"connection"` // counts the attempts of its feed, from 1
	Started    time.Time     `json:"started"`
	Opened     time.Time     `json:"opened,omitzero"` // headers of a good answer were read
	Ended      time.Time     `json:"ended,omitzero"`  // zero while it lasts
	DNS        time.Duration `json:"dns"`             // each step in nanoseconds, 0 where there was none
	Connect    time.Duration `json:"connect"`
	TLS        time.Duration `json:"tls"`
	FirstByte  time.Duration `json:"first_byte"`
	Status     int           `json:"status,omitempty"` // HTTP status, 0 where no answer came
	Address    string        `json:"address,omitempty"`
	Messages   int64         `json:"messages"`
	Bytes      int64         `json:"bytes"`
	Code       string        `json:"code,omitempty"`   // why it ended: "closed", "dns", "tls", "refused", "status", "type", "timeout", "removed"…
	Reason     string        `json:"reason,omitempty"` // the same as a sentence
}

// A State is how a feed's connection is doing.
type State string

// The five states of a feed.
const (
	Connecting State = "connecting"
	Open       State = "open"
	Quiet      State = "quiet"   // open, but silent for longer than its own rhythm
	Waiting    State = "waiting" // for the next attempt
	Stopped    State = "stopped" // by the user, or for good as the standard says
)

// Health is what is known about one feed's connection at one moment.
type Health struct {
	State  State     `json:"state"`
	Since  time.Time `json:"since"`            // when this state began
	Code   string    `json:"code,omitempty"`   // of the reason, as in Attempt
	Reason string    `json:"reason,omitempty"` // a sentence, where the state is not open
	Hint   string    `json:"hint,omitempty"`   // what to do about it
	// Certificate is the SHA-256 of a certificate that was not trusted, for
	// "accept this certificate".
	Certificate string    `json:"certificate,omitempty"`
	RetryAt     time.Time `json:"retry_at,omitzero"` // of the next attempt
	Attempt     int       `json:"attempt"`           // attempts since it was last open
	Connection  int64     `json:"connection"`
	Rate        float64   `json:"rate"` // messages a second
	Messages    int64     `json:"messages"`
	Home        int64     `json:"home,omitempty"` // of Messages, those that the journal held already
	LastMessage time.Time `json:"last_message,omitzero"`
	LastByte    time.Time `json:"last_byte,omitzero"`
	// Heartbeat is the usual time between comments and Rhythm the longest
	// silence that is usual; in milliseconds, 0 while too little is known.
	Heartbeat  int64   `json:"heartbeat_ms"`
	Rhythm     int64   `json:"rhythm_ms"`
	Silence    int64   `json:"longest_silence_ms"`
	Reconnects int64   `json:"reconnects"` // in the last 24 hours
	Up         float64 `json:"up"`         // 0 to 1, over the last 24 hours or since it was added
	ConnectP50 int64   `json:"connect_p50_us"`
	// Bars are the last 24 hours in 48 half hours, oldest first: "" before it
	// was added, else "open", "warn" or "down".
	Bars []string `json:"bars,omitempty"`
	// RetryMS is the reconnection time in force, in milliseconds.
	RetryMS int64 `json:"retry_ms"`
	// LastEventID is what the next attempt will send.
	LastEventID string `json:"last_event_id,omitempty"`
}

// A FeedStatus is a feed and how its connection is doing.
type FeedStatus struct {
	Feed
	Health     Health
	HasSecrets []string // "token", "password", and the names of secret headers
}

// A FeedCheck is the result of trying a feed's settings once.
type FeedCheck struct {
	OK          bool
	Status      int    // the HTTP status; 0 where no answer came
	Code        string // as in Attempt, or the code of the Error about a setting
	Field       string // the setting that is wrong, where one is
	Reason      string // a sentence
	Hint        string
	Certificate string // as in Health
	DNS         time.Duration
	Connect     time.Duration
	TLS         time.Duration
	FirstByte   time.Duration
	Messages    int // received during the check
}
