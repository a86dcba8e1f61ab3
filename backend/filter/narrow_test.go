package filter

import (
	"testing"
	"time"
)

func TestAFilterKnowsTheTimesOfItsEvents(t *testing.T) {
	at := func(d time.Duration) time.Time { return now.Add(d * time.Minute) }
	none := time.Time{}
	for text, want := range map[string]struct {
		from, to time.Time
		byHead   bool
	}{
		"":                                  {none, none, true},
		"after:-15m":                        {at(-15), none, true},
		"after:-15m before:-5m event:a":     {at(-15), at(-5), true},
		"after:-15m after:-5m -source:pay*": {at(-5), none, true},
		"before:-15m before:-5m is:gap":     {none, at(-15), true},
		"-after:-15m":                       {none, at(-15), false},
		"after:-15m or after:-5m":           {at(-15), none, false},
		"after:-15m or before:-25m":         {none, none, false},
		"(after:-15m before:-5m) or (after:-9m before:-2m)": {at(-15), at(-2), false},
		"-(after:-5m or before:-15m)":                       {at(-15), at(-5), false},
		"-(after:-5m before:-1m)":                           {none, none, false},
		"after:-15m or paid":                                {none, none, false},
		"after:-15m paid":                                   {at(-15), none, false},
		"event:a or -(event:b source:payments)":             {none, none, true},
		"id:7 event:a":                                      {none, none, false},
		"$.a event:a":                                       {none, none, false},
	} {
		f := parse(t, text)
		from, to := f.Times()
		if !from.Equal(want.from) || !to.Equal(want.to) || f.ByHead() != want.byHead {
			t.Errorf("%q is from %s to %s, by head %v", text, from, to, f.ByHead())
		}
	}
}
