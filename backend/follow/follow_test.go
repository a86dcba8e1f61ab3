package follow_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"signalbox/backend/follow"
	"signalbox/backend/live"
)

func handle(t *testing.T, h http.HandlerFunc) live.Feed {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return live.Feed{URL: s.URL, Proxy: "direct"}
}

func TestFollowReconnectsAndResumesWithoutAJournal(t *testing.T) {
	var asked []string
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("Last-Event-ID"))
		w.Header().Set("Content-Type", "text/event-stream")
		from, to := 1, 5
		if len(asked) > 1 {
			from, to = 6, 6
		}
		fmt.Fprint(w, "retry: 1\n\n")
		for n := from; n <= to; n++ {
			fmt.Fprintf(w, "id: %d\ndata: order %d\n\n", n, n)
		}
	})
	var got, states []string
	enough := errors.New("enough")
	err := follow.Follow(t.Context(), fd, live.Secrets{}, follow.Options{
		LastEventID: "0",
		State:       func(code, s string) { states = append(states, code+": "+s) },
		Event: func(d live.Draft) error {
			got = append(got, d.Kind.String()+" "+d.ID)
			if d.ID == "6" {
				return enough
			}
			return nil
		},
	})
	if err != enough {
		t.Error(err)
	}
	if !slices.Equal(asked, []string{"0", "5"}) {
		t.Errorf("it resumed after %q", asked)
	}
	if s := strings.Join(got, ", "); s != "event 1, event 2, event 3, event 4, event 5, gap , event 6" {
		t.Error(s)
	}
	if len(states) != 3 || !strings.HasPrefix(states[0], ": Connected to ") || !strings.Contains(states[1], "closed/stream: The server closed the stream. Next attempt in ") {
		t.Errorf("%q", states)
	}
}

func TestAGapOfASignalboxIsAGap(t *testing.T) {
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "event: gap\ndata: {\"missing\":3,\"code\":\"trimmed\",\"reason\":\"Older messages were deleted.\"}\n\n")
	})
	var got []live.Draft
	err := follow.Follow(t.Context(), fd, live.Secrets{}, follow.Options{Once: true, Event: func(d live.Draft) error { got = append(got, d); return nil }})
	if err != nil || len(got) != 1 || got[0].Kind != live.GapKind {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWithOnceFollowEndsWithTheStream(t *testing.T) {
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: a\n\n")
	})
	n := 0
	err := follow.Follow(t.Context(), fd, live.Secrets{}, follow.Options{Once: true, Event: func(live.Draft) error { n++; return nil }})
	if err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	fd = handle(t, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", 404) })
	err = follow.Follow(t.Context(), fd, live.Secrets{}, follow.Options{Once: true, Event: func(live.Draft) error { return nil }})
	if !errors.Is(err, &live.Error{Code: "status"}) || !strings.Contains(err.Error(), "404 Not Found") {
		t.Error(err)
	}
	if err := follow.Follow(context.Background(), live.Feed{URL: "x"}, live.Secrets{}, follow.Options{}); !errors.Is(err, &live.Error{Code: "bad_url"}) {
		t.Error(err)
	}
}
