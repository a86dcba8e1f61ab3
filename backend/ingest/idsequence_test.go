package ingest

import "testing"

func TestASequenceCountsTheMissingIDs(t *testing.T) {
	for _, c := range []struct {
		name    string
		before  []string
		next    string
		missing int64
		known   bool
	}{
		{"plain numbers", []string{"7", "8", "9", "10"}, "11", 0, true},
		{"a jump", []string{"7", "8", "9", "10"}, "14", 3, true},
		{"a prefix that stays", []string{"run7-8", "run7-9", "run7-10", "run7-11"}, "run7-13", 1, true},
		{"another prefix", []string{"run7-8", "run7-9", "run7-10", "run7-11"}, "run8-12", 0, false},
		{"too few", []string{"7", "8", "9"}, "10", 0, false},
		{"steps of two", []string{"2", "4", "6", "8", "10"}, "12", 0, false},
		{"back", []string{"7", "8", "9", "10"}, "3", 0, false},
		{"leading zeros", []string{"007", "008", "009", "010", "011"}, "012", 0, false},
		{"positions of another Signalbox", []string{"k3f9.7", "k3f9.8", "k3f9.9", "k3f9.10"}, "k3f9.14", 0, false},
		{"words", []string{"a", "b", "c", "d"}, "e", 0, false},
		{"more than a number holds", []string{"7", "8", "9", "10"}, "99999999999999999999", 0, false},
	} {
		var s idSequence
		for _, id := range c.before {
			s.add(id)
		}
		if missing, known := s.missing(c.next); missing != c.missing || known != c.known {
			t.Errorf("%s: %d, %v, want %d, %v", c.name, missing, known, c.missing, c.known)
		}
	}
}
