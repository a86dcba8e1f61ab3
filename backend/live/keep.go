package live

import (
	"bytes"
	"encoding/json"
	"time"
)

// A Keep limits the messages kept of the journal, or of one source. Messages
// beyond any of its limits are trimmed, the oldest first. 0 means no limit.
type Keep struct {
	Messages int64
	Bytes    int64         // the sum of Draft.Size
	Age      time.Duration // since Received; whole days in JSON
}

const day = 24 * time.Hour

// MaxKeepDays is the greatest Age in days: a century. A time.Duration holds
// almost three.
const MaxKeepDays = 36500

type keepJSON struct {
	Messages int64 `json:"messages"`
	Bytes    int64 `json:"bytes"`
	AgeDays  int64 `json:"age_days"`
}

// MarshalJSON writes {"messages","bytes","age_days"}.
func (k Keep) MarshalJSON() ([]byte, error) {
	return json.Marshal(keepJSON{k.Messages, k.Bytes, int64(k.Age / day)})
}

// UnmarshalJSON changes the limits that are in the JSON, and no others. Its error
// is an Error with the field "keep".
func (k *Keep) UnmarshalJSON(b []byte) error {
	to := keepJSON{k.Messages, k.Bytes, int64(k.Age / day)}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&to); err != nil {
		return Errorf("bad_keep/unreadable", "The limits cannot be read.").WithField("keep").WithCause(err).
			WithHint(`Write it as {"messages":0,"bytes":0,"age_days":0}; 0 means no limit.`)
	}
	switch {
	case to.Messages < 0 || to.Bytes < 0 || to.AgeDays < 0:
		return Errorf("bad_keep/negative", "A limit is a positive number, or 0 for no limit.").WithField("keep")
	case to.AgeDays > MaxKeepDays:
		return Errorf("bad_keep/age", "The age can be at most {days} days.", "days", MaxKeepDays).WithField("keep")
	}
	*k = Keep{to.Messages, to.Bytes, time.Duration(to.AgeDays) * day}
	return nil
}
