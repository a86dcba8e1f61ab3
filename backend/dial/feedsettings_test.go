package dial

import (
	"errors"
	"testing"

	"signalbox/backend/live"
)

func TestARateLimitIsANumberOfMessages(t *testing.T) {
	for rate, ok := range map[int]bool{0: true, 1: true, MaxRate: true, -1: false, MaxRate + 1: false} {
		f := live.Feed{URL: "http://feed.test/", MaxRate: rate}
		err := Normalize(&f, &live.Secrets{})
		if e, is := errors.AsType[*live.Error](err); (err == nil) != ok || is && e.Field != "max_rate" {
			t.Errorf("%d: %v", rate, err)
		}
	}
}
