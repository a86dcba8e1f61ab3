package filter

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

func TestHitsAreWhatTheTermsMatched(t *testing.T) {
	const data = `{"state":"Paid","total":12.50,"to":{"city":"Lyon","zip":"69001"},"items":[{"sku":"A-1840"},{"sku":"B-7"}],"say":"p\u0061id \"late\"","k":"K É paid","none":""}`
	for _, c := range []struct{ filter, typ, want string }{
		{"paid", "order.paid", `[Paid] [paid] of the type [paid]`},
		{"-paid", "order.paid", ``},
		{"-(-paid)", "", `[Paid] [paid]`},
		{"(paid or lyon) -zip", "", `[Paid] [Lyon] [paid]`},
		{`"12.50,"`, "", `[12.50,]`},
		{`"state" "paid"`, "", `[state] [Paid] [paid]`},
		{`{"state":"paid"`, "", `[{"state":"Paid"]`},
		{"k", "", `[k] [k] [k] [K]`},
		{"é", "", ``},
		{"É", "", `[É]`},
		{`/sku":"(.)/`, "", `[sku":"A] [sku":"B]`},
		{"/pai./i", "PAIR", `[Paid] [paid] of the type [PAIR]`},
		{`/^.{3}/`, "", `[{"s]`},
		{`/\bto\b/`, "", `[to]`},
		{`/x*/`, "", ``},
		{"event:order.* source:payments is:event after:-1h id:7", "order.paid", ``},
		{"$.state = Paid", "", `[Paid]`},
		{"$.state = paid", "", ``},
		{"$.total >= 12.5", "", `[12.50]`},
		{"$.items[*].sku", "", `[A-1840] [B-7]`},
		{"$.items[*].sku : 84", "", `[84]`},
		{"$.items : a", "", `[A]`},
		{"$.to", "", `[to]`},
		{"$.to != x", "", `[to]`},
		{"$.items[0]", "", ``},
		{"$.say = \"paid \\\"late\\\"\"", "", `[p\u0061id \"late\"]`},
		{"$.say : late", "", `[p\u0061id \"late\"]`},
		{"$.to.city : /^L(y)/", "", `[Ly]`},
		{"$.none", "", `[""]`},
		{"lyon yo $.to.city", "", `[Lyon]`},
	} {
		hits := parse(t, c.filter).Hits()
		limit := HitLimit{Most: 100}
		got := join(data, hits.InData(data, true, limit))
		if typ := join(c.typ, hits.InType(c.typ, true, limit)); typ != "" {
			got = strings.TrimSpace(got + " of the type " + typ)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.filter, got, c.want)
		}
	}
}

func TestHitsOfABeginningAreCertain(t *testing.T) {
	const data = `{"a":"paid paid`
	limit := HitLimit{Most: 100}
	for filter, want := range map[string]string{"paid": "[paid] [paid]", "/paid$/": "", "$.a": ""} {
		hits := parse(t, filter).Hits()
		if got := join(data, hits.InData(data, false, limit)); got != want {
			t.Errorf("%s: %s, want %s", filter, got, want)
		}
		if hits.NeedsAll() == (want != "") {
			t.Errorf("%s needs all: %v", filter, hits.NeedsAll())
		}
	}
	whole := strings.Repeat("paid ", 100)
	for _, filter := range []string{"paid", "/pa[i]d/"} {
		hits := parse(t, filter).Hits()
		if n := len(hits.InData(whole, true, HitLimit{Most: 7})); n != 7 {
			t.Errorf("%s: %d hits, want 7", filter, n)
		}
		if n := len(hits.InData(whole, true, HitLimit{Most: 100, Before: 11})); n != 3 {
			t.Errorf("%s: %d hits begin in 11 bytes, want 3", filter, n)
		}
		if n := len(hits.InData(whole, true, HitLimit{Most: 100, Until: time.Now()})); n > 1 {
			t.Errorf("%s: %d hits although the time is over", filter, n)
		}
	}
}

// An expression that is looked for again behind each hit reads the rest of the text
// each time.
func TestTheSearchForHitsEnds(t *testing.T) {
	data := strings.Repeat("a", 1<<20)
	for _, filter := range []string{"/a.*b|a/", "/a.*b|a$|^a/"} {
		began := time.Now()
		parse(t, filter).Hits().InData(data, true, HitLimit{Most: 10_000, Until: began.Add(50 * time.Millisecond)})
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", filter, took)
		}
	}
}

func join(text string, spans []Span) string {
	var parts []string
	for _, s := range spans {
		parts = append(parts, "["+text[s.From:s.To]+"]")
	}
	return strings.Join(parts, " ")
}

func TestATermHasHitsWhereItMatches(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for range 20_000 {
		value := func() string {
			return pick(`"paid"`, `"Paid up"`, "12.5", "1e1", "null", `"订单"`, `"\u212a"`, `"K"`, `["paid",3]`, `"pa\u0069d"`)
		}
		data := fmt.Sprintf(`{"a":%s,"b":[%s,%s]}`, value(), value(), value())
		text := pick("paid", "12", "订", "k", "up", `"b":[`, "/pa?i/", "/[0-9]+/", "/(?i)k/", "$.a = paid", "$.a > 3", "$.b[*] : PAI", "$.b[1] = 1e1", "$.a : /p.*d/", "$.a != 3")
		f := parse(t, text)
		m := &live.Message{Draft: live.Draft{Data: data}}
		spans := f.Hits().InData(data, true, HitLimit{Most: 100})
		if got, want := len(spans) > 0, f.Match(m); got != want {
			t.Fatalf("%s in %s: %v, but matches: %v", text, data, join(data, spans), want)
		}
		if !slices.IsSortedFunc(spans, func(a, b Span) int { return a.To - b.From }) {
			t.Fatalf("%s in %s: %v", text, data, spans)
		}
	}
}

func BenchmarkHits(b *testing.B) {
	large := `{"list":[` + strings.Repeat(`{"order":88405,"state":"paid","to":"Lyon"},`, 380_000) + `0]}`
	for _, text := range []string{"paid", "nowhere", "/ly[o]n/i", `$.list[*].state = paid`} {
		h := MustParse(text).Hits()
		b.Run(strings.ReplaceAll(text, "/", "|"), func(b *testing.B) {
			b.SetBytes(int64(len(large)))
			for b.Loop() {
				h.InData(large, true, HitLimit{Most: 10_000})
			}
		})
	}
}
