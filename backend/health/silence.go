package health

import (
	"math"
	"slices"
	"time"
)

// A silenceModel learns how long one feed is usually silent, from that feed alone.
//
// Silences are weighted by their length. If a feed sends a hundred messages in a
// second and then nothing for a minute, its usual silence is a minute, although
// nearly all its silences are short. The usual silence is the length up to which
// silences make up 95 % of the time. The weight of older silences has a half-life
// of six hours of connected time, and a single long silence does not count.
type silenceModel struct {
	weight  [96]float64 // seconds spent in silences of this bucket; four buckets for each doubling from 1 ms
	total   float64     // seconds in all buckets
	count   int
	unfaded float64 // seconds since the weights were last reduced

	idleBeats   recent // intervals between comments without a message between them
	allBeats    recent // intervals between all comments
	lastComment time.Time
	interrupted bool // a message was received since the last comment

	longest [24]time.Duration // the longest silence of each of the last 24 hours
	hours   [24]int64
}

const (
	halfLife   = 6 * 3600.0 // in seconds
	usualShare = 0.95
	// minQuiet is the shortest silence after which a feed is quiet.
	minQuiet = 10 * time.Second
	// quietUnknown replaces the threshold while the model knows too little. Without
	// it, a connection that died unnoticed would always look open.
	quietUnknown = 10 * time.Minute
	// The model needs this many silences, and this many seconds of them in all.
	enoughSilences = 6
	enoughSeconds  = 10.0
)

// add counts a silence of d that ended now.
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

// comment counts a comment, which usually is a heartbeat.
func (s *silenceModel) comment(now time.Time) {
	if !s.lastComment.IsZero() {
		s.allBeats.add(now.Sub(s.lastComment))
		if !s.interrupted {
			s.idleBeats.add(now.Sub(s.lastComment))
		}
	}
	s.lastComment, s.interrupted = now, false
}

// message counts a message.
func (s *silenceModel) message() { s.interrupted = true }

// disconnected ends the present interval between comments.
func (s *silenceModel) disconnected() { s.lastComment = time.Time{} }

// heartbeat returns the usual time between comments, 0 while it is not known.
// Some servers send a comment only after a time without messages.
func (s *silenceModel) heartbeat() time.Duration {
	if s.idleBeats.n >= 2 {
		return s.idleBeats.median()
	}
	if s.allBeats.n >= 3 {
		return s.allBeats.median()
	}
	return 0
}

// usual returns the longest usual silence, 0 while the model knows too little.
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

// expected returns the time within which the feed usually sends something, 0
// while it is not known.
func (s *silenceModel) expected() time.Duration { return max(s.usual(), s.heartbeat()) }

// quietAfter returns the silence after which the feed is quiet.
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

// A recent stores the last 15 durations.
type recent struct {
	d [15]time.Duration
	n int // durations added so far
}

func (r *recent) add(d time.Duration) {
	r.d[r.n%len(r.d)] = d
	r.n++
}

// median returns the median, or 0 without durations.
func (r *recent) median() time.Duration {
	n := min(r.n, len(r.d))
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.d[:n]))
	return sorted[n/2]
}
