package feed

import (
	"math"
	"slices"
	"time"
)

// A rhythm is what is usual for one feed: how often it gives a sign of life,
// and how long it is silent at most. It is learned from the feed alone.
//
// Silences are weighed by their length: a feed that sends a hundred messages
// in a second and then nothing for a minute is used to a minute, although
// nearly all its silences are short. What is usual is the silence that makes
// up 95 of 100 seconds or less. Old experience fades with a half-life of six
// hours of connected time, and one long silence among many does not count.
type rhythm struct {
	weight [96]float64 // seconds spent in silences of this length; four classes for each doubling from 1 ms
	total  float64
	signs  int
	faded  float64 // seconds since the weights were last made smaller

	beats   lately // between two comments with nothing in between
	mixed   lately // between two comments in any case
	beat    time.Time
	between bool // something came since the last comment

	longest [24]time.Duration // the longest silence of each of the last 24 hours
	hours   [24]int64
}

const (
	halfLife = 6 * 3600.0
	usual    = 0.95
	// quietFloor is what nobody is called silent for.
	quietFloor = 10 * time.Second
	// quietUnknown is how long a feed may be silent of which the rhythm is not
	// known. Without it a stream that died without a word would look well for ever.
	quietUnknown = 10 * time.Minute
	// A feed is judged after so many signs of life in so many seconds.
	enoughSigns   = 6
	enoughSeconds = 10.0
)

// silence notes that the feed was silent for d before a sign of life.
func (r *rhythm) silence(d time.Duration, now time.Time) {
	if d <= 0 {
		return
	}
	hour := now.Unix() / 3600
	i := int(((hour % 24) + 24) % 24)
	if r.hours[i] != hour {
		r.hours[i], r.longest[i] = hour, 0
	}
	r.longest[i] = max(r.longest[i], d)

	s := d.Seconds()
	r.weight[class(d)] += s
	r.total += s
	r.signs++
	if r.faded += s; r.faded > 60 {
		f := math.Exp2(-r.faded / halfLife)
		for i := range r.weight {
			r.weight[i] *= f
		}
		r.total *= f
		r.faded = 0
	}
}

// comment notes a comment: it is mostly a heartbeat.
func (r *rhythm) comment(now time.Time) {
	if !r.beat.IsZero() {
		r.mixed.add(now.Sub(r.beat))
		if !r.between {
			r.beats.add(now.Sub(r.beat))
		}
	}
	r.beat, r.between = now, false
}

// message notes that something else than a comment came.
func (r *rhythm) message() { r.between = true }

// lost says that the connection is gone: the time until the next comment is no interval.
func (r *rhythm) lost() { r.beat = time.Time{} }

// heartbeat returns the usual time between comments, 0 while it is not known.
func (r *rhythm) heartbeat() time.Duration {
	if r.beats.n >= 2 {
		return r.beats.median()
	}
	if r.mixed.n >= 3 {
		return r.mixed.median()
	}
	return 0
}

// usual returns the longest silence that is usual, 0 while too little is known.
func (r *rhythm) usual() time.Duration {
	if r.signs < enoughSigns || r.total < enoughSeconds {
		return 0
	}
	sum := 0.0
	for i, w := range r.weight {
		if sum += w; sum >= usual*r.total {
			return edge(i)
		}
	}
	return edge(len(r.weight) - 1)
}

// expected returns within what time a sign of life usually comes, 0 while that
// is not known.
func (r *rhythm) expected() time.Duration { return max(r.usual(), r.heartbeat()) }

// patience returns how long the feed may be silent before it is called quiet.
func (r *rhythm) patience() time.Duration {
	d := r.expected()
	if d == 0 {
		return quietUnknown
	}
	return max(3*d, quietFloor)
}

// longestSilence returns the longest of the last 24 hours.
func (r *rhythm) longestSilence(now time.Time) (d time.Duration) {
	hour := now.Unix() / 3600
	for i, h := range r.hours {
		if hour-24 < h && h <= hour {
			d = max(d, r.longest[i])
		}
	}
	return d
}

func class(d time.Duration) int {
	ms := max(1, float64(d)/float64(time.Millisecond))
	return min(int(math.Ceil(math.Log2(ms)*4-1e-9)), 95)
}

// edge returns the longest silence of a class.
func edge(class int) time.Duration {
	return time.Duration(math.Exp2(float64(class)/4) * float64(time.Millisecond))
}

// A lately holds the last few durations.
type lately struct {
	d [15]time.Duration
	n int
}

func (r *lately) add(d time.Duration) {
	r.d[r.n%len(r.d)] = d
	r.n++
}

func (r *lately) median() time.Duration {
	n := min(r.n, len(r.d))
	if n == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(r.d[:n]))
	return s[n/2]
}
