package live

// A Damage is the error of a read that came to messages which the store has
// and cannot read, because a part of its file was overwritten. What lies
// behind them can be read from Through on.
type Damage struct {
	After, Through int64  // those with After < number <= Through
	Missing        *int64 // how many of them were asked for; nil where that cannot be known
	Err            error
}

// Error returns the cause.
func (d *Damage) Error() string { return d.Err.Error() }

// Unwrap returns the cause.
func (d *Damage) Unwrap() error { return d.Err }

// Gap returns the gap that a damage leaves in a journal with that epoch.
func (d *Damage) Gap(epoch string) Gap {
	from, to := Position{epoch, d.After + 1}.String(), Position{epoch, d.Through}.String()
	reason := "The history is damaged: messages from " + from + " to " + to + " cannot be read."
	if from == to {
		reason = "The history is damaged: the message " + from + " cannot be read."
	}
	return Gap{Missing: d.Missing, Code: "damaged", Reason: reason, After: Position{epoch, d.After}.String()}
}
