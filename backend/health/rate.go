package health

import "time"

// A rate counts messages over the last ten seconds.
type rate struct {
	start   time.Time // of the first message
	counts  [11]int64 // in the present second and the ten before it
	seconds [11]int64 // the number of each second since start
}

const rateSeconds = 10

func (r *rate) add(n int64, now time.Time) {
	if r.start.IsZero() {
		r.start = now
	}
	s := int64(now.Sub(r.start) / time.Second)
	i := s % int64(len(r.counts))
	if r.seconds[i] != s {
		r.seconds[i], r.counts[i] = s, 0
	}
	r.counts[i] += n
}

// perSecond returns the mean over the last ten seconds, or over the time since
// the first message if that is shorter.
func (r *rate) perSecond(now time.Time) float64 {
	if r.start.IsZero() {
		return 0
	}
	age := now.Sub(r.start)
	s := int64(age / time.Second)
	sum := int64(0)
	for i, at := range r.seconds {
		if at > s-rateSeconds && at <= s {
			sum += r.counts[i]
		}
	}
	// The present second counts with its elapsed part.
	span := min(age, (rateSeconds-1)*time.Second+age%time.Second)
	return float64(sum) / max(span.Seconds(), 1)
}
