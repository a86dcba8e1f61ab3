package feed

import (
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"signalbox/backend/live"
)

// damage changes the feeds' settings directly in the database, and restarts the
// follower.
func (f *fixture) damage(query string, args ...any) {
	f.Helper()
	f.stop()
	db, err := sql.Open("sqlite3", filepath.Join(f.dir, "signalbox.db"))
	f.must(err)
	_, err = db.Exec(query, args...)
	f.must(errors.Join(err, db.Close()))
	f.start()
}

func TestAFeedThatCannotBeReadDoesNotAffectTheOthers(t *testing.T) {
	for name, damage := range map[string]string{
		"no JSON":        `UPDATE feeds SET settings = '{"url":"http' WHERE source = ?`,
		"other JSON":     `UPDATE feeds SET settings = '{"url":17}' WHERE source = ?`,
		"no address":     `UPDATE feeds SET settings = '{}' WHERE source = ?`,
		"no settings":    `DELETE FROM feeds WHERE source = ?`,
		"not even UTF-8": `UPDATE feeds SET settings = CAST(x'ff00fe' AS TEXT) WHERE source = ?`,
	} {
		t.Run(name, func(t *testing.T) {
			log := &syncBuffer{}
			f := follow(t, Options{Log: slog.New(slog.NewTextHandler(log, nil))})
			r := serve(t)
			bad := f.secretFeed("bad", r.URL+"/bad")
			r.next(t).stream("id: 5\ndata: a\n\n")
			f.untilCount("bad", 1)
			f.add("good", r.URL+"/good")
			r.next(t).stream("")
			f.damage(damage, bad.Source.ID)

			if c := r.next(t).stream(""); c.URL.Path != "/good" {
				t.Fatalf("%s", c.URL)
			}
			s := f.wait("bad", "shown", func(s live.FeedStatus) bool { return s.Health.State == live.Stopped })
			if s.Health.Code != "settings" || !strings.Contains(s.Health.Reason, "cannot be read") || s.Health.Hint == "" {
				t.Errorf("%+v", s.Health)
			}
			if !strings.Contains(log.String(), "settings cannot be read") {
				t.Errorf("the log has %s", log)
			}
			for what, err := range map[string]error{"pause": f.Pause(t.Context(), "bad"), "reconnect": f.Reconnect("bad")} {
				if !errors.Is(err, &live.Error{Code: "settings"}) {
					t.Errorf("%s: %v", what, err)
				}
			}
			f.ReconnectAll()
			if c := r.next(t).stream(""); c.URL.Path != "/good" {
				t.Fatalf("%s", c.URL)
			}

			// After an edit it resumes after its last message, with its secrets.
			fd := bad.Feed
			_, err := f.Edit(t.Context(), "bad", fd, nil)
			f.must(err)
			c := r.next(t).stream("")
			f.signedIn(c)
			if c.URL.Path != "/bad" || c.Header.Get("Last-Event-ID") != "5" {
				t.Errorf("%s after %q", c.URL, c.Header.Get("Last-Event-ID"))
			}
			f.open("bad")

			f.damage(damage, bad.Source.ID)
			f.wait("bad", "shown", func(s live.FeedStatus) bool { return s.Health.State == live.Stopped })
			// At another server its secrets are not used.
			fd.URL = strings.Replace(r.URL, "127.0.0.1", "localhost", 1)
			if _, err := f.Edit(t.Context(), "bad", fd, nil); !errors.Is(err, &live.Error{Code: "bad_token"}) {
				t.Errorf("%v", err)
			}
			f.must(f.Remove(t.Context(), "bad"))
			f.stop()
			f.start()
			f.wait("good", "there", func(live.FeedStatus) bool { return true })
			if len(f.List()) != 1 {
				t.Error("it is still there")
			}
		})
	}
}

func TestSettingsThatCannotBeReadAreReportedAtOnceAndReadAgain(t *testing.T) {
	faults := make(chan live.Text, 10) // those of one test
	f := follow(t, Options{Fault: func(s live.Text) { faults <- s }})
	r := serve(t)
	f.add("a", r.URL)
	r.next(t).stream("")
	f.stop()
	store := &faultyStore{load: live.Errorf("bad_database", "The database is damaged.")}
	f.wrap = func(db Store) Store { store.Store = db; return store }
	f.start()
	if s := <-faults; s.Code != "part_fault/settings bad_database" || s.English != "No feed is followed: their settings cannot be read. The database is damaged." {
		t.Errorf("%+v", s)
	}
	store.mend(nil)
	r.next(t).stream("")
	if s := <-faults; s != (live.Text{}) {
		t.Errorf("%+v", s)
	}
}
