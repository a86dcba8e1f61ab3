package filter

import (
	"testing"
	"time"

	"signalbox/backend/live"
)

// sources are two sources by their ids.
type sources map[int64]string

func (s sources) SourceByID(id int64) (live.Source, bool) {
	name, ok := s[id]
	return live.Source{ID: id, Name: name}, ok
}

func (s sources) Sources() []live.Source {
	var list []live.Source
	for id, name := range s {
		list = append(list, live.Source{ID: id, Name: name})
	}
	return list
}

var (
	now = time.Date(2026, 11, 22, 14, 2, 0, 0, time.FixedZone("", 3600))
	env = Env{Now: now, Sources: sources{7: "payments", 8: "stock"}, Bookmarked: func() (map[int64]bool, error) { return bookmarked, nil }}

	bookmarked = map[int64]bool{3: true, 5: true}
)

func parse(t *testing.T, text string) *Filter {
	t.Helper()
	f, err := Parse(text, env)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

func TestAFilterMatchesItsConditions(t *testing.T) {
	m := &live.Message{Draft: live.Draft{Source: 7, Type: "order.paid", ID: "88405", Received: now.Add(-time.Minute), Data: `{
		"total": 12345678901234567890.50, "state": "p\u0061id", "Warehouse": "Lyon-2", "ok": true, "none": null,
		"a b": {"x\"y": "\ud83d\ude82 \\"}, "twice": 1, "twice": "two", "deep": {"list": [[1, {"v": "X"}]]},
		"items": [{"sku": "A-1840", "price": "12.50"}, {"sku": "B"}, 7], "": "empty", "date": "2026-11-20", "chinese": "订单"
	}`}}
	for _, want := range []bool{true, false} {
		list := map[bool][]string{true: {
			"", "lyon-2 ORDER", `"lyon-2"`, "-paris", "订单", "order.paid", `""`, "(lyon)", "-(paris or rome)", "paris or lyon", "paris or lyon order",
			"event:order.*", "event:x,order.paid", "event:x event:order.paid", "event:*", "id:88405", "id:1 id:88405", "is:event", "is:gap,event", "-is:gap",
			"source:payments", "source:pay*", "source:stock,payments", "-source:stock", "after:-2m before:now", "-before:-2m", "after:14:00", "after:2026-11-22",
			"/LYON-[0-9]/i", `/"state": "p/`, `-/paris/`, `/order\.p/`, `/(?s)total.*items/`, `/^order.paid$/`,
			"$.total > 12345678901234567890.49", "$.total = 12345678901234567890.5", "$.total=123456789012345678905e-1", "$.total != 12345678901234567890.6",
			"$.total <= 1.2345678901234567891e19", "$.total >= 12345678901234567890.5", "$.total : 7890.50",
			`$.state = "paid"`, "$.state = paid", "$.state : AI", "$.state >= pa", "$.state : /^p.id$/", "$.Warehouse", "$.none", "$.none = null", "$.ok = true",
			`$["a b"]["x\"y"] : "🚂 \\"`, `$["a b"].* : 🚂`, "$.twice = 1", "$.twice = two", "$.twice != 1", "$.items[0].sku = A-1840", "$.items[*].sku = B",
			"$.items[*].price > 12", "$.items[*].price = 12.5", "$.items[2] = 7", "$.items : a-1840", "$.items != x", "$.deep : x", "$.deep.list[0][1].v = X",
			`$[""] = empty`, "$.date >= 2026-11-01", "$.chinese : 单", "$.chinese = 订单", "$ : lyon", "-$.nope", "-($.nope = 1)", "-$.state = x",
		}, false: {
			"paris", "lyon -order", "lyon paris or rome", "(lyon or rome) paris", "event:order", "event:Order.paid", "event:a and event:order.paid", "id:8840",
			"is:gap", "is:gap,note", "source:stock", "source:st*", "-source:*", "before:-2m", "after:-30s", "before:2026-11-22", "after:14:01:30", "/lyon-2/", "/A.*Z$/", "-/lyon/i",
			"$.total > 12345678901234567890.50", "$.total = 12345678901234567890", `$.total = "12345678901234567890.50"`, "$.total < x", "$.state = PAID",
			"$.state > 5", `$.ok = "true"`, "$.none = 0", "$.none != null", "$.nope", "$.nope = 1", "$.nope != 1", "$.nope : x", "$.items.sku", "$.items[3]", "$.items[0].sku = a-1840",
			"$.items = 7", "$.items > 1", "$.deep.list = 1", "$.twice = 2", "$.warehouse", "$.Warehouse.x", "$.items[*].nope : a", "$.chinese : 单订", "-$.state", "$ = 5",
		}}[want]
		for _, text := range list {
			if got := parse(t, text).Match(m); got != want {
				t.Errorf("%s: %v", text, got)
			}
		}
	}
}

func TestAConditionOnEventsIsUnknownForGapsAndNotes(t *testing.T) {
	gap := &live.Message{Number: 5, Draft: live.Draft{Source: 7, Kind: live.GapKind, Type: "gap", Data: `{"reason":"lost"}`, Received: now}}
	note := &live.Message{Number: 6, Draft: live.Draft{Source: 7, Kind: live.NoteKind, Type: "note", Data: `{"reason":"lost"}`, Received: now}}
	for _, c := range []struct {
		text      string
		gap, note bool
	}{
		{"", true, true}, {"paid", true, true}, {"-lost", true, true}, {"event:a id:7 /x/ $.a", true, true}, {"-(a or $.reason = lost)", true, true},
		{"is:gap", true, false}, {"is:gap,note x", true, true}, {"-is:gap", false, true}, {"is:event", false, false}, {"is:event or x", true, true},
		{"paid or is:gap", true, true}, {"-(paid is:gap)", true, true}, {"-(paid or is:gap)", false, true}, {"is:gap or -paid is:event", true, false},
		{"source:payments", true, true}, {"source:stock", false, false}, {"source:stock or paid", true, true}, {"source:stock paid", false, false},
		{"is:bookmarked", true, false}, {"-is:bookmarked x", false, true}, {"is:bookmarked or x", true, true}, {"is:note,bookmarked", true, true},
		{"after:-1m", true, true}, {"before:-1m paid", false, false},
	} {
		f := parse(t, c.text)
		if got := f.Match(gap); got != c.gap {
			t.Errorf("%s selects a gap: %v", c.text, got)
		}
		if got := f.Match(note); got != c.note {
			t.Errorf("%s selects a note: %v", c.text, got)
		}
		if f.Match(gap) && !f.Wants(live.GapKind) || f.Match(note) && !f.Wants(live.NoteKind) {
			t.Errorf("%s does not want what it selects", c.text)
		}
	}
}
