package humanize_test

import (
	"testing"
	"time"

	"signalbox/backend/humanize"
)

func TestADurationHasTheUnitThatFitsIt(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                     "0 ms",
		999 * time.Millisecond:                "999 ms",
		time.Second:                           "1 s",
		3200 * time.Millisecond:               "3.2 s",
		45900 * time.Millisecond:              "45 s",
		119 * time.Second:                     "119 s",
		2 * time.Minute:                       "2 min",
		5*time.Hour + 7*time.Minute:           "5 h 07 min",
		3*24*time.Hour + 23*time.Hour:         "3 days",
		47*time.Hour + 59*time.Minute + 59999: "47 h 59 min",
	} {
		if got := humanize.Duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestASizeHasTheUnitThatFitsIt(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 bytes", 1023: "1023 bytes", 5000: "4.9 KiB", 16 << 20: "16 MiB", 3 << 19: "1.5 MiB", 3 << 29: "1.5 GiB",
	} {
		if got := humanize.Bytes(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestOneIsSingular(t *testing.T) {
	for want, got := range map[string]string{
		"1 gap": humanize.Count(1, "gap"), "0 gaps": humanize.Count(0, "gap"), "7 gaps": humanize.Count(7, "gap"),
		"once": humanize.Times(1), "2 times": humanize.Times(2),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
