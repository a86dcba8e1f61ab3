package setting

import (
	"math"

	"signalbox/backend/live"
)

// The groups of the help and of docs/settings.md.
const (
	groupAddress = "Where it listens and stores"
	groupAccess  = "Who may connect"
	groupTLS     = "HTTPS"
	groupKeep    = "How much to keep"
	groupStreams = "Channels and streams"
	groupLook    = "Look"
	groupLog     = "Logging"
	groupRunning = "The running Signalbox"
)

// The settings, in the order of the help.
var (
	Data = add(Setting{Name: "data", Kind: Folder, For: Server | Client | Store, RunTime: true, Restart: true, Group: groupAddress, Placeholder: "DIR", Check: checkFolder,
		Label: "The data folder", Help: "Folder that holds the history and the settings."})
	Addr = add(Setting{Name: "addr", Group: groupAddress, For: Server, Placeholder: "HOST:PORT", Check: checkAddr,
		Label: "The address", Help: "Address to listen on. Without it, --port on 127.0.0.1."})
	Port = add(Setting{Name: "port", Kind: Number, Default: 4480, Least: 1, Most: 65535, For: Server, RunTime: true, Restart: true, Group: groupAddress, Placeholder: "PORT",
		Label: "The port", Help: "Port to listen on at 127.0.0.1. If another program uses it, the next free one."})
	Token = add(Setting{Name: "token", For: Server | Client, Group: groupAccess, Placeholder: "TOKEN", Check: checkToken,
		Label: "The token", Help: "Token of the server, 16 characters or more. A server with one demands it of everybody, publishers and subscribers too. It needs one to listen on anything but loopback."})
	Hosts = add(Setting{Name: "hosts", Kind: List, For: Server, Group: groupAccess, Placeholder: "NAME",
		Label: "The hosts", Help: "Host names, besides loopback, that requests may address the server by."})
	Origins = add(Setting{Name: "origins", Kind: List, For: Server, RunTime: true, Group: groupAccess, Placeholder: "URL", Check: checkOrigin,
		Label: "The origins", Help: "Web sites whose pages may publish and subscribe."})
	TLSCert = add(Setting{Name: "tls_cert", Kind: File, For: Server, Group: groupTLS, Placeholder: "FILE",
		Label: "The certificate", Help: "Speak HTTPS with the certificate in this PEM file. Needs --tls-key."})
	TLSKey = add(Setting{Name: "tls_key", Kind: File, For: Server, Group: groupTLS, Placeholder: "FILE",
		Label: "The key", Help: "PEM file with the private key of --tls-cert."})
	TLSSelf = add(Setting{Name: "tls_self", Kind: Switch, For: Server, Group: groupTLS,
		Label: "Making a certificate", Help: "Speak HTTPS with a self-signed certificate. It is made once, kept in the data folder, renewed before it expires, and its SHA-256 is printed."})
	KeepMessages = add(Setting{Name: "keep.messages", Kind: Number, Most: math.MaxInt64, For: Server, RunTime: true, Group: groupKeep, Placeholder: "N",
		Label: "The number of messages to keep", Help: "Most messages to keep, of all sources together; 0 for no limit."})
	KeepBytes = add(Setting{Name: "keep.bytes", Kind: Number, Default: 2 << 30, Most: math.MaxInt64, For: Server, RunTime: true, Group: groupKeep, Placeholder: "BYTES",
		Label: "The size to keep", Unit: "bytes", Help: "Most bytes of messages to keep; 0 for no limit."})
	KeepAge = add(Setting{Name: "keep.age_days", Kind: Number, Most: live.MaxKeepDays, For: Server, RunTime: true, Group: groupKeep, Placeholder: "DAYS",
		Label: "The age to keep", Unit: "days", Help: "Age in days after which a message is deleted; 0 for never."})
	Index = add(Setting{Name: "index", Kind: Switch, Default: true, For: Server, Group: groupKeep,
		Label: "The index", Help: "Keep an index for searches. Without it they read the whole history. It takes about a fifth of the size of the messages, and false deletes it."})
	CreateChannels = add(Setting{Name: "create_channels", Kind: Switch, Default: true, For: Server, RunTime: true, Group: groupStreams,
		Label: "Creating channels", Help: "Create a channel at its first publish or subscription."})
	MaxChannels = add(Setting{Name: "max_channels", Kind: Number, Default: 1000, Least: 1, Most: 100_000, For: Server, RunTime: true, Group: groupStreams, Placeholder: "N",
		Label: "The number of channels", Help: "Most channels that publishing and subscribing create."})
	MaxEvent = add(Setting{Name: "max_event", Kind: Number, Default: 16 << 20, Least: 1024, Most: 256 << 20, For: Server, RunTime: true, Group: groupStreams, Placeholder: "BYTES",
		Label: "The largest event", Unit: "bytes", Help: "Largest event that a publisher or a feed may send, in bytes."})
	Heartbeat = add(Setting{Name: "heartbeat_s", Kind: Number, Default: 15, Least: 1, Most: 3600, For: Server, RunTime: true, Group: groupStreams, Placeholder: "SECONDS",
		Label: "The heartbeat interval", Unit: "seconds", Help: "Seconds between two heartbeat comments on a quiet stream."})
	Retry = add(Setting{Name: "retry_ms", Kind: Number, Default: 3000, Most: 3_600_000, For: Server, RunTime: true, Group: groupStreams, Placeholder: "MS",
		Label: "The reconnection time", Unit: "milliseconds", Help: "Milliseconds after which clients should reconnect."})
	URL = add(Setting{Name: "server", For: Client, Group: groupRunning, Placeholder: "URL",
		Label: "The server", Help: "Address of the running Signalbox. Without it, the one that runs on this data folder, or else http://127.0.0.1:4480."})
	CA = add(Setting{Name: "ca", Kind: File, For: Client, Group: groupRunning, Placeholder: "FILE",
		Label: "The certificates to trust", Help: "Also trust the certificates in this PEM file, such as a self-signed one."})
	Theme = add(Setting{Name: "theme", Default: "system", Choices: []string{"system", "light", "dark"}, For: Server, RunTime: true, Group: groupLook, Placeholder: "THEME",
		Label: "The theme", Help: "Colours of the window and the dashboard: system, light or dark."})
	Language = add(Setting{Name: "language", Default: "system", Choices: []string{"system", "en", "zh"}, For: Server, RunTime: true, Group: groupLook, Placeholder: "LANGUAGE",
		Label: "The language", Help: "Language of the window and the dashboard: system, en (English) or zh (Simplified Chinese)."})
	Log = add(Setting{Name: "log", Default: "warn", Choices: []string{"error", "warn", "info", "debug"}, For: Program, Group: groupLog, Placeholder: "LEVEL",
		Label: "The log level", Help: "How much to log to standard error: error, warn, info or debug."})
)
