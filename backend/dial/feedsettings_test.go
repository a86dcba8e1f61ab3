package dial

import (
	"errors"
	"testing"

	"signalbox/backend/live"
)

func TestATimeIsReadFromAPath(t *testing.T) {
	for path, ok := range map[string]bool{"": true, " $.at ": true, `$["sent at"][0]`: true, "at": false, "$.": false} {
		f := live.Feed{URL: "http://feed.test/", TimePath: path}
		err := Normalize(&f, &live.Secrets{})
		if e, is := errors.AsType[*live.Error](err); (err == nil) != ok || is && e.Field != "time_path" {
			t.Errorf("%q: %v", path, err)
		}
		other := f
		other.TimePath = "$.other"
		if !SameRequest(&f, &other) {
			t.Errorf("%q: another request", path)
		}
	}
}

func TestARateLimitIsANumberOfMessages(t *testing.T) {
	for rate, ok := range map[int]bool{0: true, 1: true, MaxRate: true, -1: false, MaxRate + 1: false} {
		f := live.Feed{URL: "http://feed.test/", MaxRate: rate}
		err := Normalize(&f, &live.Secrets{})
		if e, is := errors.AsType[*live.Error](err); (err == nil) != ok || is && e.Field != "max_rate" {
			t.Errorf("%d: %v", rate, err)
		}
	}
}
