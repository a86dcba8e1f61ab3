package live

// A Feed is a remote SSE stream that Signalbox follows, with the user's
// settings. Its passwords and tokens are stored apart, in Secrets.
type Feed struct {
	Source
	URL     string   `json:"url"`                        // http or https
	Method  string   `json:"method" ts:"'GET' | 'POST'"` // GET or POST
	Body    string   `json:"body,omitempty"`             // of a POST
	Headers []Header `json:"headers,omitempty"`
	Auth    string   `json:"auth,omitempty" ts:"'' | 'bearer' | 'basic'"` // how to sign in: "", "bearer" or "basic"
	User    string   `json:"user,omitempty"`                              // the user name of basic sign-in
	// CA has certificate authorities in PEM that this feed trusts in addition to
	// those of the system.
	CA string `json:"ca,omitempty"`
	// Certificate is the SHA-256, in hex, of a server certificate that the user
	// accepted although it cannot be verified.
	Certificate string `json:"certificate,omitempty"`
	// Proxy is the URL of a proxy, "direct" for none, or empty for the proxy that
	// the environment variables name.
	Proxy string `json:"proxy,omitempty"`
	// MaxRate is the most messages to store in a second, 0 for no limit. A Gap
	// counts the others.
	MaxRate int `json:"max_rate,omitempty"`
	// TimePath is the path of the field in the data that says when a message was
	// sent, as in "$.meta.at"; empty to look for one of the usual names.
	TimePath string `json:"time_path,omitempty"`
	Paused   bool   `json:"paused"`
	// Fault is the reason why the stored settings cannot be read; empty if they
	// can. With a Fault only the Source is known, and the feed waits until the user
	// edits or removes it.
	Fault Text `json:"-"`
}

// A Header is one header of a feed's request. If it is Secret, its Value is
// empty, and Secrets.Headers has the value under its name.
type Header struct {
	Name   string `json:"name"`
	Value  string `json:"value,omitempty"`
	Secret bool   `json:"secret,omitempty"`
}

// Secrets are the secret parts of a feed's settings. They are stored in the
// system's keyring, or in a file that only the user can read.
type Secrets struct {
	Token    string            `json:"token,omitempty"`    // of bearer sign-in
	Password string            `json:"password,omitempty"` // of basic sign-in
	Headers  map[string]string `json:"headers,omitempty"`  // values of secret headers, by name
}
