package health

import (
	"math"
	"slices"
	"time"
)

// A silenceModel knows what silence is usual for one feed: how often it gives a
// sign of life, and how long it is silent at most. It learns from the feed
// alone.
//
// Silences are weighted by their length: a feed that sends a hundred messages in
// a second and then nothing for a minute is used to a minute, although nearly all
// its silences are short. Usual is the length up to which silences make up 95 %
// of the time. Older silences fade with a half-life of six hours of connected
// time, and one long silence among many does not count.
type silenceModel struct {
	weight  [96]float64 // seconds spent in silences of this bucket; four buckets for each doubling from 1 ms
	total   float64     // seconds in all buckets
	count   int
	unfaded float64 // seconds since the weights were last reduced

	idleBeats   recent // intervals of comments with nothing between
	allBeats    recent // intervals of comments in any case
	lastComment time.Time
	interrupted bool // something else was received since the last comment

	longest [24]time.Duration // the longest silence of each of the last 24 hours
	hours   [24]int64
}

const (
	halfLife   = 6 * 3600.0 // in seconds
	usualShare = 0.95
	// minQuiet is the shortest silence for which a feed is called quiet.
	minQuiet = 10 * time.Second
	// quietUnknown is how long a feed may be silent while nothing is known about
	// it. Without it a stream that died unnoticed would look well for ever.
	quietUnknown = 10 * time.Minute
	// A feed is judged after so many silences of so many seconds in all.
	enoughSilences = 6
	enoughSeconds  = 10.0
)

// add notes that the feed was silent for d before it was heard from.
func (s *silenceModel) add(d time.Duration, now time.Time) {
	if d <= 0 {
		return
	}
	hour := now.Unix() / 3600
	i := int(((hour % 24) + 24) % 24)
	if s.hours[i] != hour {
		s.hours[i], s.longest[i] = hour, 0
	}
	s.longest[i] = max(s.longest[i], d)

	seconds := d.Seconds()
	s.weight[bucket(d)] += seconds
	s.total += seconds
	s.count++
	if s.unfaded += seconds; s.unfaded > 60 {
		f := math.Exp2(-s.unfaded / halfLife)
		for i := range s.weight {
			s.weight[i] *= f
		}
		s.total *= f
		s.unfaded = 0
	}
}

// comment notes a comment, mostly a heartbeat.
func (s *silenceModel) comment(now time.Time) {
	if !s.lastComment.IsZero() {
		s.allBeats.add(now.Sub(s.lastComment))
		if !s.interrupted {
			s.idleBeats.add(now.Sub(s.lastComment))
		}
	}
	s.lastComment, s.interrupted = now, false
}

// message notes that a message was received.
func (s *silenceModel) message() { s.interrupted = true }

// disconnected notes that the time until the next comment is no interval.
func (s *silenceModel) disconnected() { s.lastComment = time.Time{} }

// heartbeat returns the usual time between comments, 0 while it is not known.
// Servers differ: some send one only after a time without messages.
func (s *silenceModel) heartbeat() time.Duration {
	if s.idleBeats.n >= 2 {
		return s.idleBeats.median()
	}
	if s.allBeats.n >= 3 {
		return s.allBeats.median()
	}
	return 0
}

// usual returns the longest silence that is usual, 0 while too little is known.
func (s *silenceModel) usual() time.Duration {
	if s.count < enoughSilences || s.total < enoughSeconds {
		return 0
	}
	sum := 0.0
	for i, w := range s.weight {
		if sum += w; sum >= usualShare*s.total {
			return bucketEnd(i)
		}
	}
	return bucketEnd(len(s.weight) - 1)
}

// expected returns within what time the feed is usually heard from, 0 while that
// is not known.
func (s *silenceModel) expected() time.Duration { return max(s.usual(), s.heartbeat()) }

// quietAfter returns how long the feed may be silent before it is called quiet.
func (s *silenceModel) quietAfter() time.Duration {
	d := s.expected()
	if d == 0 {
		return quietUnknown
	}
	return max(3*d, minQuiet)
}

// longest24h returns the longest silence of the last 24 hours.
func (s *silenceModel) longest24h(now time.Time) (d time.Duration) {
	hour := now.Unix() / 3600
	for i, h := range s.hours {
		if hour-24 < h && h <= hour {
			d = max(d, s.longest[i])
		}
	}
	return d
}

// bucket returns the bucket of a silence.
func bucket(d time.Duration) int {
	ms := max(1, float64(d)/float64(time.Millisecond))
	return min(int(math.Ceil(math.Log2(ms)*4-1e-9)), 95)
}

// bucketEnd returns the longest silence of a bucket.
func bucketEnd(bucket int) time.Duration {
	return time.Duration(math.Exp2(float64(bucket)/4) * float64(time.Millisecond))
}

// A recent holds the last 15 durations.
type recent struct {
	d [15]time.Duration
	n int // how many were added
}

func (r *recent) add(d time.Duration) {
	r.d[r.n%len(r.d)] = d
	r.n++
}

// median returns the median, 0 where there is none.
func (r *recent) median() time.Duration {
	n := min(r.n, len(r.d))
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.d[:n]))
	return sorted[n/2]
}
