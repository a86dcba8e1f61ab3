package moment

import (
	"context"
	"net/http"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// Attempts has the records of the attempts to connect.
type Attempts interface {
	// LastAttempts returns the attempt of each feed that was the last to begin at or
	// before a time. A feed without one is left out.
	LastAttempts(ctx context.Context, at time.Time) ([]live.Attempt, error)
}

// Feeds are the feeds that are followed.
type Feeds interface{ List() []live.FeedStatus }

// A Moment answers the requests for a moment.
type Moment struct {
	attempts Attempts
	feeds    Feeds
}

// New returns a Moment.
func New(attempts Attempts, feeds Feeds) *Moment { return &Moment{attempts, feeds} }

// A feedView is a feed as it was at a moment.
type feedView struct {
	Source string     `json:"source"`
	State  live.State `json:"state"`
	Since  time.Time  `json:"since"` // when the state began
	// Code, Reason, Text and Params say why the feed was not connected, as in an attempt.
	Code   string      `json:"code,omitempty"`
	Reason string      `json:"reason,omitempty"`
	Text   string      `json:"text,omitempty"`
	Params live.Params `json:"params,omitempty"`
}

// Feeds answers GET /api/moment. A feed of which nothing is known at that time is
// left out.
func (m *Moment) Feeds(w http.ResponseWriter, r *http.Request) error {
	params, err := httpapi.Query(r)
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339Nano, params.Get("at"))
	if err != nil {
		return live.Errorf("bad_at", "The time cannot be read.").WithField("at").
			WithHint("Write it as in 2026-11-21T14:02:08Z.").WithCause(err)
	}
	attempts, err := m.attempts.LastAttempts(r.Context(), at)
	if err != nil {
		return err
	}
	bySource := make(map[int64]live.Attempt, len(attempts))
	for _, a := range attempts {
		bySource[a.Source] = a
	}
	views := []feedView{}
	for _, feed := range m.feeds.List() {
		a, ok := bySource[feed.Source.ID]
		if !ok {
			continue
		}
		// While a connection is open, its record ends when it was last stored.
		if s := feed.Health.State; a.Code == "" && a.Connection == feed.Health.Connection && (s == live.Open || s == live.Quiet) {
			a.Ended = time.Time{}
		}
		view := standing(a, at)
		view.Source = feed.Source.Name
		views = append(views, view)
	}
	return httpapi.WriteJSON(w, http.StatusOK, map[string]any{"at": at.UTC(), "feeds": views})
}

// standing says how a feed was at a time whose last attempt is a.
func standing(a live.Attempt, at time.Time) feedView {
	switch {
	case !a.Ended.IsZero() && !at.Before(a.Ended):
		view := feedView{State: live.Waiting, Since: a.Ended.UTC(), Code: a.Code, Reason: a.Reason, Text: a.Text, Params: a.Params}
		if a.Code == "paused" || a.Code == "ended" {
			view.State = live.Stopped
		}
		return view
	case a.Opened.IsZero() || at.Before(a.Opened):
		return feedView{State: live.Connecting, Since: a.Started.UTC()}
	}
	return feedView{State: live.Open, Since: a.Opened.UTC()}
}
