package live

import (
	"bytes"
	"encoding/json"
	"time"
)

// Keep says how much of the journal, or of one source, to keep. Zero means no
// limit. In JSON the age is in days.
type Keep struct {
	Messages int64
	Bytes    int64
	Age      time.Duration
}

const day = 24 * time.Hour

// maxKeepDays is the greatest age that fits a time.Duration, about: a century.
const maxKeepDays = 36500

type keepJSON struct {
	Messages int64 `json:"messages"`
	Bytes    int64 `json:"bytes"`
	AgeDays  int64 `json:"age_days"`
}

// MarshalJSON writes {"messages","bytes","age_days"}.
func (k Keep) MarshalJSON() ([]byte, error) {
	return json.Marshal(keepJSON{k.Messages, k.Bytes, int64(k.Age / day)})
}

// UnmarshalJSON changes what the JSON names and leaves the rest. An error is
// an Error of the field "keep".
func (k *Keep) UnmarshalJSON(b []byte) error {
	to := keepJSON{k.Messages, k.Bytes, int64(k.Age / day)}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&to); err != nil {
		return Errorf("bad_keep", "How much to keep cannot be read.").WithField("keep").WithCause(err).
			WithHint(`Write it as {"messages":0,"bytes":0,"age_days":0}; 0 means no limit.`)
	}
	switch {
	case to.Messages < 0 || to.Bytes < 0 || to.AgeDays < 0:
		return Errorf("bad_keep", "How much to keep is 0 for no limit, or a positive number.").WithField("keep")
	case to.AgeDays > maxKeepDays:
		return Errorf("bad_keep", "The age to keep is at most %d days.", maxKeepDays).WithField("keep")
	}
	*k = Keep{to.Messages, to.Bytes, time.Duration(to.AgeDays) * day}
	return nil
}

// A Cut says which messages a store deletes: the oldest of a source, or of
// the journal.
type Cut struct {
	Source   int64     // of this source; 0 means of all
	Messages int64     // at least so many messages,
	Bytes    int64     // and so many that they have this size together,
	Before   time.Time // and those received before this time
	// Removed deletes everything of the source, and what is remembered of its
	// trimmed messages.
	Removed bool
	Limit   int // but at most so many messages at once; 0 means 500
}

// A Trimmed is what a Cut deleted.
type Trimmed struct {
	Sources map[int64]Tally // Kept and Bytes of what went of each source; empty where nothing did
	First   int64           // the oldest number kept now, 0 where none is
	More    bool            // the store has more space to give back to the disk
}
