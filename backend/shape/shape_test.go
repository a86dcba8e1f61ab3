package shape

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// learn shows the shape so many messages of a form, which is given the count.
func learn(s *shape, n int, form string) (told []string) {
	for i := range n {
		for _, t := range s.look(strings.ReplaceAll(form, "#", fmt.Sprint(i)), "order.paid", true) {
			told = append(told, t.Code+" "+t.English)
		}
	}
	return told
}

func TestWhatIsNewMissingOrOfAnotherTypeIsToldOnce(t *testing.T) {
	const usual = `{"order":#,"items":[{"sku":"A-#"}],"pay":{"with":"card"},"note":null}`
	for _, c := range []struct{ name, data, want string }{
		{"new", `{"order":1,"items":[],"pay":{"with":"card"},"note":null,"due":"x"}`, "shape/new order.paid has a new field: $.due, of the type string."},
		{"new inside", `{"order":1,"items":[],"pay":{"with":"card","a b":1},"note":null}`, `shape/new order.paid has a new field: $.pay["a b"], of the type number.`},
		{"a new object", `{"order":1,"items":[],"pay":{"with":"card"},"note":null,"due":{"a":1,"b":2}}`, "shape/new order.paid has a new field: $.due, of the type object."},
		{"missing", `{"order":1,"items":[],"note":null}`, "shape/missing order.paid came without $.pay, which every earlier message had."},
		{"missing inside", `{"order":1,"items":[],"pay":{},"note":null}`, "shape/missing order.paid came without $.pay.with, which every earlier message had."},
		{"another type", `{"order":"1","items":[],"pay":{"with":"card"},"note":null}`, "shape/kind order.paid: $.order is of the type string here, and was of the type number in earlier messages."},
		{"another type in a list", `{"order":1,"items":[{"sku":7}],"pay":{"with":"card"},"note":null}`, "shape/kind order.paid: $.items[*].sku is of the type number here, and was of the type string in earlier messages."},
		{"null", `{"order":null,"items":[],"pay":{"with":"card"},"note":{"a":1}}`, ""},
		{"the same in another order", `{"note":null,"pay":{"with":"x"},"items":[],"order":-1e3}`, ""},
		{"no JSON", `{"order":1,`, ""},
		{"text", `hello`, ""},
	} {
		s := new(shape)
		if told := learn(s, 60, usual); told != nil {
			t.Fatal("while it learns:", told)
		}
		if got := strings.Join(learn(s, 1, c.data), "; "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if again := append(learn(s, 1, usual), learn(s, 1, c.data)...); again != nil {
			t.Errorf("%s is told again: %q", c.name, again)
		}
	}
}

func TestNamesThatAreDataMakeNoStorm(t *testing.T) {
	s := new(shape)
	learn(s, 60, `{"carts":{"a":1},"n":1}`)
	told := learn(s, 5000, `{"carts":{"id-#":{"total":#,"x-#":1}},"n":1}`)
	if len(told) > 3+1 { // the name that was always there is missing, too
		t.Errorf("%d are told: %.300q", len(told), told)
	}
	if got := learn(s, 1, `{"carts":{"id-x":{"total":"text"}},"n":1,"new":true}`); len(got) != 1 || !strings.Contains(got[0], "$.new") {
		t.Errorf("beside it: %q", got)
	}
	many := new(shape)
	if told := learn(many, 3000, `{"by":{"u#":{"v":#}},"top-#":1}`); len(told) > 2*maxNew {
		t.Errorf("%d are told: %.300q", len(told), told)
	}
	slow := new(shape)
	learn(slow, 60, `{"n":1}`)
	for i := range 6 {
		if told := learn(slow, 1, fmt.Sprintf(`{"n":1,"added-%d":1}`, i)); len(told) != 1 {
			t.Errorf("field %d: %q", i, told)
		}
		learn(slow, 300, `{"n":1}`)
	}
	if len(many.Fields) > maxFields {
		t.Errorf("%d fields are known", len(many.Fields))
	}
}

// memory is a Store.
type memory struct{ text string }

func (m *memory) Load(context.Context) (string, error)      { return m.text, nil }
func (m *memory) Save(_ context.Context, text string) error { m.text = text; return nil }

func TestANoteIsStoredOnceAlsoAfterARestart(t *testing.T) {
	store, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), store, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	source := func(name string) int64 {
		src, err := j.AddSource(t.Context(), live.Source{Name: name, Kind: live.FeedSource})
		if err != nil {
			t.Fatal(err)
		}
		return src.ID
	}
	a, off := source("payments"), source("off")
	publish := func(data string, n int) {
		for _, id := range []int64{a, off} {
			drafts := make([]live.Draft, n)
			for i := range drafts {
				drafts[i] = live.Draft{Source: id, Type: "order.paid", Data: data}
			}
			if _, err := j.AppendAll(t.Context(), drafts); err != nil {
				t.Fatal(err)
			}
		}
	}
	kept := new(memory)
	watch := func() *Watch {
		w := New(j, Options{Store: kept, Watched: func(s live.Source) bool { return s.ID != off }, Log: slog.New(slog.DiscardHandler)})
		w.load(t.Context())
		return w
	}
	notes := func() []live.Message {
		page, err := j.Read(t.Context(), live.Query{Filter: live.Filter{Kinds: []live.Kind{live.NoteKind}}, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		return page.Messages
	}
	w := watch()
	publish(`{"order":1}`, 30)
	w.look(t.Context())
	publish(`{"order":1,"due":"2026-12-21"}`, 1)
	w.look(t.Context())
	got := notes()
	if len(got) != 1 || got[0].Source != a {
		t.Fatalf("%+v", got)
	}
	var note live.Note
	if err := json.Unmarshal([]byte(got[0].Data), &note); err != nil {
		t.Fatal(err)
	}
	const want = "order.paid has a new field: $.due, of the type string. It was first seen in the message "
	if note.Code != "shape" || note.Text != "shape/new shape/first" || !strings.HasPrefix(note.Reason, want) {
		t.Errorf("%+v", note)
	}
	// Another run knows it, and the names that it had before.
	w = watch()
	publish(`{"order":1,"due":"2026-12-22"}`, 1)
	w.look(t.Context())
	if got := notes(); len(got) != 1 {
		t.Errorf("told again: %+v", got)
	}
	publish(`{"order":1,"tier":1}`, 1)
	w.look(t.Context())
	if got := notes(); len(got) != 2 {
		t.Errorf("after a restart: %+v", got)
	}
}

func BenchmarkLook(b *testing.B) {
	s := new(shape)
	const data = `{"order":70012,"total":1284.50,"state":"paid","items":[{"sku":"A-1840","qty":2},{"sku":"K-0077","qty":12}],"at":"2026-11-21T10:41:18.091Z"}`
	for b.Loop() {
		s.look(data, "order.paid", true)
	}
}

// BenchmarkStore is one feed at full speed, with and without the watch beside it. The
// ratio of the two is what the watch costs each message.
func BenchmarkStore(b *testing.B) {
	for _, watched := range []bool{false, true} {
		b.Run(fmt.Sprintf("watched=%v", watched), func(b *testing.B) {
			store, err := sqlite.Open(b.Context(), b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			j, err := journal.Open(b.Context(), store, journal.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer j.Close()
			src, err := j.AddSource(b.Context(), live.Source{Name: "payments", Kind: live.FeedSource})
			if err != nil {
				b.Fatal(err)
			}
			ctx, stop := context.WithCancel(b.Context())
			done := make(chan struct{})
			if watched {
				w := New(j, Options{Store: new(memory), Watched: func(live.Source) bool { return true }, Log: slog.New(slog.DiscardHandler)})
				go func() { defer close(done); _ = w.Run(ctx) }()
			} else {
				close(done)
			}
			drafts := make([]live.Draft, 500)
			b.ResetTimer()
			for n := 0; n < b.N; n += len(drafts) {
				for i := range drafts {
					drafts[i] = live.Draft{Source: src.ID, Type: "order.paid",
						Data: fmt.Sprintf(`{"order":%d,"total":1284.50,"state":"paid","items":[{"sku":"A-1840","qty":2},{"sku":"K-0077","qty":12}],"at":"2026-11-21T10:41:18.091Z"}`, n+i)}
				}
				if _, err := j.AppendAll(b.Context(), drafts); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
			stop()
			<-done
		})
	}
}
