package live

// A Damage is the error of reading messages that the store has and cannot
// read, because part of its file was overwritten. The messages after Through
// can be read.
type Damage struct {
	After, Through int64  // the messages with After < number <= Through cannot be read
	Missing        *int64 // how many messages the reader misses; nil if that is unknown
	Err            error
}

// Error returns the cause.
func (d *Damage) Error() string { return d.Err.Error() }

// Unwrap returns the cause.
func (d *Damage) Unwrap() error { return d.Err }

// Gap returns the gap that stands for the unreadable messages in a journal
// with the given epoch.
func (d *Damage) Gap(epoch string) Gap {
	from, to := Position{epoch, d.After + 1}.String(), Position{epoch, d.Through}.String()
	reason := Textf("damaged/range", "The history is damaged: messages from {from} to {to} cannot be read.", "from", from, "to", to)
	if from == to {
		reason = Textf("damaged/one", "The history is damaged: the message {from} cannot be read.", "from", from)
	}
	return Gap{Missing: d.Missing, After: Position{epoch, d.After}.String()}.Because(reason)
}
